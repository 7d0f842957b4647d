import {
  CERTIFICATE_LIFE_MS,
  DAY_MS,
  HOUR_MS,
  OTP_LIFE_MS,
  PREVERIFIED_LIFE_MS,
  RENAME_WINDOW_MS,
  SIGNUP_WINDOW_MS,
  ATTEMPT_LIMIT,
  ATTEMPT_WINDOW_MS,
} from './meta-clocks.ts';
import type { Settings } from './settings.ts';

/** A scripted number: what is true of it at the end of its signup, and what will happen to it. */
export interface Scenario {
  about: string;
  settings: (nowMs: number) => Settings;
  /** Other numbers that come into the account with it. */
  others?: { count: number; settings: (nowMs: number) => Settings };
}

const REVIEW_TAKES_MS = DAY_MS;

const approvedLater = { decision: 'APPROVED', after_ms: REVIEW_TAKES_MS } as const;
const inReview = { name_status: 'PENDING_REVIEW', review: approvedLater } as const;
const declined = {
  name_status: 'PENDING_REVIEW',
  review: { decision: 'REJECTED', after_ms: REVIEW_TAKES_MS, reason: 'NAME_FORMAT_UNACCEPTABLE' },
} as const;
const renaming = { new_display_name: 'Luckier Shrub', new_name_status: 'PENDING_REVIEW' } as const;
/** A PIN somebody else chose. */
const FOREIGN_PIN = '271828';

const signedUp = (nowMs: number): Settings => ({
  last_onboarded_time: nowMs,
  otp_verified_at: nowMs,
});
const live = (nowMs: number): Settings => ({
  ...signedUp(nowMs),
  registered_at: nowMs,
  pin: FOREIGN_PIN,
  name_status: 'APPROVED',
});

const always = (about: string, settings: Settings): Scenario => ({
  about,
  settings: () => settings,
});

export const SCENARIOS: Record<string, Scenario> = {
  happy: always(
    'registers at once; the name is approved after a day, then the certificate is there',
    inReview,
  ),
  already_connected: {
    about: 'registered and approved before the signup ends',
    settings: (nowMs) => ({ registered_at: nowMs, pin: FOREIGN_PIN, name_status: 'APPROVED' }),
  },
  coexistence: always('stays on the WhatsApp Business app; cannot be registered', {
    is_on_biz_app: true,
    name_status: 'APPROVED',
  }),
  on_handset: always('registration refused until the number leaves its handset, two days later', {
    ...inReview,
    on_handset: true,
    freed_after_ms: 2 * DAY_MS,
  }),
  name_not_ready_3d: {
    about: 'registration refused for three days: the name is still being processed',
    settings: (nowMs) => ({ ...inReview, name_ready_at: nowMs + 3 * DAY_MS }),
  },
  old_two_step: always(
    'registration refused: two-step verification is on at the previous provider',
    {
      ...inReview,
      old_two_step: true,
    },
  ),
  foreign_pin: always('registration refused with any PIN but 271828', {
    ...inReview,
    pin: FOREIGN_PIN,
  }),
  attempts_locked: {
    about: 'others have used up the ten requests; locked for 72 hours',
    settings: (nowMs) => ({
      ...inReview,
      register_attempts: Array.from({ length: ATTEMPT_LIMIT }, () => nowMs),
      register_locked_until: nowMs + ATTEMPT_WINDOW_MS,
    }),
  },
  otp_missing: always('nobody has proved ownership', { ...inReview, otp_verified_at: null }),
  otp_lapsed_live: {
    about: 'registered long ago; the proof of ownership has lapsed, which means nothing',
    settings: (nowMs) => ({
      registered_at: nowMs - OTP_LIFE_MS - DAY_MS,
      otp_verified_at: nowMs - OTP_LIFE_MS - DAY_MS,
      pin: FOREIGN_PIN,
      name_status: 'APPROVED',
    }),
  },
  late_14d: {
    about: 'the signup was 14 days ago to the millisecond: too late to register',
    settings: (nowMs) => ({
      ...inReview,
      last_onboarded_time: nowMs - SIGNUP_WINDOW_MS,
      otp_verified_at: nowMs - SIGNUP_WINDOW_MS,
    }),
  },
  review_forever: always('the review of the name never ends', { name_status: 'PENDING_REVIEW' }),
  declined: always('the name is declined after a day', declined),
  no_certificate: always('the name is approved after a day; no certificate is ever issued', {
    ...inReview,
    issues_certificate: false,
  }),
  token_revoked: always('the customer takes the access back an hour after the signup', {
    ...inReview,
    tokens_revoked_after_ms: HOUR_MS,
  }),
  two_numbers_one_waba: {
    about: 'the signup brings two numbers into one account',
    settings: () => inReview,
    others: { count: 1, settings: (nowMs) => ({ ...inReview, ...signedUp(nowMs) }) },
  },
  test_number: {
    about: 'a test number of Meta: connected from the first read, without a date of its onboarding',
    settings: (nowMs) => ({
      registered_at: nowMs,
      last_onboarded_time: null,
      account_mode: 'SANDBOX',
      verified_name: 'Test Number',
      name_status: 'APPROVED',
      quality_rating: 'GREEN',
      issues_certificate: false,
    }),
  },
  ownership_again: always('registration refused until ownership is proved once more by a code', {
    ...inReview,
    ownership_again: true,
  }),
  half_deregistered: always('registration refused with 133000 until a deregistration ends it', {
    ...inReview,
    half_deregistered: true,
  }),
  recently_deleted: {
    about: 'registration refused with 133015 for five minutes: deleted somewhere else just now',
    settings: (nowMs) => ({ ...inReview, deleted_at: nowMs }),
  },
  preverified_claimed: always('the customer has picked a number the partner had verified', {
    ...inReview,
    preverified: true,
  }),
  preverified_lapsed: {
    about: 'claimed 90 days ago to the millisecond: a new code is needed, but no signup',
    settings: (nowMs) => ({
      ...inReview,
      preverified: true,
      last_onboarded_time: nowMs - PREVERIFIED_LIFE_MS,
      otp_verified_at: nowMs - PREVERIFIED_LIFE_MS,
    }),
  },
  declined_then_renamed: always('the name is declined after a day; the next one is approved', {
    ...declined,
    rename_review: approvedLater,
  }),
  rename_reregister: {
    about: 'live; somebody has asked for another name, approved after a day: register again',
    settings: (nowMs) => ({ ...live(nowMs), ...renaming, review: approvedLater }),
  },
  rename_missed: {
    about: 'live; another name was approved 14 days ago and never applied',
    settings: (nowMs) => ({
      ...live(nowMs),
      ...renaming,
      verified_name: renaming.new_display_name,
      new_name_status: 'APPROVED',
      new_name_approved_at: nowMs - RENAME_WINDOW_MS,
    }),
  },
  certificate_7d: {
    about: 'name approved; the certificate is six days old and lives one more',
    settings: (nowMs) => ({
      name_status: 'APPROVED',
      certificate_issued_at: nowMs - CERTIFICATE_LIFE_MS + DAY_MS,
    }),
  },
  waba_disabled: always('Meta disables the account: 131031 until it is reinstated', {
    ...inReview,
    waba_ban_state: 'DISABLE',
  }),
  number_cap: always('the portfolio is full: no number can be added until its cap is raised', {
    ...inReview,
    waba_max_phone_numbers: 1,
  }),
  deregistered_by_other: always('two days after the signup another partner deregisters it', {
    ...inReview,
    deregistered_after_ms: 2 * DAY_MS,
  }),
  onprem_retired: always('name approved, certificate there; On-Premises answers that it is over', {
    name_status: 'APPROVED',
    onprem: 'retired',
  }),
  onprem_working: always('name approved, certificate there; On-Premises registers', {
    name_status: 'APPROVED',
    onprem: 'working',
  }),
  ten_thousand_numbers: {
    about: 'the account holds ten thousand numbers, all others of them live',
    settings: () => inReview,
    others: { count: 9999, settings: (nowMs) => ({ ...live(nowMs), issues_certificate: false }) },
  },
};

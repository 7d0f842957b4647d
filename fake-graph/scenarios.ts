import {
  DAY_MS,
  HOUR_MS,
  OTP_LIFE_MS,
  SIGNUP_WINDOW_MS,
  ATTEMPT_LIMIT,
  ATTEMPT_WINDOW_MS,
} from './meta-clocks.ts';
import type { Settings } from './settings.ts';

/** A scripted number: what is true of it at the end of its signup, and what will happen to it. */
export interface Scenario {
  about: string;
  settings: (nowMs: number) => Settings;
}

const REVIEW_TAKES_MS = DAY_MS;

const approvedLater = { decision: 'APPROVED', after_ms: REVIEW_TAKES_MS } as const;
const inReview = { name_status: 'PENDING_REVIEW', review: approvedLater } as const;
/** A PIN somebody else chose. */
const FOREIGN_PIN = '271828';

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
  on_handset: always('registration refused until the number leaves its handset', {
    ...inReview,
    on_handset: true,
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
  declined: always('the name is declined after a day', {
    name_status: 'PENDING_REVIEW',
    review: {
      decision: 'REJECTED',
      after_ms: REVIEW_TAKES_MS,
      reason: 'NAME_FORMAT_UNACCEPTABLE',
    },
  }),
  no_certificate: always('the name is approved after a day; no certificate is ever issued', {
    ...inReview,
    issues_certificate: false,
  }),
  token_revoked: always('the customer takes the access back an hour after the signup', {
    ...inReview,
    tokens_revoked_after_ms: HOUR_MS,
  }),
};

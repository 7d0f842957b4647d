import {
  signalNames,
  updateNames,
  type OnboardingInput,
} from '../../../src/contract/onboarding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../support/spans.ts';
import type { Handle, World } from '../../support/world.ts';

/** What happens to a number from outside, `afterMs` after the step before. */
export interface Step {
  readonly afterMs: number;
  readonly act: (life: Living) => Promise<unknown>;
}

export interface Living {
  readonly world: World;
  readonly input: OnboardingInput;
  readonly handle: Handle;
}

/** One number from its signup to its end, and what must have come of it. */
export interface Life {
  readonly order: object;
  /** Before the onboarding begins. */
  readonly before?: (world: World, input: OnboardingInput) => Promise<unknown>;
  readonly input?: Partial<OnboardingInput>;
  readonly steps?: readonly Step[];
  /** The outcome, or the type of the failure. */
  readonly end: string;
  /** Meta's answers to the register requests. */
  readonly registers: readonly (number | 'ok')[];
  /** What the partner is told, and in which order; waits are left out. */
  readonly told: readonly string[];
}

const NAME = 'Luckier Shrub';
const APPROVED = { name_status: 'APPROVED' };
const inReview = (after_ms: number, decision = 'APPROVED'): object => ({
  ...{ name_status: 'PENDING_REVIEW', review: { decision, after_ms } },
});

const patch =
  (settings: object): Step['act'] =>
  ({ world, input }) =>
    world.meta.patch(`/numbers/${input.phoneNumberId}`, settings);

const fault = (fault: object): NonNullable<Life['before']> => {
  return (world, { phoneNumberId }) =>
    world.meta.post('/faults', {
      match: { path: '/register$', number: phoneNumberId, times: 1 },
      ...fault,
    });
};

const retry: Step['act'] = ({ handle }) => handle.signal(signalNames.retry, { actor: 'Ada' });
const hint: Step['act'] = ({ handle }) => handle.signal(signalNames.numberChanged);
const rename =
  (name = NAME): Step['act'] =>
  ({ handle }) =>
    handle.executeUpdate(updateNames.changeName, { args: [{ name, actor: 'Ada' }] });
const both =
  (...acts: readonly Step['act'][]): Step['act'] =>
  async (life) => {
    for (const act of acts) await act(life);
  };
const reconnect: Step['act'] = ({ world, input }) =>
  world.signUp({ waba: input.wabaId, number: input.phoneNumberId });
const proveOwnership: Step['act'] = (life) => patch({ otp_verified_at: life.world.nowMs() })(life);

const DONE = ['name-decided', 'certificate-collected', 'ready'];
const RISKS = Array.from({ length: 4 }, () => 'deadline-at-risk');
const EXPIRED = ['needs-action', ...RISKS, 'signup-expired'];
const STRAIGHT = ['verified', 'registered', ...DONE];
const ASKED = ['verified', 'needs-action', ...STRAIGHT.slice(1)];

/** Every scripted number of the emulator, and lives in which Meta takes its time. */
export const LIVES: Readonly<Record<string, Life>> = {
  'happy: registered at once, approved after a day': {
    order: { scenario: 'happy' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'two numbers in one account': {
    order: { scenario: 'two_numbers_one_waba' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'connected before it came to us': {
    order: { scenario: 'already_connected' },
    ...{ end: 'ready', registers: [], told: ['verified', ...DONE] },
  },
  'at home on the WhatsApp Business app': {
    order: { scenario: 'coexistence' },
    ...{ end: 'not-applicable', registers: [], told: ['verified', ...DONE] },
  },
  'a test number of Meta': {
    order: { scenario: 'test_number' },
    ...{ end: 'ready', registers: [], told: ['verified', ...DONE] },
  },
  'on a handset until day two': {
    order: { scenario: 'on_handset' },
    steps: [{ afterMs: 2 * DAY_MS + HOUR_MS, act: retry }],
    ...{
      end: 'ready',
      registers: [100, 'ok'],
      told: ASKED,
    },
  },
  'a name that is not ready for three days': {
    order: { scenario: 'name_not_ready_3d' },
    ...{ end: 'ready', registers: [100, 100, 100, 100, 100, 'ok'], told: ASKED },
  },
  'asked to prove its ownership once more': {
    order: { scenario: 'ownership_again' },
    steps: [{ afterMs: DAY_MS, act: both(patch({ ownership_again: false }), retry) }],
    ...{
      end: 'ready',
      registers: [100, 'ok'],
      told: ASKED,
    },
  },
  'two-step verification left on by the provider before': {
    order: { scenario: 'old_two_step' },
    steps: [{ afterMs: DAY_MS, act: both(patch({ old_two_step: false }), retry) }],
    ...{
      end: 'ready',
      registers: [100, 'ok'],
      told: ASKED,
    },
  },
  'a PIN of somebody else': {
    order: { scenario: 'foreign_pin' },
    ...{ end: 'ready', registers: [133005, 'ok'], told: STRAIGHT },
  },
  'locked, as others have used up its attempts': {
    order: { scenario: 'attempts_locked' },
    ...{ end: 'ready', registers: [133016, 'ok'], told: STRAIGHT },
  },
  'never proved until a code comes on day five': {
    order: { scenario: 'otp_missing' },
    steps: [{ afterMs: 5 * DAY_MS, act: both(proveOwnership, hint) }],
    ...{ end: 'ready', registers: ['ok'], told: ['needs-action', ...STRAIGHT] },
  },
  'never proved at all': {
    order: { scenario: 'otp_missing' },
    ...{ end: 'SignupExpired', registers: [], told: EXPIRED },
  },
  'live, with a proof that lapsed long ago': {
    order: { scenario: 'otp_lapsed_live' },
    ...{ end: 'ready', registers: [], told: ['verified', ...DONE] },
  },
  'half removed earlier': {
    order: { scenario: 'half_deregistered' },
    ...{ end: 'ready', registers: [133000, 'ok'], told: STRAIGHT },
  },
  'removed somewhere else just now': {
    order: { scenario: 'recently_deleted' },
    ...{ end: 'ready', registers: [133015, 'ok'], told: STRAIGHT },
  },
  'dated 14 days back by Meta, which is older than its signup': {
    order: { scenario: 'late_14d' },
    ...{ end: 'SignupExpired', registers: [], told: EXPIRED },
  },
  'pre-verified by the partner': {
    order: { scenario: 'preverified_claimed' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'pre-verified, and lapsed': {
    order: { scenario: 'preverified_lapsed' },
    steps: [{ afterMs: DAY_MS, act: both(proveOwnership, hint) }],
    ...{ end: 'ready', registers: ['ok'], told: ['needs-action', ...STRAIGHT] },
  },
  'a review without end': {
    order: { scenario: 'review_forever' },
    ...{ end: 'registered-name-undecided', registers: ['ok'] },
    told: ['verified', 'registered', 'name-undecided'],
  },
  'a review of 60 days': {
    order: { number: inReview(60 * DAY_MS) },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'declined, then renamed': {
    order: { scenario: 'declined_then_renamed' },
    steps: [{ afterMs: 3 * DAY_MS, act: rename() }],
    ...{ end: 'ready', registers: ['ok', 'ok'] },
    told: [
      ...['verified', 'registered', 'name-decided', 'needs-action', 'name-decided'],
      ...['name-applied', ...DONE],
    ],
  },
  'declined twice, then approved': {
    order: { number: { name_status: 'DECLINED', review: null } },
    steps: [
      {
        afterMs: DAY_MS,
        act: both(patch({ rename_review: { decision: 'REJECTED', after_ms: HOUR_MS } }), rename()),
      },
      {
        afterMs: 2 * DAY_MS,
        act: both(patch({ rename_review: { decision: 'APPROVED', after_ms: HOUR_MS } }), rename()),
      },
    ],
    ...{ end: 'ready', registers: ['ok', 'ok'] },
    told: [
      ...['verified', 'registered', 'name-decided', 'needs-action', 'name-decided', 'needs-action'],
      ...['name-decided', 'name-applied', ...DONE],
    ],
  },
  'renamed elsewhere while it comes to us': {
    order: { scenario: 'rename_reregister' },
    ...{ end: 'ready', registers: ['ok'] },
    told: ['verified', 'name-decided', 'name-applied', ...DONE],
  },
  'renamed elsewhere, without the new certificate on any read': {
    order: { scenario: 'rename_reregister' },
    before: (world, { phoneNumberId }) =>
      world.meta.post('/faults', {
        match: { method: 'GET', number: phoneNumberId, times: 'always' },
        ...{ kind: 'omit_field', field: 'new_certificate' },
      }),
    ...{ end: 'ready', registers: ['ok'] },
    told: ['verified', 'name-decided', 'name-applied', ...DONE],
  },
  'a rename that nobody applied in 14 days': {
    order: { scenario: 'rename_missed' },
    ...{ end: 'ready', registers: [], told: ['verified', ...DONE] },
  },
  'a certificate with one day to live': {
    order: { scenario: 'certificate_7d' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'approved, and no certificate is issued': {
    order: { scenario: 'no_certificate' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'access taken back, given again five days later': {
    order: { scenario: 'token_revoked' },
    steps: [
      {
        afterMs: 5 * DAY_MS,
        act: both(reconnect, retry),
      },
    ],
    ...{ end: 'ready', registers: ['ok'] },
    told: ['verified', 'registered', 'needs-action', ...DONE],
  },
  'an account that Meta disables for a day': {
    order: { scenario: 'waba_disabled' },
    steps: [{ afterMs: DAY_MS, act: both(patch({ waba_ban_state: 'REINSTATE' }), retry) }],
    ...{ end: 'ready', registers: [131031, 'ok'] },
    told: ASKED,
  },
  'a portfolio that is full': {
    order: { scenario: 'number_cap' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'among ten thousand numbers': {
    order: { scenario: 'ten_thousand_numbers' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'approved before another partner takes it off': {
    order: { scenario: 'deregistered_by_other' },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'an answer to its registration that is lost': {
    order: { number: inReview(DAY_MS) },
    before: fault({ kind: 'drop_after' }),
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'a request to register that is lost': {
    order: { number: inReview(DAY_MS) },
    before: fault({ kind: 'drop_before' }),
    ...{ end: 'ready', registers: ['ok', 'ok'], told: STRAIGHT },
  },
  'approved at the last minute, seen by a hint': {
    order: { number: { ...APPROVED, on_handset: true } },
    steps: [
      { afterMs: 14 * DAY_MS - 2 * MINUTE_MS, act: both(patch({ on_handset: false }), retry) },
    ],
    ...{ end: 'ready', registers: [100, 'ok'] },
    told: [...['verified', 'needs-action'], ...RISKS, ...STRAIGHT.slice(1)],
  },
  'hints in a storm, and none of them true': {
    order: { number: inReview(3 * DAY_MS) },
    steps: Array.from({ length: 12 }, () => ({ afterMs: HOUR_MS, act: hint })),
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
  'every webhook lost': {
    order: { number: inReview(7 * DAY_MS) },
    ...{ end: 'ready', registers: ['ok'], told: STRAIGHT },
  },
};

import type { signalNames } from '../../src/contract/onboarding.ts';
import type { Source } from '../../src/domain/onboarding.ts';
import type { Timing } from '../../src/domain/timing.ts';

const DAY_MS = 86_400_000;

/** A life of a number that every later version of the workflow must be able to replay. */
export interface Scenario {
  readonly signup: (nowMs: number) => { readonly order: unknown; readonly signedUpAtMs?: number };
  /** Of the first register request. */
  readonly fault?: { readonly kind: string };
  /** Only where the number's own poll is part of the story; otherwise it stays out of the way. */
  readonly pollMs?: number;
  /** Paces that would otherwise take days. */
  readonly timing?: Partial<Timing>;
  /** Its runs hand over; the last one is recorded. */
  readonly handOverAfterEvents?: number;
  /** Registers on a client of the customer's own. */
  readonly isOnPremises?: true;
  /** By Embedded Signup unless said otherwise. */
  readonly source?: Source;
  readonly steps: readonly Step[];
}

interface Step {
  readonly afterMs: number;
  readonly patch?: unknown;
  /** What a webhook tells of the name. */
  readonly nameDecision?: { readonly decision: string; readonly reason?: string };
  /** What becomes of the review of its account, with the webhook. */
  readonly accountReview?: string;
  readonly signal?: keyof typeof signalNames;
  /** Another display name that a person gives. */
  readonly name?: string;
  /** The customer goes through Embedded Signup again. */
  readonly isSignedUpAgain?: true;
}

const inReview = (afterMs: number) => ({
  name_status: 'PENDING_REVIEW',
  review: { decision: 'APPROVED', after_ms: afterMs },
});

/** Names are those of the recorded files. To keep a new behaviour, add a scenario and run `npm run record -- <name>`. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'decided-by-webhook': {
    signup: () => ({ order: { number: inReview(3500) } }),
    steps: [{ afterMs: 4000, signal: 'numberChanged' }],
  },
  'taken-over-while-paused': {
    signup: () => ({ order: { scenario: 'on_handset', number: inReview(1000) } }),
    handOverAfterEvents: 1,
    steps: [
      { afterMs: 2000, signal: 'pause' },
      { afterMs: 1000, patch: { on_handset: false }, signal: 'resume' },
      { afterMs: 1000, signal: 'retry' },
    ],
  },
  'on-a-handset-then-retried': {
    signup: () => ({ order: { scenario: 'on_handset', number: inReview(1000) } }),
    pollMs: 1000,
    steps: [{ afterMs: 3000, patch: { on_handset: false }, signal: 'retry' }],
  },
  'register-answer-lost': {
    signup: () => ({ order: { number: inReview(1000) } }),
    fault: { kind: 'drop_after' },
    pollMs: 1000,
    steps: [],
  },
  'register-request-lost': {
    signup: () => ({ order: { number: inReview(1000) } }),
    fault: { kind: 'drop_before' },
    pollMs: 1000,
    steps: [],
  },
  'name-declined-then-approved': {
    signup: () => ({ order: { scenario: 'declined', number: { name_status: 'DECLINED' } } }),
    pollMs: 1000,
    steps: [{ afterMs: 3000, patch: inReview(1000), signal: 'numberChanged' }],
  },
  'name-declined-with-a-reason': {
    signup: () => ({ order: { number: { name_status: 'PENDING_REVIEW', review: null } } }),
    pollMs: 1000,
    steps: [
      {
        afterMs: 3000,
        patch: { name_status: 'DECLINED', review: null },
        nameDecision: { decision: 'REJECTED', reason: 'NAME_FORMAT_UNACCEPTABLE' },
        signal: 'numberChanged',
      },
      { afterMs: 3000, patch: inReview(1000), signal: 'numberChanged' },
    ],
  },
  'name-declined-then-renamed': {
    signup: () => ({
      order: {
        number: {
          ...{ name_status: 'DECLINED', review: null },
          rename_review: { decision: 'APPROVED', after_ms: 1000 },
        },
      },
    }),
    pollMs: 1000,
    steps: [{ afterMs: 3000, name: 'Luckier Shrub' }],
  },
  'name-never-decided': {
    signup: () => ({ order: { number: { name_status: 'PENDING_REVIEW', review: null } } }),
    pollMs: 1000,
    timing: { nameUndecidedAfterMs: 4000 },
    steps: [],
  },
  // Told of the 4 days when it begins to wait, of the 2 days by the wait's timer.
  'at-risk-then-registered': {
    signup: (nowMs) => {
      const signedUpAtMs = nowMs - 12 * DAY_MS + 5000;
      const number = { ...inReview(1000), last_onboarded_time: signedUpAtMs };
      return { order: { scenario: 'on_handset', number }, signedUpAtMs };
    },
    pollMs: 1000,
    steps: [{ afterMs: 9000, patch: { on_handset: false }, signal: 'retry' }],
  },
  'never-verified-expired': {
    signup: (nowMs) => {
      const signedUpAtMs = nowMs - 14 * DAY_MS + 6000;
      const number = { otp_verified_at: null, last_onboarded_time: signedUpAtMs };
      return { order: { scenario: 'otp_missing', number }, signedUpAtMs };
    },
    steps: [],
  },
  'pin-of-others-replaced': {
    signup: () => ({ order: { scenario: 'foreign_pin', number: inReview(1000) } }),
    pollMs: 1000,
    steps: [],
  },
  'half-removal-finished': {
    signup: () => ({ order: { scenario: 'half_deregistered', number: inReview(1000) } }),
    pollMs: 1000,
    steps: [],
  },
  'registered-on-premises': {
    signup: () => ({ order: { scenario: 'onprem_working', number: inReview(1000) } }),
    isOnPremises: true,
    pollMs: 1000,
    steps: [],
  },
  'account-in-review': {
    signup: () => ({ order: { number: { name_status: 'PENDING_REVIEW', review: null } } }),
    steps: [
      { afterMs: 3000, accountReview: 'PENDING', signal: 'numberChanged' },
      { afterMs: 3000, accountReview: 'APPROVED', patch: inReview(0), signal: 'numberChanged' },
    ],
  },
  'found-connected': {
    signup: () => ({ order: { scenario: 'already_connected' } }),
    steps: [],
  },
  'paused-and-resumed': {
    signup: () => ({ order: { scenario: 'on_handset', number: inReview(1000) } }),
    pollMs: 1000,
    steps: [
      { afterMs: 3000, signal: 'pause' },
      { afterMs: 2000, patch: { on_handset: false }, signal: 'numberChanged' },
      { afterMs: 1000, signal: 'resume' },
      { afterMs: 2000, signal: 'retry' },
    ],
  },
  'signed-up-again': {
    signup: (nowMs) => {
      const signedUpAtMs = nowMs - 12 * DAY_MS;
      const number = { ...inReview(1000), last_onboarded_time: signedUpAtMs };
      return { order: { scenario: 'on_handset', number }, signedUpAtMs };
    },
    pollMs: 1000,
    steps: [
      { afterMs: 3000, isSignedUpAgain: true },
      { afterMs: 5000, patch: { on_handset: false }, signal: 'retry' },
    ],
  },
  'abandoned-by-a-person': {
    signup: () => ({ order: { scenario: 'on_handset' } }),
    steps: [{ afterMs: 3000, signal: 'abandon' }],
  },
  // Found long ago: no deadline has run out since, and none is told of.
  'added-by-hand-then-proved': {
    signup: (nowMs) => ({
      order: { scenario: 'otp_missing', number: { otp_verified_at: null, ...inReview(1000) } },
      signedUpAtMs: nowMs - 30 * DAY_MS,
    }),
    source: 'whatsapp-manager',
    pollMs: 1000,
    steps: [{ afterMs: 3000, patch: { otp_verified_at: new Date().toISOString() } }],
  },
  'banned-while-waiting': {
    signup: () => ({ order: { scenario: 'on_handset' } }),
    steps: [{ afterMs: 3000, patch: { status: 'BANNED' }, signal: 'numberChanged' }],
  },
};

/** What happens to a watched account; the watch is told of each. */
export type AccountStep = 'number-signs-up' | 'access-is-lost';

/** Lives of accounts, recorded as those of numbers are. */
export const WATCHES: Readonly<Record<string, readonly AccountStep[]>> = {
  'account-watched': ['number-signs-up', 'number-signs-up', 'access-is-lost', 'number-signs-up'],
};

/** What becomes of another name of a number that is done. */
export const RENAMES: Readonly<Record<string, Rename>> = {
  'renamed-when-done': { decision: 'APPROVED' },
  'rename-declined': { decision: 'REJECTED' },
  'rename-with-lost-answers': { decision: 'APPROVED', fault: { kind: 'drop_after' } },
};

interface Rename {
  readonly decision: 'APPROVED' | 'REJECTED';
  /** Of the request for the name, and of the one that registers the number again. */
  readonly fault?: { readonly kind: string };
}

/** Lives of pre-verified numbers. */
export const POOLS = ['preverified-claimed'] as const;

/** What the partner's receiver answers to one event, attempt by attempt. */
export const DELIVERIES: Readonly<Record<string, readonly number[]>> = {
  'event-delivered-at-last': [503, 204],
  'event-given-up': [410],
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every pace of an onboarding, in milliseconds. It travels in the workflow's input, so that a replay sees the same. */
export interface Timing {
  /** One attempt of an activity that calls Meta. At least three times the HTTP deadline, so that attempts never overlap. */
  readonly startToCloseMs: number;
  /** The number's own poll, the backstop for webhooks that Meta lost. */
  readonly pollMs: number;
  /** The same poll once a number has waited for `slowPollAfterMs`. */
  readonly slowPollMs: number;
  readonly slowPollAfterMs: number;
  /** How long a register call whose outcome is unknown may still take effect, before it is looked for. */
  readonly outcomeWaitMs: number;
  /** First pace of the reads that look for a registration; five times slower after five reads. */
  readonly proofMs: number;
  /** How long to look for a registration that Meta accepted. */
  readonly proofWindowMs: number;
  /** How long to look for a registration whose answer was lost. */
  readonly lostAnswerWindowMs: number;
  /** How long after the name's approval a certificate may still come. Cloud API numbers may get none. */
  readonly certificateGraceMs: number;
  /** How long a name may stay undecided before the onboarding ends without a decision. */
  readonly nameUndecidedAfterMs: number;
}

export const DEFAULT_TIMING: Timing = {
  startToCloseMs: 30_000,
  pollMs: 6 * HOUR_MS,
  slowPollMs: DAY_MS,
  slowPollAfterMs: 14 * DAY_MS,
  outcomeWaitMs: MINUTE_MS,
  proofMs: MINUTE_MS,
  proofWindowMs: 65 * MINUTE_MS,
  lostAnswerWindowMs: 5 * MINUTE_MS,
  certificateGraceMs: 48 * HOUR_MS,
  nameUndecidedAfterMs: 90 * DAY_MS,
};

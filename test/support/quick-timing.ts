import type { Timing } from '../../src/domain/timing.ts';

/** The register protocol in seconds instead of minutes; the HTTP deadline stays a third of Start-To-Close. */
export const QUICK: Partial<Timing> = {
  startToCloseMs: 3000,
  outcomeWaitMs: 1500,
  proofMs: 500,
  lostAnswerWindowMs: 1500,
  pollMs: 1000,
};

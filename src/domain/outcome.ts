/** Every way an onboarding can end. */
export const OUTCOMES = [
  'ready',
  'registered-name-undecided',
  'not-applicable',
  'signup-expired',
  'abandoned',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** After these a new signup may follow at once, so the run ends as *failed* and Temporal lets the id start again. */
export type FailedOutcome = Extract<Outcome, 'signup-expired' | 'abandoned'>;

const LIVE_OUTCOMES: readonly string[] = ['ready', 'registered-name-undecided', 'not-applicable'];

/** Ended so, a number can be used, and its display name may be changed. */
export function isLiveOutcome(outcome: string | undefined): boolean {
  return outcome !== undefined && LIVE_OUTCOMES.includes(outcome);
}

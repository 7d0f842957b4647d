/** What following the numbers of one account came to. */
export interface Tally {
  /** Calls made to learn of decisions about names. */
  readonly calls: number;
  /** For each number, how long after Meta's decision its onboarding knew. */
  readonly lateMs: readonly number[];
  readonly peakUse: number;
  readonly limitErrors: number;
}

/**
 * `callsPerNumber`: reads while waiting. These are the reads a number makes from the moment it is seen registered with its name
 * in review until it knows the decision, and its share of what the watch of its account reads; a page of a list is one read. The
 * two reads of its set-up (before and after the register request) count towards the limit alone. The least possible is 1: nobody
 * is believed but a read of the number itself.
 */
export interface Figures {
  readonly callsPerNumber: number;
  readonly lateP50S: number;
  readonly lateP99S: number;
  /** The greatest share of its hourly limit that an account ever used. */
  readonly peakUse: number;
  /** Calls that Meta refused for the limit. */
  readonly limitErrors: number;
}

export function figuresOf(tallies: readonly Tally[]): Figures {
  const lateMs = tallies.flatMap((tally) => tally.lateMs).sort((a, b) => a - b);
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    callsPerNumber: rounded(sum(({ calls }) => calls) / lateMs.length, 1000),
    lateP50S: secondsAt(lateMs, 0.5),
    lateP99S: secondsAt(lateMs, 0.99),
    peakUse: rounded(Math.max(...tallies.map(({ peakUse }) => peakUse)), 1000),
    limitErrors: sum(({ limitErrors }) => limitErrors),
  };
}

/** By nearest rank: a lateness that a number really had. */
function secondsAt(sortedMs: readonly number[], share: number): number {
  const rank = Math.max(Math.ceil(share * sortedMs.length), 1);
  return rounded((sortedMs[rank - 1] ?? NaN) / 1000, 10);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

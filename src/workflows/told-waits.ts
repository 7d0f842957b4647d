import type { Progress, Waiting } from '../contract/onboarding.ts';
import { adviceOf } from './current-details.ts';
import type { Carried } from './known.ts';

/** A wait as people know it. */
export type ToldWait = string;

interface Telling {
  takenUp: readonly ToldWait[];
  readonly progress: Progress;
}

/** A run that takes over does not tell again what the one before it waited for. */
export function toldBefore({ progress, heldFrom, barredFrom }: Carried): readonly ToldWait[] {
  if (progress === undefined) return [];
  return [heldFrom, barredFrom, progress.waiting]
    .filter((waiting) => waiting !== undefined)
    .map((waiting) => toldOf(waiting, progress));
}

export function isToldBefore({ takenUp, progress }: Telling, waiting: Waiting): boolean {
  return takenUp.includes(toldOf(waiting, progress));
}

/** The next time it is news again. */
export function forgetTold(run: Telling, waiting: Waiting): void {
  const told = toldOf(waiting, run.progress);
  run.takenUp = run.takenUp.filter((each) => each !== told);
}

/** With what Meta told of the name: that may change while the wait stays the same. */
function toldOf({ for: who, refusal }: Waiting, progress: Progress): ToldWait {
  return refusal === undefined ? who : `${who}: ${adviceOf(refusal, progress)}`;
}

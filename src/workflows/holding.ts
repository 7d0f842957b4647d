import type { NumberFacts } from '../domain/number-facts.ts';
import { endIfGivenUp, readOnceMoreOrExpire } from './ending.ts';
import { handOver, isTimeToHandOver } from './handing-over.ts';
import { announce } from './progress.ts';
import { isOverdue, type Run } from './run.ts';
import { until } from './until.ts';

/** A person has paused the number or given it up: from then on nothing is asked of Meta. */
export function isHeld({ messages }: Run): boolean {
  return messages.pausedBy !== undefined || messages.givenUpBy !== undefined;
}

/** As `isHeld`; or it was so when this run took over, and people have not been told yet that it is not any more. */
export function isToBeHeld(run: Run): boolean {
  return isHeld(run) || run.heldFrom !== undefined;
}

/**
 * Waits for as long as the number is paused; ends the run if it is given up. The deadline runs on, and with it comes the one
 * read that decides: its answer, if it does not end the run.
 */
export async function whileHeld(run: Run): Promise<NumberFacts | undefined> {
  const { messages } = run;
  run.heldFrom ??= run.progress.waiting;
  const waiting = run.heldFrom;
  while (isHeld(run)) {
    await endIfGivenUp(run);
    if (isTimeToHandOver(run)) await handOver(run);
    const { pausedBy } = messages;
    const paused = { for: 'operator', refusal: { cause: 'paused' } } as const;
    announce(run, { ...run.progress, waiting: paused, pausedBy });
    await until(run, () => messages.pausedBy !== pausedBy || messages.givenUpBy !== undefined);
    run.waits += 1;
    await endIfGivenUp(run);
    const decided = isHeld(run) && isOverdue(run) ? await readOnceMoreOrExpire(run) : undefined;
    if (decided !== undefined) {
      run.heldFrom = undefined;
      return decided.facts;
    }
  }
  run.heldFrom = undefined;
  announce(run, { ...run.progress, waiting, pausedBy: undefined });
  return undefined;
}

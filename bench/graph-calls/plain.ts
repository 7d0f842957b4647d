import type { Account, Fate } from './accounts.ts';
import type { Tally } from './figures.ts';
import { createMetaLimit } from './meta-limit.ts';

/**
 * The plain strategy: every number reads itself at a fixed interval, knows no other number and hears no webhook. Begins with
 * all numbers registered, so under the larger limit. A call that Meta refuses is made again an interval later.
 */
export function pollAccount(account: Account, intervalMs: number): Tally {
  const meta = createMetaLimit();
  meta.raise();
  const lateMs: number[] = [];
  let calls = 0;
  let waiting: Fate[] = [...account];
  for (let nowMs = intervalMs; waiting.length > 0; nowMs += intervalMs) {
    const undecided: Fate[] = [];
    for (const fate of waiting) {
      const isAnswered = meta.ask(nowMs);
      if (isAnswered) calls += 1;
      if (isAnswered && fate.reviewMs <= nowMs) lateMs.push(nowMs - fate.reviewMs);
      else undecided.push(fate);
    }
    waiting = undecided;
  }
  return { calls, lateMs, peakUse: meta.peakUse(), limitErrors: meta.errors() };
}

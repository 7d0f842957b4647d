import { BUDGET_WINDOW_MS, budgetOf } from '../domain/attempt-budget.ts';
import type { AttemptRow } from '../store/store.ts';
import { DeskError } from './errors.ts';
import { sentAtMs } from './number-view.ts';

/** Meta's own ceiling in 72 hours; ours lies below it. */
const META_REQUESTS = 10;

/** Why a person may send no more of them now; undefined if one may be sent. */
export function attemptsSpent(
  attempts: readonly AttemptRow[],
  counted: 'registrations' | 'deregistrations',
  nowMs: number,
): DeskError | undefined {
  const sent = sentAtMs(attempts);
  const budget = budgetOf(sent, 'operator', nowMs);
  if (budget.kind === 'allowed') return undefined;
  const used = sent.filter((atMs) => nowMs - atMs < BUDGET_WINDOW_MS).length;
  const message = `${used} of ${META_REQUESTS} ${counted} used`;
  return new DeskError('attempts_spent', message, { untilMs: budget.nextAtMs });
}

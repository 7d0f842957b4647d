import { helpsWhoWaitsForPeople } from '../domain/account-events.ts';
import type { HintRow } from '../store/hints.ts';

/** Hints at one number, or at one account: the last of them, and what else it stands for. */
export interface MergedHint extends HintRow {
  readonly covered: readonly string[];
  /** When the first of them came. */
  readonly sinceMs: number;
}

/** One for each number, account and reach, given oldest first: a number that is woken for the last of its hints is woken for all. */
export function merged(hints: readonly HintRow[]): readonly MergedHint[] {
  const byTarget = new Map<string, MergedHint>();
  for (const hint of hints) {
    const { wabaId, digits = '', field, event = '' } = hint;
    const reach = helpsWhoWaitsForPeople(field, event) ? 'some' : 'all';
    const key = `${wabaId}/${digits}/${reach}`;
    const { digest, covered = [], sinceMs = hint.receivedAtMs } = byTarget.get(key) ?? {};
    const before = digest === undefined ? [] : [digest];
    byTarget.set(key, { ...hint, covered: [...covered, ...before], sinceMs });
  }
  return [...byTarget.values()];
}

import { isPast } from '../domain/deadline.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import { beginRename } from '../domain/registering.ts';
import { RENAME_WINDOW_MS } from '../domain/renaming.ts';
import { enter } from './progress.ts';
import { carryThrough } from './registering.ts';
import { tell, type Run } from './run.ts';
import { submitWish } from './submitting-name.ts';
import { look, waitForMove } from './waiting.ts';

/**
 * Meta has approved another name: it is live once the number is registered again, with the PIN it has, within 14 days. Once for
 * every approval, also where a read shows nothing of the change any more, as the approval alone may make it look final.
 */
export async function applyName(run: Run, found: NumberFacts): Promise<NumberFacts> {
  enter(run, 'registering');
  const dueAtMs = run.renameDueAtMs ?? noteApproval(run, found);
  const { facts, rename } = await carryThrough(run, beginRename(found));
  run.renameDueAtMs = undefined;
  run.wantedName = undefined;
  run.isOnBizApp = facts.isOnBizApp;
  enter(run, 'following-name');
  run.hasMissedRename = rename?.isAccepted !== true && isPast(dueAtMs, Date.now());
  if (run.hasMissedRename) return await askAgain(run);
  tell(run, 'name-applied', ['The number has its new display name.', 'Meta']);
  return facts;
}

function noteApproval(run: Run, { readAtMs }: NumberFacts): number {
  const dueAtMs = readAtMs + RENAME_WINDOW_MS;
  run.renameDueAtMs = dueAtMs;
  run.progress = { ...run.progress, deadlineAtMs: dueAtMs };
  const approved = 'Meta approved the new display name. Registering again applies it.';
  tell(run, 'name-decided', [approved, 'Meta']);
  return dueAtMs;
}

/** The approval has lapsed. A retry says that the name may stay as it is. */
export async function askAgain(run: Run): Promise<NumberFacts> {
  const notBeforeMs = Date.now() + run.timing.pollMs;
  const woken = await waitForMove(
    run,
    { goal: 'change-shown', pace: 'poll', notBeforeMs, takesName: true },
    { for: 'operator', refusal: { cause: 'rename_window_missed' } },
  );
  const submission = woken.kind === 'name' ? await submitWish(run) : undefined;
  run.hasMissedRename = false;
  if (woken.kind === 'facts') return woken.facts;
  return submission?.kind === 'submitted' ? submission.facts : await look(run);
}

import { condition } from '@temporalio/workflow';
import { earliestOf, isPast, remainingMs } from '../domain/deadline.ts';
import { nextNoticeAtMs } from '../domain/notices.ts';
import { isTimeToHandOver } from './handing-over.ts';
import { announceDueNotice } from './progress.ts';
import { boundOf, riskOf, type Run } from './run.ts';
import { hasSignedUpAgain, takeSignup } from './signing-up-again.ts';

/**
 * Returns once `isWoken` says so, at `untilMs`, at the deadline while one binds, or when it is time to hand over. Notices of the
 * deadline are told on the way, by the same timer, and a new signup moves it.
 */
export async function until(run: Run, isWoken: () => boolean, untilMs?: number): Promise<void> {
  const isOver = (): boolean => isWoken() || isTimeToHandOver(run);
  for (;;) {
    await rest(run, () => isOver() || hasSignedUpAgain(run), untilMs);
    if (hasSignedUpAgain(run)) takeSignup(run);
    if (isOver()) return;
    const endsAtMs = earliestOf([untilMs, boundOf(run)]);
    if (endsAtMs !== undefined && isPast(endsAtMs, Date.now())) return;
    announceDueNotice(run);
  }
}

async function rest(run: Run, isOver: () => boolean, untilMs?: number): Promise<void> {
  const nextAtMs = earliestOf([untilMs, boundOf(run), noticeAtMs(run)]);
  if (nextAtMs === undefined) {
    await condition(isOver);
    return;
  }
  const summary = nextAtMs === boundOf(run) ? 'signup deadline' : 'goes on by itself';
  await condition(isOver, remainingMs(nextAtMs, Date.now()), { summary });
}

function noticeAtMs(run: Run): number | undefined {
  const risk = riskOf(run);
  return risk && nextNoticeAtMs(risk, Date.now());
}

import { condition } from '@temporalio/workflow';
import { earliestOf, isPast, remainingMs } from '../domain/deadline.ts';
import { nextNoticeAtMs } from '../domain/notices.ts';
import { announceDueNotice } from './progress.ts';
import { boundOf, riskOf, type Run } from './run.ts';

/**
 * Returns once `isWoken` says so, at `untilMs`, or at the deadline while one binds. Notices of the deadline are told on the way,
 * by the same timer.
 */
export async function until(run: Run, isWoken: () => boolean, untilMs?: number): Promise<void> {
  const endsAtMs = earliestOf([untilMs, boundOf(run)]);
  for (;;) {
    const nextAtMs = earliestOf([endsAtMs, noticeAtMs(run)]);
    if (nextAtMs === undefined) {
      await condition(isWoken);
      return;
    }
    const summary = nextAtMs === boundOf(run) ? 'signup deadline' : 'goes on by itself';
    if (await condition(isWoken, remainingMs(nextAtMs, Date.now()), { summary })) return;
    if (endsAtMs !== undefined && isPast(endsAtMs, Date.now())) return;
    announceDueNotice(run);
  }
}

function noticeAtMs(run: Run): number | undefined {
  const risk = riskOf(run);
  return risk && nextNoticeAtMs(risk, Date.now());
}

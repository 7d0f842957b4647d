import type { History } from '../billable-actions.ts';

/** What a bare workflow does: before its signal, and after. */
export interface BarePlan {
  readonly before: Work;
  readonly after: Work;
}

interface Work {
  /** Activities that send one request. */
  readonly calls: number;
  /** Activities that send none. */
  readonly quiet: number;
  /** Local activities. */
  readonly notes: number;
}

export interface BareActivities {
  call(name: string): Promise<void>;
  quiet(): Promise<void>;
  note(): Promise<void>;
}

const NONE: Work = { calls: 0, quiet: 0, notes: 0 };

/** Activities that work on our own database alone. */
const QUIET = ['reserveAttempt'];

/** The same number of activities as this run had, and its wait for a signal. A read that the signal cut short has asked nobody. */
export function planOf({ events }: History): BarePlan {
  const all = events ?? [];
  const cut = new Set(
    all.map((event) => String(event.activityTaskCanceledEventAttributes?.scheduledEventId)),
  );
  // Of several signals the last is the one that it waited for.
  const signalledAt = all.findLastIndex((event) => event.workflowExecutionSignaledEventAttributes);
  let plan: BarePlan = { before: NONE, after: NONE };
  for (const [n, event] of all.entries()) {
    const part = n < signalledAt ? 'before' : 'after';
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const isQuiet =
        QUIET.includes(scheduled.activityType?.name ?? '') || cut.has(String(event.eventId));
      plan = withOne(plan, part, isQuiet ? 'quiet' : 'calls');
    }
    if (event.markerRecordedEventAttributes) plan = withOne(plan, part, 'notes');
  }
  return plan;
}

function withOne(plan: BarePlan, part: keyof BarePlan, kind: keyof Work): BarePlan {
  return { ...plan, [part]: { ...plan[part], [kind]: plan[part][kind] + 1 } };
}

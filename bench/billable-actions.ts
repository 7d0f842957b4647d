import type { WorkflowHandle } from '@temporalio/client';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

export interface Bill {
  readonly total: number;
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * What Temporal Cloud bills of a run: its start, each activity start with each retry, each timer, signal and accepted update,
 * each search-attribute command, and all local activities of one workflow task as one. The attempts of an activity that was
 * cancelled while it waited are in no history, so the worker's own count comes beside it. Source: Temporal Cloud, "Actions".
 */
export function billableActions(history: History, activityAttempts: number): Bill {
  const parts: Record<string, number> = { 'activity starts and retries': activityAttempts };
  const localTasks = new Set<string>();
  for (const event of history.events ?? []) {
    const part = partOf(event);
    if (part !== undefined) parts[part] = (parts[part] ?? 0) + 1;
    const marker = event.markerRecordedEventAttributes;
    if (marker) localTasks.add(String(marker.workflowTaskCompletedEventId));
  }
  if (localTasks.size > 0) parts['tasks with local activities'] = localTasks.size;
  const total = Object.values(parts).reduce((sum, count) => sum + count, 0);
  return { total, parts };
}

function partOf(event: HistoryEvent): string | undefined {
  if (event.workflowExecutionStartedEventAttributes) return 'start';
  if (event.timerStartedEventAttributes) return 'timers';
  if (event.workflowExecutionSignaledEventAttributes) return 'signals';
  if (event.workflowExecutionUpdateAcceptedEventAttributes) return 'updates';
  if (event.upsertWorkflowSearchAttributesEventAttributes) return 'search attribute commands';
  return undefined;
}

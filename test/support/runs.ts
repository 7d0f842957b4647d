import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Workflow, WorkflowHandle, WorkflowResultType } from '@temporalio/client';

const LOOK_AGAIN_MS = 200;

type Workflows = Pick<Client, 'workflow'>;

interface HandingOver {
  readonly handOverAfterEvents?: number;
}

/** `HAND_OVER_AFTER=1` makes the runs of every test hand over wherever they can: it must make no difference. */
export function forced<Input extends object>(input: Input): Input & HandingOver {
  const after = process.env['HAND_OVER_AFTER'];
  return after === undefined ? input : { handOverAfterEvents: Number(after), ...input };
}

/**
 * The time-skipping server skips while a result is asked for. It does not answer everybody who asked before a run took over: those
 * ask again once the last run is closed. Nobody else does, as time would go on meanwhile.
 */
export function answering<Handle extends WorkflowHandle<Run>, Run extends Workflow>(
  client: Workflows,
  handle: Handle,
  { handOverAfterEvents }: HandingOver,
): Handle {
  if (handOverAfterEvents === undefined) return handle;
  const last = client.workflow.getHandle<Run>(handle.workflowId);
  const result = async (): Promise<WorkflowResultType<Run>> => {
    const askedAgain = untilClosed(last).then(() => last.result());
    return await Promise.race([handle.result(), askedAgain]);
  };
  return { ...handle, result };
}

async function untilClosed(handle: Pick<WorkflowHandle, 'describe'>): Promise<void> {
  while ((await handle.describe()).status.name === 'RUNNING') await sleep(LOOK_AGAIN_MS);
}

/** The runs that followed each other, up to the one given or the last; the first one first. */
export async function runIdsOf(
  client: Workflows,
  workflowId: string,
  last?: string,
): Promise<readonly string[]> {
  const handle = client.workflow.getHandle(workflowId, last);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  return [...(before ? await runIdsOf(client, workflowId, before) : []), runId];
}

import type { Client } from '@temporalio/client';
import type { Log } from '../desk/log.ts';
import { TASK_QUEUE } from '../contract/onboarding.ts';
import { DELIVER_EVENT, deliveryIdOf, type DeliveryInput } from '../contract/partner-events.ts';
import type { DeliveryRow, Store } from '../store/store.ts';

const CALL_MS = 2000;
const EVENTS_AT_ONCE = 200;
const STARTS_AT_ONCE = 20;

export interface EventDrainDeps {
  readonly store: Pick<Store, 'deliveries'>;
  /** Begins the event's delivery, or finds it running. */
  readonly deliver: (event: DeliveryRow) => Promise<void>;
  readonly log: Log;
}

/** Starts what is due. False: something failed and is tried again after a pause. */
export async function startDeliveries({ store, deliver, log }: EventDrainDeps): Promise<boolean> {
  const events = await store.deliveries.due(EVENTS_AT_ONCE);
  for (let start = 0; start < events.length; start += STARTS_AT_ONCE) {
    const some = events.slice(start, start + STARTS_AT_ONCE);
    const results = await Promise.allSettled(
      some.map(async (event) => {
        await deliver(event);
        await store.deliveries.markStarted(event.id);
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) continue;
    const err: unknown = failed.reason;
    log.warn({ err }, 'outbox: deliveries wait, and are tried again');
    return false;
  }
  return true;
}

/** One run for each event. It names no number, so that nothing of a forgotten one is left in it. */
export function startsOf(client: Client, nowMs: () => number): EventDrainDeps['deliver'] {
  return async ({ id, type }) => {
    const input: DeliveryInput = { eventId: id };
    await client.withDeadline(nowMs() + CALL_MS, () =>
      client.workflow.start(DELIVER_EVENT, {
        workflowId: deliveryIdOf(id),
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        // An event may be asked for again.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `${type} to the partner`,
      }),
    );
  };
}

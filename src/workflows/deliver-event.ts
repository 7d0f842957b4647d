import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import { failureTypes } from '../contract/failures.ts';
import {
  DELIVERY_QUEUE,
  type DeliveryActivities,
  type DeliveryInput,
} from '../contract/partner-events.ts';

const GIVE_UP_AFTER_MS = 3 * 86_400_000;

const { deliverEvent: send } = proxyActivities<DeliveryActivities>({
  summary: "send the event to the partner's receiver",
  taskQueue: DELIVERY_QUEUE,
  // Three times what one attempt may take.
  startToCloseTimeout: 30_000,
  scheduleToCloseTimeout: GIVE_UP_AFTER_MS,
  // A receiver that is back hears everything within a quarter of an hour.
  retry: { initialInterval: 5000, backoffCoefficient: 2, maximumInterval: 900_000 },
});

const { parkEvent } = proxyActivities<DeliveryActivities>({
  summary: 'give the event up, let the next one out',
  startToCloseTimeout: 10_000,
  retry: { initialInterval: 1000, backoffCoefficient: 2, maximumInterval: 60_000 },
});

/**
 * Delivers one event, at least once, for three days. The number's next event waits for its end; its onboarding does not. Fails,
 * red in the Temporal UI, when the event was given up.
 */
export async function deliverEvent({ eventId }: DeliveryInput): Promise<void> {
  try {
    await send({ eventId });
  } catch (error) {
    await CancellationScope.nonCancellable(() => parkEvent({ eventId }));
    if (isCancellation(error)) throw error;
    throw ApplicationFailure.nonRetryable(reasonIn(error), failureTypes.notDelivered);
  }
}

function reasonIn(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return `Given up: ${cause instanceof ApplicationFailure ? cause.message : 'no answer for three days'}.`;
}

import { ApplicationFailure } from '@temporalio/common';
import { failureTypes } from '../contract/failures.ts';
import type { DeliveryActivities } from '../contract/partner-events.ts';
import type { Delivery, PartnerClient } from '../partner/client.ts';
import type { Store } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';

/** The receiver's own word that nothing will ever be taken there. Source: Standard Webhooks. */
const GONE = 410;

export function createDeliverEvent({
  store,
  partner,
}: {
  readonly store: Pick<Store, 'deliveries'>;
  readonly partner: PartnerClient;
}): DeliveryActivities['deliverEvent'] {
  return async ({ eventId }) => {
    const event = await store.deliveries.byId(eventId);
    // Forgotten with its number, or taken by an attempt of which we lost the answer of our own store.
    if (event === undefined || event.state === 'delivered') return;
    const delivery = await partner.deliver(event);
    if (delivery.kind !== 'accepted') throw notDelivered(delivery);
    await store.deliveries.settle(eventId, 'delivered');
  };
}

export function createParkEvent({
  store,
}: Pick<ActivityDeps, 'store'>): DeliveryActivities['parkEvent'] {
  return ({ eventId }) => store.deliveries.settle(eventId, 'undelivered');
}

function notDelivered(delivery: Exclude<Delivery, { kind: 'accepted' }>): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureTypes.notDelivered,
    message:
      delivery.kind === 'refused'
        ? `the receiver answered HTTP ${delivery.status}`
        : `the receiver did not answer: ${delivery.fault}`,
    nonRetryable: delivery.kind === 'refused' && delivery.status === GONE,
  });
}

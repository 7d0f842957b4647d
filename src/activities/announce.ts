import type { NumberEvent, OnboardingActivities } from '../contract/activities.ts';
import { publicTypeOf } from '../contract/partner-events.ts';
import type { NewEvent } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';

/** The fleet's row and the number's history, in one transaction. */
export function createAnnounce({
  store,
  isPartnerTold = false,
}: ActivityDeps): OnboardingActivities['announce'] {
  return async ({ phoneNumberId, wabaId, progress, events, announcementKey }) => {
    const { task, stage, waiting, deadlineAtMs, outcome } = progress;
    const cause = waiting.refusal?.cause;
    await store.numbers.announce({
      phoneNumberId,
      wabaId,
      stage,
      waitingFor: waiting.for,
      ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
      ...(cause === undefined ? {} : { cause }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(task === undefined ? {} : { task }),
      progressJson: JSON.stringify(progress),
      events: isPartnerTold ? events.map(withPublicType) : events,
      announcementKey,
    });
  };
}

function withPublicType(event: NumberEvent): NewEvent {
  const deliverAs = publicTypeOf(event.kind);
  return deliverAs === undefined ? event : { ...event, deliverAs };
}

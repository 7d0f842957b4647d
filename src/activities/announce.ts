import type { OnboardingActivities } from '../contract/activities.ts';
import type { ActivityDeps } from './deps.ts';

/** The fleet's row and the number's history, in one transaction. */
export function createAnnounce({ store }: ActivityDeps): OnboardingActivities['announce'] {
  return async ({ phoneNumberId, wabaId, progress, events, announcementKey }) => {
    const { stage, waiting, deadlineAtMs, outcome } = progress;
    const cause = waiting.refusal?.cause;
    await store.numbers.announce({
      phoneNumberId,
      wabaId,
      stage,
      waitingFor: waiting.for,
      deadlineAtMs,
      ...(cause === undefined ? {} : { cause }),
      ...(outcome === undefined ? {} : { outcome }),
      progressJson: JSON.stringify(progress),
      events,
      announcementKey,
    });
  };
}

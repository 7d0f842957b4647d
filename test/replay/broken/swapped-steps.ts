import { proxyActivities } from '@temporalio/workflow';
import type { OnboardingActivities } from '../../../src/contract/activities.ts';
import type { OnboardingInput } from '../../../src/contract/onboarding.ts';

/** What a careless change looks like: the attempt is reserved before the number is read. Replay must refuse it. */
export async function onboardPhoneNumber({ phoneNumberId }: OnboardingInput): Promise<void> {
  const activities = proxyActivities<OnboardingActivities>({ startToCloseTimeout: 30_000 });
  await activities.reserveAttempt({
    phoneNumberId,
    requestKey: 'too early',
    kind: 'automatic',
    deadlineAtMs: 0,
  });
}

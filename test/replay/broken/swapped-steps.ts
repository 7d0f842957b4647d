import { proxyActivities } from '@temporalio/workflow';
import type { AccountActivities, WatchInput } from '../../../src/contract/account-watch.ts';
import type { OnboardingActivities } from '../../../src/contract/activities.ts';
import type { NameChangeInput } from '../../../src/contract/name-change.ts';
import type { OnboardingInput } from '../../../src/contract/onboarding.ts';
import type { DeliveryActivities, DeliveryInput } from '../../../src/contract/partner-events.ts';
import type { PreverifiedActivities, PreverifyInput } from '../../../src/contract/preverified.ts';

/** What a careless change looks like: the attempt is reserved before the number is read. Replay must refuse it. */
export async function onboardPhoneNumber({ phoneNumberId }: OnboardingInput): Promise<void> {
  const activities = proxyActivities<OnboardingActivities>({ startToCloseTimeout: 30_000 });
  await activities.reserveAttempt({
    phoneNumberId,
    requestKey: 'too early',
    kind: 'automatic',
  });
}

/** Reads the account before it sees to the account's webhooks. */
export async function watchAccount({ wabaId }: WatchInput): Promise<void> {
  const activities = proxyActivities<AccountActivities>({ startToCloseTimeout: 300_000 });
  await activities.observeAccount({ wabaId });
}

/** Gives the event up before it is sent. */
export async function deliverEvent(input: DeliveryInput): Promise<void> {
  const activities = proxyActivities<DeliveryActivities>({ startToCloseTimeout: 30_000 });
  await activities.parkEvent(input);
}

/** Registers the number again before Meta has approved its name. */
export async function changeDisplayName({ phoneNumberId }: NameChangeInput): Promise<void> {
  const activities = proxyActivities<OnboardingActivities>({ startToCloseTimeout: 30_000 });
  const requestKey = 'too early';
  const kind = 'automatic';
  await activities.reserveAttempt({ phoneNumberId, requestKey, kind });
}

/** Tells of a number's end before anybody has looked at it. */
export async function preverifyPhoneNumber({ preverifiedId }: PreverifyInput): Promise<void> {
  const activities = proxyActivities<PreverifiedActivities>({ startToCloseTimeout: 30_000 });
  await activities.tellPreverified({ preverifiedId, atMs: 0, text: 'too early' });
}

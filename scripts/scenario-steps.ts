import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { signalNames, updateNames, type OnboardingInput } from '../src/contract/onboarding.ts';
import { digitsOf } from '../src/domain/phone-number.ts';
import { Secret } from '../src/domain/secret.ts';
import type { RealEngine } from '../test/support/real-engine.ts';
import type { Scenario } from '../test/replay/scenarios.ts';

/** Where a number comes from, and where it registers. */
export async function asIn(
  engine: RealEngine,
  { isOnPremises, source }: Scenario,
  input: OnboardingInput,
): Promise<OnboardingInput> {
  if (isOnPremises === true) return await onPremises(engine, input);
  return source === undefined ? input : { ...input, source };
}

/** One step of a life, at its time. */
export async function take(
  engine: RealEngine,
  { input, handle }: { readonly input: OnboardingInput; readonly handle: WorkflowHandle },
  step: Scenario['steps'][number],
): Promise<void> {
  await sleep(step.afterMs);
  if (step.patch !== undefined)
    await engine.meta.patch(`/numbers/${input.phoneNumberId}`, step.patch);
  if (step.nameDecision !== undefined) await tell(engine, input, step.nameDecision);
  if (step.accountReview !== undefined) await review(engine, input, step.accountReview);
  if (step.signal !== undefined) await handle.signal(step.signal);
  if (step.isSignedUpAgain === true) {
    await handle.signal(signalNames.signedUpAgain, { signedUpAtMs: Date.now() });
  }
  if (step.name !== undefined) {
    await handle.executeUpdate(updateNames.changeName, {
      args: [{ actor: 'Ada', name: step.name }],
    });
  }
}

async function onPremises(
  { meta, store }: RealEngine,
  input: OnboardingInput,
): Promise<OnboardingInput> {
  const password = new Secret('fake-onprem-password');
  const access = { baseUrl: meta.url, userName: 'admin', password };
  await store.credentials.keepOnPremises(input.wabaId, access);
  return { ...input, platform: 'on-premises', codeMethod: 'voice' };
}

/** As the HTTP edge keeps a webhook about a name. */
async function tell(
  { store }: RealEngine,
  { phoneNumberId, wabaId }: Pick<OnboardingInput, 'phoneNumberId' | 'wabaId'>,
  nameDecision: NonNullable<Scenario['steps'][number]['nameDecision']>,
): Promise<void> {
  const number = await store.numbers.byId(phoneNumberId);
  const digits = digitsOf(number?.displayPhoneNumber ?? '');
  const hint = { digest: phoneNumberId, wabaId, field: 'phone_number_name_update', digits };
  await store.inbox.keep([{ ...hint, nameDecision }]);
}

async function review(
  { meta, store }: RealEngine,
  { phoneNumberId, wabaId }: Pick<OnboardingInput, 'phoneNumberId' | 'wabaId'>,
  event: string,
): Promise<void> {
  await meta.patch(`/wabas/${wabaId}`, { account_review_status: event });
  const hint = { digest: `${phoneNumberId} ${event}`, wabaId, field: 'account_review_update' };
  await store.inbox.keep([{ ...hint, event }]);
}

import { provisionalDeadlineOf } from '../../src/domain/deadline.ts';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { isPhoneNumberId, isWabaId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { GraphClient } from '../../src/graph/client.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeMeta } from './fake-meta.ts';

/** Where a customer's signup ends up without the HTTP edge: a token exchanged for real, and a row in the store. */
export async function acceptSignup(
  parts: { readonly meta: FakeMeta; readonly graph: GraphClient; readonly store: Store },
  order: unknown,
  nowMs: number,
): Promise<OnboardingInput> {
  const signup = await parts.meta.signUp(order);
  const { phone_number_id: phoneNumberId, waba_id: wabaId } = signup;
  if (!isPhoneNumberId(phoneNumberId) || !isWabaId(wabaId)) throw new Error('not an id');
  const token = await parts.graph.exchangeCode({ code: new Secret(signup.code) });
  const number = await parts.graph.readPhoneNumber({ phoneNumberId, token });
  await parts.store.signups.accept({
    idempotencyKey: `${phoneNumberId}/${nowMs}`,
    bodyHash: phoneNumberId,
    phoneNumberId,
    wabaId,
    displayPhoneNumber: number.displayPhoneNumber,
    token,
    deadlineAtMs: provisionalDeadlineOf(nowMs),
  });
  return {
    phoneNumberId,
    wabaId,
    signedUpAtMs: nowMs,
    platform: 'cloud',
    source: 'embedded-signup',
  };
}

import type { OnboardingInput, OnboardingResult } from '../../../src/contract/onboarding.ts';
import { needsRegistration } from '../../../src/domain/number-facts.ts';
import { finish } from '../../../src/workflows/ending.ts';
import { collectCertificate, followName } from '../../../src/workflows/following-name.ts';
import { handleMessages } from '../../../src/workflows/messages.ts';
import { onboardOnPremises } from '../../../src/workflows/on-premises.ts';
import { registerNumber } from '../../../src/workflows/registering.ts';
import { openRun } from '../../../src/workflows/run.ts';
import { verifyOwnership } from '../../../src/workflows/verifying.ts';
import { look } from '../../../src/workflows/waiting.ts';

/**
 * `onboardPhoneNumber` as a later version would have it: one read more, before the name is followed. The rest is the story of
 * `src/workflows/onboard-phone-number.ts`, and is changed with it.
 */
export async function laterStory(
  input: OnboardingInput,
  isLooking: () => boolean,
): Promise<OnboardingResult> {
  const run = openRun(input);
  handleMessages(run);

  if (input.platform === 'on-premises') return await onboardOnPremises(run);
  let facts = await verifyOwnership(run);
  do {
    facts = needsRegistration(facts) ? await registerNumber(run, facts) : facts;
    if (isLooking()) facts = await look(run);
    facts = await followName(run, facts);
  } while (needsRegistration(facts));

  await collectCertificate(run, facts);
  return await finish(run, 'ready');
}

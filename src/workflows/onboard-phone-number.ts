import type { OnboardingInput, OnboardingResult } from '../contract/onboarding.ts';
import { needsRegistration } from '../domain/number-facts.ts';
import { nameStateOf } from '../domain/renaming.ts';
import { finish } from './ending.ts';
import { collectCertificate, followName } from './following-name.ts';
import { handleMessages } from './messages.ts';
import { onboardOnPremises } from './on-premises.ts';
import { registerNumber } from './registering.ts';
import { openRun } from './run.ts';
import { verifyOwnership } from './verifying.ts';

/**
 * One number, from the accepted signup to its certificate. Until it is registered every wait is bounded by the deadline;
 * at that instant the number is read once more, and a run that finds it unregistered fails with `SignupExpired`.
 */
export async function onboardPhoneNumber(input: OnboardingInput): Promise<OnboardingResult> {
  const run = openRun(input);
  handleMessages(run);

  if (input.platform === 'on-premises') return await onboardOnPremises(run);
  let facts = await verifyOwnership(run);
  do {
    facts = needsRegistration(facts) ? await registerNumber(run, facts) : facts;
    facts = await followName(run, facts);
  } while (needsRegistration(facts));

  if (nameStateOf(facts) !== 'approved') {
    return await finish(run, 'registered-name-undecided');
  }
  await collectCertificate(run, facts);
  return await finish(run, facts.isOnBizApp ? 'not-applicable' : 'ready');
}

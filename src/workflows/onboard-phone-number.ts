import type { OnboardingInput, OnboardingResult } from '../contract/onboarding.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import { nameStateOf } from '../domain/renaming.ts';
import { finish } from './ending.ts';
import { collectCertificate, followName } from './following-name.ts';
import type { Carried } from './known.ts';
import { handleMessages } from './messages.ts';
import { onboardOnPremises } from './on-premises.ts';
import { isRegistering, registerNumber } from './registering.ts';
import { factsIn, openRun, type Run } from './run.ts';
import { verifyOwnership } from './verifying.ts';

/**
 * One number, from the accepted signup to its certificate. Until it is registered every wait is bounded by the deadline;
 * at that instant the number is read once more, and a run that finds it unregistered fails with `SignupExpired`. A run whose
 * history has grown long hands over to the next, which goes on where it was.
 */
export async function onboardPhoneNumber(
  input: OnboardingInput,
  carried?: Carried,
): Promise<OnboardingResult> {
  const run = openRun(input, carried);
  handleMessages(run);

  if (input.platform === 'on-premises') return await onboardOnPremises(run);
  const facts = factsIn(run, ['collecting-certificate']) ?? (await registerAndFollowName(run));
  if (nameStateOf(facts) !== 'approved') {
    return await finish(run, 'registered-name-undecided');
  }
  await collectCertificate(run, facts);
  return await finish(run, facts.isOnBizApp ? 'not-applicable' : 'ready');
}

/** Once more for as long as the number is found taken off Cloud API. */
async function registerAndFollowName(run: Run): Promise<NumberFacts> {
  let facts = factsIn(run, ['registering', 'following-name']) ?? (await verifyOwnership(run));
  do {
    const isToRegister = needsRegistration(facts) || isRegistering(run);
    facts = isToRegister ? await registerNumber(run, facts) : facts;
    facts = await followName(run, facts);
  } while (needsRegistration(facts));
  return facts;
}

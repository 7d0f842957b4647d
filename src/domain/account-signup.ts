import { mayAdoptUnasked } from './account-watch.ts';
import { needsRegistration, type NumberFacts } from './number-facts.ts';

/**
 * How long ago Embedded Signup may have dated a number of this signup: its code lives 30 seconds, and clocks differ. Another
 * number of the account was dated by another signup, perhaps of another partner.
 */
const SIGNUP_TAKES_MS = 10 * 60_000;

/** `signup`: the customer has just brought it. `adoption`: nothing happens to it at Meta before a person acts. */
export type SignupTake = 'signup' | 'adoption';

/** How the number of an account is taken up after a signup that named none; undefined where a person must name it. */
export function takenUpAfterSignup(facts: NumberFacts): SignupTake | undefined {
  // One on the WhatsApp Business app is never registered by us.
  if (isOfThisSignup(facts) && (facts.isOnBizApp || needsRegistration(facts))) return 'signup';
  return mayAdoptUnasked(facts) ? 'adoption' : undefined;
}

function isOfThisSignup({ lastOnboardedAtMs, readAtMs }: NumberFacts): boolean {
  return lastOnboardedAtMs !== undefined && readAtMs - lastOnboardedAtMs < SIGNUP_TAKES_MS;
}

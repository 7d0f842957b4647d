import { isOwnershipSettled } from '../domain/goals.ts';
import { registrationOf, type NumberFacts } from '../domain/number-facts.ts';
import type { Waiting } from '../contract/onboarding.ts';
import { enter } from './progress.ts';
import { tell, type Run } from './run.ts';
import { look, waitForFacts } from './waiting.ts';

/**
 * Ends once Meta holds a proof that the customer owns the number, or needs none: a registered number, or one that lives on
 * the WhatsApp Business app.
 */
export async function verifyOwnership(run: Run): Promise<NumberFacts> {
  enter(run, 'verifying');
  let facts = await look(run);
  if (!isOwnershipSettled(facts)) {
    facts = await waitForFacts(
      run,
      {
        goal: 'ownership-settled',
        pace: 'poll',
        notBeforeMs: facts.readAtMs + run.timing.pollMs,
      },
      waitingIn(run, facts),
    );
  }
  tell(run, 'verified', ['Meta holds a valid proof of ownership, or needs none.', 'Meta']);
  return facts;
}

/** Whoever has the number in hand gets the code: the customer of a signup; the partner for one of his own, or one added for him. */
function waitingIn({ input: { source } }: Run, facts: NumberFacts): Waiting {
  if (facts.platformType === 'ON_PREMISE') {
    return { for: 'operator', refusal: { cause: 'migration_needed' } };
  }
  if (registrationOf(facts) === 'unclear') return { for: 'meta' };
  if (facts.isPreverified) return { for: 'operator', refusal: { cause: 'preverified_lapsed' } };
  const isSignedUp = source === 'embedded-signup';
  return { for: isSignedUp ? 'customer' : 'operator', refusal: { cause: 'not_verified' } };
}

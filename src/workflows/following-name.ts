import type { Waiting } from '../contract/onboarding.ts';
import type { Goal } from '../domain/goals.ts';
import { nameMeaningOf } from '../domain/name-status.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import { enter } from './progress.ts';
import { tell, type Run } from './run.ts';
import { waitForFacts, type Wait } from './waiting.ts';

/**
 * Follows the display name until Meta approves it. A declined name waits for another one; a value we do not know is a review
 * that goes on. Ends early when the number is found taken off Cloud API.
 */
export async function followName(run: Run, found: NumberFacts): Promise<NumberFacts> {
  run.isBoundByDeadline = false;
  enter(run, 'following-name');
  let facts = found;
  while (!needsRegistration(facts) && nameMeaningOf(facts.nameStatus) !== 'approved') {
    const isDeclined = nameMeaningOf(facts.nameStatus) === 'declined';
    if (isDeclined) tell(run, 'name-decided', ['Meta declined the display name.', 'Meta']);
    facts = isDeclined ? await wait(run, facts, DECLINED) : await wait(run, facts, IN_REVIEW);
  }
  if (!needsRegistration(facts))
    tell(run, 'name-decided', ['Meta approved the display name.', 'Meta']);
  return facts;
}

const IN_REVIEW = {
  goal: 'name-decided',
  waiting: { for: 'meta', refusal: { cause: 'name_in_review' } },
} as const satisfies { goal: Goal; waiting: Waiting };

const DECLINED = {
  goal: 'name-not-declined',
  waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
} as const satisfies { goal: Goal; waiting: Waiting };

async function wait(
  run: Run,
  { readAtMs }: NumberFacts,
  { goal, waiting }: typeof IN_REVIEW | typeof DECLINED,
): Promise<NumberFacts> {
  const notBeforeMs = readAtMs + run.timing.pollMs;
  return await waitForFacts(run, { goal, pace: 'poll', notBeforeMs }, waiting);
}

/**
 * Every read keeps the certificate it sees, so mostly it is here already. Meta may issue none for a Cloud API number: after
 * the grace period the onboarding ends without one.
 */
export async function collectCertificate(run: Run, facts: NumberFacts): Promise<void> {
  enter(run, 'collecting-certificate');
  if (run.progress.certificateSha256 === undefined) {
    const grace: Wait = {
      goal: 'certificate-shown',
      pace: 'poll',
      notBeforeMs: facts.readAtMs + run.timing.pollMs,
      giveUpAfterMs: run.timing.certificateGraceMs,
    };
    await waitForFacts(run, grace, { for: 'meta' });
  }
  const isCollected = run.progress.certificateSha256 !== undefined;
  if (isCollected) tell(run, 'certificate-collected', ['Certificate collected and sealed.']);
  else {
    tell(run, 'certificate-collected', [
      'Meta issued no certificate; a Cloud API number needs none.',
    ]);
    const tracks = { ...run.progress.tracks, certificate: 'not-issued' as const };
    run.progress = { ...run.progress, tracks };
  }
}

import type { Waiting } from '../contract/onboarding.ts';
import { decisionText } from '../domain/name-decision.ts';
import { nameMeaningOf } from '../domain/name-status.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import { enter } from './progress.ts';
import { tell, type Run } from './run.ts';
import { waitForFacts, type Wait } from './waiting.ts';

/**
 * Follows the display name until Meta approves it. A declined name waits for another one; a value we do not know is a review
 * that goes on. Ends early when the number is found taken off Cloud API, and with a name still in review when that lasts too
 * long.
 */
export async function followName(run: Run, found: NumberFacts): Promise<NumberFacts> {
  run.isBoundByDeadline = false;
  enter(run, 'following-name');
  let facts = found;
  let inReviewSinceMs = Date.now();
  while (isOpen(run, facts, inReviewSinceMs)) {
    if (nameMeaningOf(facts.nameStatus) === 'declined') {
      tell(run, 'name-decided', [declinedText(run), 'Meta']);
      facts = await wait(run, facts, DECLINED);
      inReviewSinceMs = Date.now();
    } else facts = await wait(run, facts, { ...IN_REVIEW, sinceMs: inReviewSinceMs });
  }
  if (!needsRegistration(facts) && nameMeaningOf(facts.nameStatus) === 'approved')
    tell(run, 'name-decided', ['Meta approved the display name.', 'Meta']);
  return facts;
}

function declinedText({ progress: { nameDecision } }: Run): string {
  const why = nameDecision === undefined ? '' : decisionText(nameDecision);
  return `Meta declined the display name. ${why}`.trimEnd();
}

function isOpen({ timing }: Run, facts: NumberFacts, inReviewSinceMs: number): boolean {
  if (needsRegistration(facts)) return false;
  const meaning = nameMeaningOf(facts.nameStatus);
  if (meaning === 'approved' || meaning === 'declined') return meaning === 'declined';
  return facts.readAtMs - inReviewSinceMs < timing.nameUndecidedAfterMs;
}

interface NameWait extends Pick<Wait, 'goal' | 'sinceMs'> {
  readonly waiting: Waiting;
}

const IN_REVIEW: NameWait = {
  goal: 'name-decided',
  waiting: { for: 'meta', refusal: { cause: 'name_in_review' } },
};

const DECLINED: NameWait = {
  goal: 'name-not-declined',
  waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
};

async function wait(
  run: Run,
  { readAtMs }: NumberFacts,
  { waiting, ...sought }: NameWait,
): Promise<NumberFacts> {
  const { pollMs, nameUndecidedAfterMs } = run.timing;
  const end = sought.sinceMs === undefined ? {} : { giveUpAfterMs: nameUndecidedAfterMs };
  const notBeforeMs = readAtMs + pollMs;
  return await waitForFacts(run, { ...sought, ...end, pace: 'poll', notBeforeMs }, waiting);
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

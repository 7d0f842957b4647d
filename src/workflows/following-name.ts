import type { Waiting } from '../contract/onboarding.ts';
import { decisionText } from '../domain/name-decision.ts';
import { needsRegistration, type NumberFacts } from '../domain/number-facts.ts';
import { nameStateOf, type NameState } from '../domain/renaming.ts';
import { applyName, askAgain } from './applying-name.ts';
import { enter } from './progress.ts';
import { tell, type Run } from './run.ts';
import { submitWish } from './submitting-name.ts';
import { isToldBefore } from './told-waits.ts';
import { look, waitForFacts, waitForName, type Wait } from './waiting.ts';

/**
 * Follows the display name until Meta approves it. A declined name waits for another one, and a new name that is approved is
 * applied; a value we do not know is a review that goes on. Ends early when the number is found taken off Cloud API, and with
 * a name still in review when that lasts too long.
 */
export async function followName(run: Run, found: NumberFacts): Promise<NumberFacts> {
  run.isBoundByDeadline = false;
  enter(run, 'following-name');
  const facts = await followReview(run, found);
  run.reviewSinceMs = undefined;
  return facts;
}

async function followReview(run: Run, found: NumberFacts): Promise<NumberFacts> {
  let facts = found;
  while (!needsRegistration(facts)) {
    run.reviewSinceMs ??= Date.now();
    const state = nameStateOf(facts);
    if (run.hasMissedRename) facts = await askAgain(run);
    else if (isToApply(run, state)) facts = await applyName(run, facts);
    else if (state === 'approved') {
      tell(run, 'name-decided', ['Meta approved the display name.', 'Meta']);
      return facts;
    } else if (state === 'declined') facts = await waitForAnother(run, facts);
    else if (facts.readAtMs - run.reviewSinceMs >= run.timing.nameUndecidedAfterMs) return facts;
    else facts = await waitFor(run, facts, { ...openWaitOf(state), sinceMs: run.reviewSinceMs });
  }
  return facts;
}

/** Also a name that was asked for here and of whose change Meta shows nothing any more. */
function isToApply({ wantedName, renameDueAtMs }: Run, state: NameState): boolean {
  if (state === 'to-apply' || renameDueAtMs !== undefined) return true;
  return state === 'approved' && wantedName !== undefined;
}

async function waitForAnother(run: Run, facts: NumberFacts): Promise<NumberFacts> {
  if (!isToldDeclined(run)) tell(run, 'name-decided', [declinedText(run), 'Meta']);
  const another = await waitFor(run, facts, DECLINED);
  run.reviewSinceMs = undefined;
  return another;
}

/** By the run before this one, whatever became since of the names that a person asked for. */
function isToldDeclined(run: Run): boolean {
  const { sent, nameRefusal } = run;
  return sent !== undefined || nameRefusal !== undefined || isToldBefore(run, DECLINED.waiting);
}

/** What Meta told of the name, as far as a person can act on it. */
export function declinedText({ progress: { nameDecision } }: Run): string {
  const why = nameDecision === undefined ? '' : decisionText(nameDecision);
  return `Meta declined the display name. ${why}`.trimEnd();
}

interface NameWait extends Pick<Wait, 'goal' | 'sinceMs'> {
  readonly waiting: Waiting;
}

const DECLINED: NameWait = {
  goal: 'name-not-declined',
  waiting: { for: 'customer', refusal: { cause: 'name_declined' } },
};

const IN_REVIEW: NameWait = {
  goal: 'name-decided',
  waiting: { for: 'meta', refusal: { cause: 'name_in_review' } },
};

const EXPIRED: NameWait = {
  goal: 'name-not-expired',
  waiting: { for: 'operator', refusal: { cause: 'certificate_expired' } },
};

function openWaitOf(state: NameState): NameWait {
  return state === 'expired' ? EXPIRED : IN_REVIEW;
}

async function waitFor(
  run: Run,
  { readAtMs }: NumberFacts,
  { waiting, ...sought }: NameWait,
): Promise<NumberFacts> {
  const { pollMs, nameUndecidedAfterMs } = run.timing;
  const end = sought.sinceMs === undefined ? {} : { giveUpAfterMs: nameUndecidedAfterMs };
  const wait: Wait = { ...sought, ...end, pace: 'poll', notBeforeMs: readAtMs + pollMs };
  const { nameRefusal: refusal } = run;
  const shown: Waiting = refusal === undefined ? waiting : { for: 'customer', refusal };
  const facts = await waitForName(run, wait, shown);
  run.nameRefusal = undefined;
  if (facts !== undefined) return facts;
  const submission = await submitWish(run);
  if (submission?.kind === 'submitted') return submission.facts;
  run.nameRefusal = submission?.refusal;
  return await waitFor(run, await look(run), { waiting, ...sought });
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

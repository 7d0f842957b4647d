import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { OnboardingResult, Waiting } from '../contract/onboarding.ts';
import { causeEntry } from '../domain/causes.ts';
import { nameMeaningOf } from '../domain/name-status.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import { fail, finish } from './ending.ts';
import { passingIn, refusedIn } from './failures.ts';
import { isToBeHeld, whileHeld } from './holding.ts';
import { enter } from './progress.ts';
import { tell, urgencyOf, type Run } from './run.ts';
import { verifyOwnership } from './verifying.ts';
import { look, waitForFacts, waitForMessage } from './waiting.ts';

/**
 * A number that registers on the customer's own client: there its certificate is what registers it, so the name comes first.
 * The signup has proved the ownership already, so no code is needed.
 */
export async function onboardOnPremises(run: Run): Promise<OnboardingResult> {
  if (run.progress.stage === 'verifying') await verifyUnlessThere(run);
  if (run.progress.stage !== 'registering') await followToCertificate(run);
  await registerWithClient(run);
  tell(run, 'registered', ["Registered on the customer's On-Premises client."]);
  return await finish(run, 'ready');
}

async function verifyUnlessThere(run: Run): Promise<void> {
  const found = await look(run);
  noteWhereItIs(run, found);
  if (found.platformType !== 'ON_PREMISE') await verifyOwnership(run);
}

/** Only registration is under the deadline, and there it has happened. */
function noteWhereItIs(run: Run, { platformType }: NumberFacts): void {
  if (platformType === 'ON_PREMISE') run.isBoundByDeadline = false;
}

async function followToCertificate(run: Run): Promise<void> {
  enter(run, 'following-name');
  let facts = await look(run);
  while (facts.certificateSha256 === undefined) {
    facts = await waitForName(run, facts);
    noteWhereItIs(run, facts);
  }
  enter(run, 'collecting-certificate');
  tell(run, 'certificate-collected', ['Certificate collected and sealed.']);
}

async function waitForName(run: Run, { nameStatus, readAtMs }: NumberFacts): Promise<NumberFacts> {
  const isDeclined = nameMeaningOf(nameStatus) === 'declined';
  const waiting: Waiting = isDeclined
    ? { for: 'customer', refusal: { cause: 'name_declined' } }
    : { for: 'meta', refusal: { cause: 'name_in_review' } };
  const goal = isDeclined ? 'certificate-or-another-name' : 'certificate-or-declined';
  const notBeforeMs = readAtMs + run.timing.pollMs;
  return await waitForFacts(run, { goal, pace: 'poll', notBeforeMs }, waiting);
}

/** The client answers alike for what it has just done and for what was done before, so it is asked until it says so. */
async function registerWithClient(run: Run): Promise<void> {
  enter(run, 'registering');
  for (;;) {
    const refusal = await tryToRegister(run);
    if (refusal === undefined) return;
    if (causeEntry(refusal.cause).verdict === 'stop') await fail(run, 'abandoned', refusal);
    await waitForMessage(run, waitingFor(run, refusal));
  }
}

/** Why it is not registered yet; undefined once it is. */
async function tryToRegister(run: Run): Promise<Refusal | undefined> {
  const decided = isToBeHeld(run) ? await whileHeld(run) : undefined;
  if (decided !== undefined) return undefined;
  const { phoneNumberId, wabaId, codeMethod = 'sms' } = run.input;
  const order = { phoneNumberId, wabaId, codeMethod, urgencyMs: urgencyOf(run) };
  try {
    const answer = await run.activities.registerOnPremises(order);
    tell(run, 'attempt', [`On-Premises registration: ${answer}.`]);
    return answer === 'registered' ? undefined : { cause: 'ownership_not_confirmed' };
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return refusedIn(error) ?? passingIn(error);
  }
}

/** What passes by itself is tried again with the next poll; for everything else a person is asked. */
function waitingFor(run: Run, refusal: Refusal): Waiting {
  const passes = causeEntry(refusal.cause).verdict === 'wait';
  if (!passes) return { for: 'operator', refusal };
  return { for: 'time', refusal, untilMs: Date.now() + run.timing.pollMs };
}

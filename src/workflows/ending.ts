import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { EventKind } from '../contract/activities.ts';
import { failureTypes } from '../contract/failures.ts';
import type { OnboardingResult } from '../contract/onboarding.ts';
import { causeEntry } from '../domain/causes.ts';
import { spanText } from '../domain/notices.ts';
import { registrationOf, type NumberFacts } from '../domain/number-facts.ts';
import type { FailedOutcome, Outcome } from '../domain/outcome.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import { proxyLastRead } from './activity-proxies.ts';
import { startAfresh } from './handing-over.ts';
import { announce, takeFacts } from './progress.ts';
import { isOverdue, knownOf, tell, urgencyOf, type Run } from './run.ts';
import { hasSignedUpAgain, takeSignup } from './signing-up-again.ts';

const NAME_TOO_LATE = 'The display name that was asked for was not sent: it came too late.';

/** Ends well. */
export async function finish(
  run: Run,
  outcome: Exclude<Outcome, FailedOutcome>,
): Promise<OnboardingResult> {
  await endIfGivenUp(run);
  if (run.messages.name !== undefined) tell(run, 'name-submitted', [NAME_TOO_LATE]);
  tell(run, ...lastWordsOf(run, outcome));
  await end(run, outcome);
  const { certificateSha256 } = run.progress;
  return { outcome, ...(certificateSha256 === undefined ? {} : { certificateSha256 }) };
}

function lastWordsOf(
  { timing, progress }: Run,
  outcome: Exclude<Outcome, FailedOutcome>,
): [EventKind, [string]] {
  if (outcome === 'ready') return ['ready', ['Ready to use.']];
  if (outcome === 'not-applicable') return ['ready', ['Usable on the WhatsApp Business app.']];
  const span = spanText(timing.nameUndecidedAfterMs);
  const use = progress.isUsable === true ? 'The number can be used' : 'Meta does not let it send';
  return [
    'name-undecided',
    [`Meta has not decided on the display name in ${span}, and we stop asking. ${use}.`],
  ];
}

/**
 * The deadline is here: one read decides. A number registered by then is registered, even by an answer we lost; otherwise
 * the run fails with `SignupExpired`, so that a new signup may start it again. Undefined: the deadline has moved meanwhile.
 */
export async function readOnceMoreOrExpire(run: Run): Promise<Decided | undefined> {
  const facts = await lastRead(run);
  if (facts !== undefined) {
    takeFacts(run, facts);
    if (isRegistered(run, facts) || facts.isOnBizApp) return { kind: 'facts', facts };
  }
  if (hasSignedUpAgain(run)) takeSignup(run);
  if (!isOverdue(run)) return undefined;
  return await fail(run, 'signup-expired', { cause: 'deadline_passed' });
}

interface Decided {
  readonly kind: 'facts';
  readonly facts: NumberFacts;
}

function isRegistered({ input }: Run, facts: NumberFacts): boolean {
  return input.platform === 'on-premises'
    ? facts.platformType === 'ON_PREMISE'
    : registrationOf(facts) === 'registered';
}

/** Ends the run when Meta banned the number or the account no longer has it. */
export async function endIfLost(run: Run, facts: NumberFacts): Promise<void> {
  const registration = registrationOf(facts);
  if (registration === 'banned') await fail(run, 'abandoned', { cause: 'banned' });
  if (registration === 'gone') await fail(run, 'abandoned', { cause: 'number_gone' });
}

/** Ends the run when a person has given the number up. */
export async function endIfGivenUp(run: Run): Promise<void> {
  const { givenUpBy: by } = run.messages;
  if (by !== undefined) await fail(run, 'abandoned', { cause: 'given_up', by });
}

/** Why a run fails, and which person wants it to. */
interface Why extends Refusal {
  readonly by?: string;
}

/**
 * Ends red in the Temporal UI, with whose move is next in the message. A signup that came while people were told so is not lost:
 * with it the number begins anew.
 */
export async function fail(run: Run, outcome: FailedOutcome, why: Why): Promise<never> {
  const { by, ...refusal } = why;
  const { advice } = causeEntry(refusal.cause);
  tell(run, outcome, by === undefined ? [advice] : [advice, by]);
  await end(run, outcome, refusal);
  if (hasSignedUpAgain(run)) return await startAfresh(run);
  const type = outcome === 'abandoned' ? failureTypes.abandoned : failureTypes.signupExpired;
  throw ApplicationFailure.nonRetryable(advice, type);
}

async function end(run: Run, outcome: Outcome, refusal?: Refusal): Promise<void> {
  const waiting = { for: 'nobody', ...(refusal === undefined ? {} : { refusal }) } as const;
  announce(run, { ...run.progress, stage: 'done', waiting, outcome });
  await run.announced;
}

async function lastRead(run: Run): Promise<NumberFacts | undefined> {
  const { phoneNumberId, wabaId } = run.input;
  const look = {
    goal: 'any-answer',
    pace: 'poll',
    sinceMs: Date.now(),
    notBeforeMs: 0,
    isLastRead: true,
  } as const;
  try {
    return await proxyLastRead(run.timing).observeNumber({
      ...look,
      urgencyMs: urgencyOf(run),
      phoneNumberId,
      wabaId,
      timing: run.timing,
      ...knownOf(run),
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

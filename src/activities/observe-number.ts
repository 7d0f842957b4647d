import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ObserveNumber, OnboardingActivities } from '../contract/activities.ts';
import { nextReadAfterMs, untilReadMs } from '../domain/goals.ts';
import { explains } from '../domain/name-decision.ts';
import { registrationOf, type NumberFacts } from '../domain/number-facts.ts';
import { GraphRefused } from '../graph/errors.ts';
import { factsOf } from '../steps/facts.ts';
import { refusalOf } from '../steps/refusal-of.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { paced } from './pacing.ts';
import { refused, stillWaiting } from './translate-failures.ts';

/** One read. A certificate on it is sealed at once, as Meta shows it for seven days only. */
export function createObserveNumber(deps: ActivityDeps): OnboardingActivities['observeNumber'] {
  return async (args) => {
    const { attempt } = activityInfo();
    const seen = await deps.store.accounts.lastReadOf(args.phoneNumberId);
    const earlyMs = untilReadMs(args, { attempt, seen }, deps.nowMs());
    if (earlyMs > 0) throw stillWaiting('The number was read a moment ago', earlyMs);
    const facts = await read(deps, args).catch((error: unknown) => tellGone(deps, args, error));
    const isProven = args.goal === 'registered' && registrationOf(facts) === 'registered';
    if (isProven) await deps.store.attempts.prove(args.phoneNumberId);
    const told = await withDecision(deps, args, facts);
    const delayMs = nextReadAfterMs(args, told);
    if (delayMs === undefined) return told;
    throw stillWaiting(seenIn(facts), delayMs);
  };
}

/** The webhook only explains what was read; it is kept apart, as its reason is on no read. */
async function withDecision(
  { store }: ActivityDeps,
  { phoneNumberId, knownDecisionAtMs = Infinity }: ObserveNumber,
  facts: NumberFacts,
): Promise<NumberFacts> {
  const nameDecision = await store.inbox.nameDecisionOf(phoneNumberId);
  if (nameDecision === undefined || !explains(nameDecision, facts.nameStatus)) return facts;
  return nameDecision.toldAtMs > knownDecisionAtMs ? { ...facts, nameDecision } : facts;
}

async function read(deps: ActivityDeps, args: ObserveNumber): Promise<NumberFacts> {
  const { phoneNumberId, wabaId, urgencyMs, isLastRead = false } = args;
  const call = { phoneNumberId, token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
  const number = await paced(
    deps,
    { wabaId, who: phoneNumberId, urgencyMs, calls: 1, atOnce: isLastRead },
    () => deps.graph.readPhoneNumber(call),
  );
  const known = args.isOnBizApp === true ? { isOnBizApp: true } : {};
  const facts = { ...(await factsOf(deps, number)), ...known };
  await deps.store.accounts.keepReads(wabaId, [{ phoneNumberId, facts }]);
  return facts;
}

/**
 * Meta answers alike for a number that is gone and for one we may not see any more. If the account itself can be read, it is
 * the number.
 */
async function tellGone(
  deps: ActivityDeps,
  { wabaId }: ObserveNumber,
  error: unknown,
): Promise<never> {
  const isNotThere =
    error instanceof GraphRefused && error.answer.code === 100 && error.answer.subcode === 33;
  if (!isNotThere) throw error;
  const token = await tokenOf(deps, wabaId);
  const isAccountThere = await deps.graph.readAccount({ wabaId, token }).then(
    () => true,
    () => false,
  );
  throw isAccountThere ? refused({ ...refusalOf(error), cause: 'number_gone' }) : error;
}

function seenIn(facts: NumberFacts): string {
  const { codeVerificationStatus, status = '-', nameStatus = '-' } = facts;
  return `Not yet: code_verification_status ${codeVerificationStatus}, status ${status}, name_status ${nameStatus}`;
}

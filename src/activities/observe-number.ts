import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ObserveNumber, OnboardingActivities } from '../contract/activities.ts';
import { isToldDeleted, isToldReinstated, type AccountEvent } from '../domain/account-events.ts';
import { isLost, isReached, nextReadAfterMs, untilReadMs, type Goal } from '../domain/goals.ts';
import { explains } from '../domain/name-decision.ts';
import { registrationOf, type NumberFacts } from '../domain/number-facts.ts';
import { GraphRefused } from '../graph/errors.ts';
import type { PhoneNumber } from '../graph/client.ts';
import { factsOf } from '../steps/facts.ts';
import { refusalOf } from '../steps/refusal-of.ts';
import { createAccountCheck } from './check-account.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { paced } from './pacing.ts';
import { refused, stillWaiting } from './translate-failures.ts';

/** One read. A certificate on it is sealed at once, as Meta shows it for seven days only. */
export function createObserveNumber(deps: ActivityDeps): OnboardingActivities['observeNumber'] {
  const checkAccount = createAccountCheck(deps);
  return async (args) => {
    const { attempt } = activityInfo();
    const { accounts, attempts, inbox } = deps.store;
    const last = await accounts.lastReadOf(args.phoneNumberId);
    const earlyMs = untilReadMs(args, { attempt, seen: last }, deps.nowMs());
    if (earlyMs > 0) throw stillWaiting('The number was read a moment ago', earlyMs);
    const events = await inbox.accountEventsOf(args.wabaId);
    const seen = await read(deps, args).catch((error: unknown) =>
      tellGone(deps, args, { events, error }),
    );
    const { facts } = seen;
    if (isProof(args.goal, facts)) await attempts.prove(args.phoneNumberId);
    // At the deadline the number alone decides.
    const isBoundToAccount = args.isLastRead !== true && !isLost(facts);
    if (isBoundToAccount) await checkAccount({ ...args, ...seen, events });
    const told = await withDecision(deps, args, withReinstatement(args, seen, events));
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
  if (nameDecision === undefined || !explains(nameDecision, facts)) return facts;
  return nameDecision.toldAtMs > knownDecisionAtMs ? { ...facts, nameDecision } : facts;
}

function withReinstatement(
  { sinceMs }: ObserveNumber,
  { facts, isAccountBlocked }: Seen,
  events: readonly AccountEvent[],
): NumberFacts {
  const isReinstated = !isAccountBlocked && isToldReinstated(events, sinceMs);
  return isReinstated ? { ...facts, isReinstated } : facts;
}

interface Seen {
  readonly facts: NumberFacts;
  readonly isAccountBlocked: boolean;
}

async function read(deps: ActivityDeps, args: ObserveNumber): Promise<Seen> {
  const { phoneNumberId, wabaId, urgencyMs, isLastRead = false } = args;
  const call = { phoneNumberId, token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
  const number = await paced(
    deps,
    { wabaId, who: phoneNumberId, urgencyMs, calls: 1, atOnce: isLastRead },
    () => deps.graph.readPhoneNumber(call),
  );
  const known = args.isOnBizApp === true ? { isOnBizApp: true } : {};
  const facts = { ...(await factsOf(deps, number)), ...known, ...wantedIn(args, number) };
  if (number.verifiedName !== undefined) {
    await deps.store.numbers.keepName(phoneNumberId, number.verifiedName);
  }
  await deps.store.accounts.keepReads(wabaId, [{ phoneNumberId, facts }]);
  return { facts, isAccountBlocked: number.canAccountSend === 'BLOCKED' };
}

/** The name itself stays out of Temporal. */
function wantedIn(
  { wantedName }: ObserveNumber,
  { verifiedName }: PhoneNumber,
): Pick<NumberFacts, 'isWantedName'> {
  return wantedName === undefined ? {} : { isWantedName: verifiedName === wantedName };
}

/**
 * Meta answers alike for a number that is gone and for one we may not see any more. If the account itself can be read, it is
 * the number; if not, and Meta told that the account was deleted, it is the account.
 */
async function tellGone(
  deps: ActivityDeps,
  { wabaId }: ObserveNumber,
  { events, error }: { readonly events: readonly AccountEvent[]; readonly error: unknown },
): Promise<never> {
  if (!isNotThere(error)) throw error;
  const token = await tokenOf(deps, wabaId);
  const account = await deps.graph.readAccount({ wabaId, token }).then(
    () => 'there',
    (refusal: unknown) => (isNotThere(refusal) ? 'gone' : 'unclear'),
  );
  if (account === 'there') throw refused({ ...refusalOf(error), cause: 'number_gone' });
  const isDeleted = account === 'gone' && isToldDeleted(events);
  throw isDeleted ? refused({ ...refusalOf(error), cause: 'waba_rejected' }) : error;
}

function isNotThere(error: unknown): error is GraphRefused {
  return error instanceof GraphRefused && error.answer.code === 100 && error.answer.subcode === 33;
}

/** Shows what the last register request was for. */
function isProof(goal: Goal, facts: NumberFacts): boolean {
  if (goal === 'name-applied') return isReached(goal, facts);
  const isAsked = goal === 'registered' || goal === 'registered-or-reinstated';
  return isAsked && registrationOf(facts) === 'registered';
}

function seenIn(facts: NumberFacts): string {
  const { codeVerificationStatus, status = '-', nameStatus = '-' } = facts;
  return `Not yet: code_verification_status ${codeVerificationStatus}, status ${status}, name_status ${nameStatus}`;
}

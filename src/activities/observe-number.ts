import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ObserveNumber, OnboardingActivities } from '../contract/activities.ts';
import { ownPollDueMs } from '../domain/account-watch.ts';
import { isReached, mayGiveUp, nextReadMs, type Goal } from '../domain/goals.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { factsOf } from '../steps/facts.ts';
import { paced } from './pacing.ts';
import { stillWaiting } from './translate-failures.ts';

/** One read. A certificate on it is sealed at once, as Meta shows it for seven days only. */
export function createObserveNumber(deps: ActivityDeps): OnboardingActivities['observeNumber'] {
  return async (args) => {
    const earlyMs = args.notBeforeMs - deps.nowMs();
    if (earlyMs > 0) throw stillWaiting('The number was read a moment ago', earlyMs);
    const answeredForMs = await answeredByTheWatch(deps, args);
    if (answeredForMs > 0) throw stillWaiting('The account was read lately', answeredForMs);
    const facts = await read(deps, args);
    const delayMs = delayUnlessOver(args, facts);
    if (delayMs === undefined) return facts;
    throw stillWaiting(seenIn(facts), delayMs);
  };
}

async function read(deps: ActivityDeps, args: ObserveNumber): Promise<NumberFacts> {
  const { phoneNumberId, wabaId, urgencyMs, isLastRead = false } = args;
  const call = { phoneNumberId, token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
  const number = await paced(
    deps,
    { wabaId, who: phoneNumberId, urgencyMs, calls: 1, atOnce: isLastRead },
    () => deps.graph.readPhoneNumber(call),
  );
  const facts = await factsOf(deps, number);
  await deps.store.accounts.keepReads(wabaId, [{ phoneNumberId, facts }]);
  return facts;
}

const SHARED_GOALS: readonly Goal[] = ['ownership-settled', 'name-decided', 'name-not-declined'];

/**
 * A poll costs no call while somebody has read the number within a poll's time and saw that it waits on. Never the first
 * attempt of a wait: that one was asked for, by a message or by the story.
 */
async function answeredByTheWatch(deps: ActivityDeps, args: ObserveNumber): Promise<number> {
  const { goal, phoneNumberId, timing } = args;
  if (activityInfo().attempt === 1 || !SHARED_GOALS.includes(goal)) return 0;
  const seen = await deps.store.accounts.lastReadOf(phoneNumberId);
  if (seen === undefined || isReached(goal, seen)) return 0;
  const waitedMs = deps.nowMs() - args.sinceMs;
  return ownPollDueMs(seen.readAtMs, nextReadMs('poll', waitedMs, timing)) - deps.nowMs();
}

/** How long until the next read; undefined when this one ends the wait. */
function delayUnlessOver(args: ObserveNumber, facts: NumberFacts): number | undefined {
  if (isReached(args.goal, facts)) return undefined;
  const waitedMs = facts.readAtMs - args.sinceMs;
  const delayMs = nextReadMs(args.pace, waitedMs, args.timing);
  if (args.giveUpAfterMs === undefined) return delayMs;
  const leftMs = args.giveUpAfterMs - waitedMs;
  if (leftMs > 0) return Math.min(delayMs, leftMs);
  return mayGiveUp(args.goal, facts) ? undefined : delayMs;
}

function seenIn(facts: NumberFacts): string {
  const { codeVerificationStatus, status = '-', nameStatus = '-' } = facts;
  return `Not yet: code_verification_status ${codeVerificationStatus}, status ${status}, name_status ${nameStatus}`;
}

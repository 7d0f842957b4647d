import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ObserveNumber, OnboardingActivities } from '../contract/activities.ts';
import { nextReadAfterMs, untilReadMs } from '../domain/goals.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { factsOf } from '../steps/facts.ts';
import { paced } from './pacing.ts';
import { stillWaiting } from './translate-failures.ts';

/** One read. A certificate on it is sealed at once, as Meta shows it for seven days only. */
export function createObserveNumber(deps: ActivityDeps): OnboardingActivities['observeNumber'] {
  return async (args) => {
    const { attempt } = activityInfo();
    const seen = await deps.store.accounts.lastReadOf(args.phoneNumberId);
    const earlyMs = untilReadMs(args, { attempt, seen }, deps.nowMs());
    if (earlyMs > 0) throw stillWaiting('The number was read a moment ago', earlyMs);
    const facts = await read(deps, args);
    const delayMs = nextReadAfterMs(args, facts);
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

function seenIn(facts: NumberFacts): string {
  const { codeVerificationStatus, status = '-', nameStatus = '-' } = facts;
  return `Not yet: code_verification_status ${codeVerificationStatus}, status ${status}, name_status ${nameStatus}`;
}

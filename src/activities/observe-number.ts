import { cancellationSignal } from '@temporalio/activity';
import type { ObserveNumber, OnboardingActivities } from '../contract/activities.ts';
import { isReached, mayGiveUp, nextReadMs } from '../domain/goals.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import type { PhoneNumber } from '../graph/client.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { stillWaiting } from './translate-failures.ts';

/** One read. A certificate on it is sealed at once, as Meta shows it for seven days only. */
export function createObserveNumber(deps: ActivityDeps): OnboardingActivities['observeNumber'] {
  return async (args) => {
    const earlyMs = args.notBeforeMs - deps.nowMs();
    if (earlyMs > 0) throw stillWaiting('The number was read a moment ago', earlyMs);
    const number = await deps.graph.readPhoneNumber({
      phoneNumberId: args.phoneNumberId,
      token: await tokenOf(deps, args.wabaId),
      signal: cancellationSignal(),
    });
    const facts = await factsOf(deps, number);
    const delayMs = delayUnlessOver(args, facts);
    if (delayMs === undefined) return facts;
    throw stillWaiting(seenIn(facts), delayMs);
  };
}

async function factsOf({ store, nowMs }: ActivityDeps, number: PhoneNumber): Promise<NumberFacts> {
  const { phoneNumberId, certificate } = number;
  const { status, platformType, throughputLevel, nameStatus, newNameStatus } = number;
  const { canSendMessage, lastOnboardedAtMs } = number;
  return {
    readAtMs: nowMs(),
    codeVerificationStatus: number.codeVerificationStatus,
    isOnBizApp: number.isOnBizApp ?? false,
    isPreverified: number.isPreverified ?? false,
    ...present({ status, platformType, throughputLevel, nameStatus, newNameStatus }),
    ...present({ canSendMessage }),
    ...present({ lastOnboardedAtMs }),
    ...(certificate === undefined
      ? {}
      : {
          certificateSha256: await store.credentials.keepCertificate(phoneNumberId, certificate),
        }),
  };
}

/** The fields that have a value. */
function present<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, T][] =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
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

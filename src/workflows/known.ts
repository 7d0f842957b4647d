import type { NumberEvent } from '../contract/activities.ts';
import type { NameWish } from '../contract/name-change.ts';
import type { OnboardingInput, Progress, Waiting } from '../contract/onboarding.ts';
import { provisionalDeadlineOf } from '../domain/deadline.ts';
import type { Goal } from '../domain/goals.ts';
import type { NumberFacts } from '../domain/number-facts.ts';
import { hasSignupDeadline } from '../domain/onboarding.ts';
import type { Refusal, RepairOutcome } from '../domain/register-protocol.ts';
import type { Turn } from '../domain/registering.ts';

/**
 * What one run of a number hands to the next once its history has grown long. Plain values, no secret and no phone number. A
 * run may be taken over by newer code, so a field is only ever added.
 */
export type Carried = Partial<Known>;

export interface Known {
  readonly messages: Messages;
  progress: Progress;
  /** The last good read. */
  facts: NumberFacts | undefined;
  /** Meta has refused to register it, as it stays on the WhatsApp Business app. Not every read shows that. */
  isOnBizApp: boolean;
  /** False once the number is registered, or need not be: only registration is under the deadline. And without a signup. */
  isBoundByDeadline: boolean;
  /** The display name that a person asked for in this run, until it is live. */
  wantedName: string | undefined;
  /** Until when an approved new name can be applied; undefined while none is. */
  renameDueAtMs: number | undefined;
  /** The signup from which the deadline is counted. */
  signedUpAtMs: number;
  /** The instant at which the last notice of the deadline was due; 0 before the first. */
  noticeToldAtMs: number;
  /** When Meta told the last decision about the name that this run has heard of; 0 before the first. */
  decisionToldAtMs: number;
  /** What a paused number waited for before. */
  heldFrom: Waiting | undefined;
  /** What a number whose access is barred waited for before. */
  barredFrom: Waiting | undefined;
  /** What happened since the last announcement. */
  news: NumberEvent[];
  /** The wait under way: what for, and since when. */
  wait: { readonly goal: Goal; readonly sinceMs: number } | undefined;
  /** Where the register protocol stands, while it is under way. */
  turn: Turn | undefined;
  /** What came of the repair that is under way, until a read has followed it. */
  mended: RepairOutcome | undefined;
  /** A person has paused the protocol before one of its writes. */
  isTurnHeld: boolean;
  /** A person's retry has ended the protocol's wait, and the read that follows is not there yet. */
  isRetryDue: boolean;
  /** Since when the review of the name is followed. */
  reviewSinceMs: number | undefined;
  /** An approved name was not applied in time, and a person has not said yet what becomes of it. */
  hasMissedRename: boolean;
  /** Why Meta did not take the name that a person asked for last, while the number waits for another. */
  nameRefusal: Refusal | undefined;
  /** The last request for another name, until it is known what came of it. */
  sent: SentName | undefined;
}

/** A display name that was sent to Meta. */
export interface SentName {
  readonly wish: NameWish;
  /** Which of the requests for it this was. */
  readonly times: number;
  readonly outcome: RepairOutcome;
  readonly atMs: number;
}

/** Counters, so that no message is lost between two looks at them. */
export interface Messages {
  hints: number;
  retries: number;
  retriesServed: number;
  /** When the customer went through Embedded Signup last. */
  signedUpAtMs: number;
  /** Who has paused the number. */
  pausedBy: string | undefined;
  /** Who has given the number up. */
  givenUpBy: string | undefined;
  /** The number waits with something that another display name ends. */
  takesName: boolean;
  /** The last name that a person asked for and nobody has sent yet. */
  name: NameWish | undefined;
}

/** Of a number whose onboarding begins. */
export function nothingKnown(input: OnboardingInput): Known {
  const isBoundByDeadline = hasSignupDeadline(input.source);
  return {
    messages: {
      ...{ hints: 0, retries: 0, retriesServed: 0, signedUpAtMs: input.signedUpAtMs },
      ...{ pausedBy: undefined, givenUpBy: undefined, takesName: false, name: undefined },
    },
    progress: {
      stage: 'verifying',
      waiting: { for: 'meta' },
      ...(isBoundByDeadline && { deadlineAtMs: provisionalDeadlineOf(input.signedUpAtMs) }),
      tracks: { ownership: 'unread', registration: 'unread', name: 'unread', certificate: 'none' },
      changedAtMs: Date.now(),
    },
    facts: undefined,
    isOnBizApp: false,
    isBoundByDeadline,
    wantedName: undefined,
    renameDueAtMs: undefined,
    signedUpAtMs: input.signedUpAtMs,
    noticeToldAtMs: 0,
    decisionToldAtMs: 0,
    ...{ heldFrom: undefined, barredFrom: undefined, news: [] },
    ...{ wait: undefined, turn: undefined, mended: undefined, sent: undefined },
    ...{ isTurnHeld: false, isRetryDue: false, hasMissedRename: false },
    ...{ reviewSinceMs: undefined, nameRefusal: undefined },
  };
}

/** All of it and nothing else, of what may have more. */
export function knownTo(known: Known): Known {
  const { messages, progress, facts, isOnBizApp, isBoundByDeadline, wantedName } = known;
  const { renameDueAtMs, signedUpAtMs, noticeToldAtMs, decisionToldAtMs, news } = known;
  const { heldFrom, barredFrom, wait, turn, mended, isTurnHeld, isRetryDue } = known;
  const { reviewSinceMs, hasMissedRename, nameRefusal, sent } = known;
  return {
    ...{ messages, progress, facts, isOnBizApp, isBoundByDeadline, wantedName },
    ...{ renameDueAtMs, signedUpAtMs, noticeToldAtMs, decisionToldAtMs, news },
    ...{ heldFrom, barredFrom, wait, turn, mended, isTurnHeld, isRetryDue },
    ...{ reviewSinceMs, hasMissedRename, nameRefusal, sent },
  };
}

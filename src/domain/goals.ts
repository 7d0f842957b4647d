import { ownPollDueMs } from './account-watch.ts';
import { needsRegistration, registrationOf, type NumberFacts } from './number-facts.ts';
import {
  isChangeApproved,
  isChangeDeclined,
  isChangeOpen,
  isChangeShown,
  nameStateOf,
} from './renaming.ts';
import type { Timing } from './timing.ts';

/** What a number waits for Meta to show. `any-answer` is a look: the first good read ends it. */
export type Goal =
  | 'any-answer'
  /** Only a message, the time or the loss of the number ends the wait. */
  | 'nothing'
  | 'ownership-settled'
  | 'registered'
  /** Of a number whose account was locked: with the lock gone another attempt is worth making. */
  | 'registered-or-reinstated'
  | 'name-decided'
  | 'name-not-declined'
  | 'name-not-expired'
  /** Meta shows the change of the name that was asked for. */
  | 'change-shown'
  /** It is approved, declined, or no longer there. */
  | 'change-decided'
  /** Registered again with the new name: nothing of the change is left to see. */
  | 'name-applied'
  | 'certificate-shown'
  /** On-Premises the certificate registers the number; a declined name will bring none. */
  | 'certificate-or-declined'
  | 'certificate-or-another-name';

/** What a number waits for, since when, and how often it looks. */
export interface Sought {
  readonly goal: Goal;
  /** When this wait began; the pace of reads follows from it. */
  readonly sinceMs: number;
  readonly pace: 'poll' | 'proof';
  readonly timing: Timing;
  /** Stop waiting after this long and answer with the last read. */
  readonly giveUpAfterMs?: number;
  /** No read before this instant, as the number was read a moment ago; 0 reads now. */
  readonly notBeforeMs: number;
}

/** Goals whose progress the reads of a whole account show as well as the number's own. */
const SHARED_GOALS: readonly Goal[] = [
  'ownership-settled',
  'name-decided',
  'name-not-declined',
  'change-decided',
];

const NAME_GOALS: readonly Goal[] = [
  'name-decided',
  'name-not-declined',
  'change-decided',
  'certificate-or-declined',
  'certificate-or-another-name',
];

/**
 * How long until the number must be read, 0 or less for now. A poll costs no call while somebody has read the number within a
 * poll's time and saw that it waits on. Never the first attempt of a wait: that one was asked for, by a message or by the story;
 * nor where a wait may end, as only the number's own read ends it.
 */
export function untilReadMs(
  { goal, sinceMs, timing, notBeforeMs, giveUpAfterMs = Infinity }: Sought,
  { attempt, seen }: { readonly attempt: number; readonly seen: NumberFacts | undefined },
  nowMs: number,
): number {
  const earlyMs = notBeforeMs - nowMs;
  if (earlyMs > 0 || attempt === 1 || !SHARED_GOALS.includes(goal)) return earlyMs;
  if (seen === undefined || isReached(goal, seen)) return earlyMs;
  const dueAtMs = ownPollDueMs(seen.readAtMs, nextReadMs('poll', nowMs - sinceMs, timing));
  return Math.min(dueAtMs, sinceMs + giveUpAfterMs) - nowMs;
}

/** How long after this read the next one is due; undefined when it ends the wait. */
export function nextReadAfterMs(sought: Sought, facts: NumberFacts): number | undefined {
  if (isReached(sought.goal, facts)) return undefined;
  const waitedMs = facts.readAtMs - sought.sinceMs;
  const delayMs = nextReadMs(sought.pace, waitedMs, sought.timing);
  if (sought.giveUpAfterMs === undefined) return delayMs;
  const leftMs = sought.giveUpAfterMs - waitedMs;
  if (leftMs > 0) return Math.min(delayMs, leftMs);
  return mayGiveUp(sought.goal, facts) ? undefined : delayMs;
}

/** True once waiting on would change nothing: the goal is there, or the number was lost on the way. */
export function isReached(goal: Goal, facts: NumberFacts): boolean {
  return isLost(facts) || isExplained(goal, facts) || SHOWN[goal](facts);
}

/** Why a name was declined is worth an end of the wait for another: the customer needs it to find one. */
function isExplained(goal: Goal, { nameDecision }: NumberFacts): boolean {
  return nameDecision !== undefined && NAME_GOALS.includes(goal);
}

const SHOWN: Readonly<Record<Goal, (facts: NumberFacts) => boolean>> = {
  'any-answer': () => true,
  nothing: () => false,
  'ownership-settled': isOwnershipSettled,
  registered: isRegistered,
  'registered-or-reinstated': (facts) => isRegistered(facts) || facts.isReinstated === true,
  'name-decided': (facts) => isNameDecided(facts) || needsRegistration(facts),
  'name-not-declined': (facts) => !isDeclined(facts) || needsRegistration(facts),
  'name-not-expired': (facts) => nameStateOf(facts) !== 'expired' || needsRegistration(facts),
  'change-shown': (facts) => isChangeOpen(facts) || facts.isWantedName === true,
  'change-decided': isChangeDecided,
  'name-applied': (facts) => !isChangeShown(facts),
  'certificate-shown': hasCertificate,
  'certificate-or-declined': (facts) => hasCertificate(facts) || isDeclined(facts),
  'certificate-or-another-name': (facts) => hasCertificate(facts) || !isDeclined(facts),
};

/** After the time a wait may last, may it end with this read? A registration is never given up on an unclear one. */
export function mayGiveUp(goal: Goal, facts: NumberFacts): boolean {
  return goal !== 'registered' || registrationOf(facts) === 'not-registered';
}

function isRegistered(facts: NumberFacts): boolean {
  return registrationOf(facts) === 'registered';
}

export function isLost(facts: NumberFacts): boolean {
  return ['banned', 'gone'].includes(registrationOf(facts));
}

function hasCertificate({ certificateSha256 }: NumberFacts): boolean {
  return certificateSha256 !== undefined;
}

function isDeclined(facts: NumberFacts): boolean {
  return nameStateOf(facts) === 'declined';
}

function isNameDecided(facts: NumberFacts): boolean {
  return ['approved', 'declined', 'expired', 'to-apply'].includes(nameStateOf(facts));
}

function isChangeDecided(facts: NumberFacts): boolean {
  return !isChangeShown(facts) || isChangeApproved(facts) || isChangeDeclined(facts);
}

/** Registration may begin, or is not needed: already registered, or the number lives on the WhatsApp Business app. */
export function isOwnershipSettled(facts: NumberFacts): boolean {
  if (registrationOf(facts) === 'registered' || facts.isOnBizApp) return true;
  return needsRegistration(facts) && facts.codeVerificationStatus === 'VERIFIED';
}

/** How soon the next read of a waiting number is due. */
export function nextReadMs(pace: 'poll' | 'proof', waitedMs: number, timing: Timing): number {
  if (pace === 'proof') return waitedMs < 5 * timing.proofMs ? timing.proofMs : 5 * timing.proofMs;
  return waitedMs < timing.slowPollAfterMs ? timing.pollMs : timing.slowPollMs;
}

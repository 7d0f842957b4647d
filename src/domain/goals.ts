import { nameMeaningOf } from './name-status.ts';
import { needsRegistration, registrationOf, type NumberFacts } from './number-facts.ts';
import type { Timing } from './timing.ts';

/** What a number waits for Meta to show. `any-answer` is a look: the first good read ends it. */
export type Goal =
  | 'any-answer'
  | 'ownership-settled'
  | 'registered'
  | 'name-decided'
  | 'name-not-declined'
  | 'certificate-shown';

/** True once waiting on would change nothing: the goal is there, or the number was lost on the way. */
export function isReached(goal: Goal, facts: NumberFacts): boolean {
  return isLost(facts) || isShown(goal, facts);
}

function isShown(goal: Goal, facts: NumberFacts): boolean {
  switch (goal) {
    case 'any-answer':
      return true;
    case 'ownership-settled':
      return isOwnershipSettled(facts);
    case 'registered':
      return registrationOf(facts) === 'registered';
    case 'name-decided':
      return isNameDecided(facts) || needsRegistration(facts);
    case 'name-not-declined':
      return nameMeaningOf(facts.nameStatus) !== 'declined' || needsRegistration(facts);
    case 'certificate-shown':
      return facts.certificateSha256 !== undefined;
  }
}

/** After the time a wait may last, may it end with this read? A registration is never given up on an unclear one. */
export function mayGiveUp(goal: Goal, facts: NumberFacts): boolean {
  return goal !== 'registered' || registrationOf(facts) === 'not-registered';
}

function isLost(facts: NumberFacts): boolean {
  return ['banned', 'gone'].includes(registrationOf(facts));
}

function isNameDecided(facts: NumberFacts): boolean {
  return ['approved', 'declined'].includes(nameMeaningOf(facts.nameStatus));
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

import type { NumberFacts } from '../../src/domain/number-facts.ts';

/** What the shortest good answer of Meta says. */
export function bareFacts(): NumberFacts {
  return {
    readAtMs: 0,
    codeVerificationStatus: 'VERIFIED',
    isOnBizApp: false,
    isPreverified: false,
  };
}

/** A verified number just after signup, not registered yet, its name in review. */
export function factsOf(changes: Partial<NumberFacts> = {}): NumberFacts {
  return {
    ...bareFacts(),
    status: 'PENDING',
    platformType: 'NOT_APPLICABLE',
    nameStatus: 'PENDING_REVIEW',
    ...changes,
  };
}

import { causeEntry, waitMsOf, type Cause } from './causes.ts';
import type { AttemptsLeft } from './attempt-budget.ts';

/** A refusal, reduced to what decisions and people need. `traceId` is Meta's `fbtrace_id`. */
export interface Refusal {
  readonly cause: Cause;
  readonly code?: number;
  readonly subcode?: number;
  readonly traceId?: string;
  /** Meta's own "not before", as a duration. */
  readonly toldWaitMs?: number;
}

/**
 * How one request to `/register` ended. `unknown` is every answer that proves neither success nor refusal; `not-sent` is
 * only what provably never left, and is not counted.
 */
export type AttemptOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unknown'; readonly refusal?: Refusal }
  | { readonly kind: 'not-sent' };

export type Reservation =
  | { readonly kind: 'reserved'; readonly n: number; readonly left: AttemptsLeft }
  | { readonly kind: 'budget-spent'; readonly nextAtMs: number; readonly left: AttemptsLeft }
  /** Another attempt of this number may still be on its way to Meta. */
  | { readonly kind: 'in-flight'; readonly untilMs: number }
  | { readonly kind: 'deadline-passed' };

/** What the workflow does after an attempt. */
export type NextStep =
  | { readonly kind: 'look-for-it'; readonly lostAnswer: boolean }
  | { readonly kind: 'wait'; readonly refusal: Refusal; readonly untilMs: number }
  | { readonly kind: 'ask'; readonly refusal: Refusal }
  | { readonly kind: 'stop'; readonly refusal: Refusal }
  | { readonly kind: 'not-applicable' };

/** What is known when an attempt has ended. */
export interface AttemptContext {
  readonly nowMs: number;
  readonly deadlineAtMs: number;
  /** How often this outcome came in a row, this one included. */
  readonly timesSeen: number;
}

export function stepAfter(outcome: AttemptOutcome, context: AttemptContext): NextStep {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'look-for-it', lostAnswer: false };
    case 'unknown':
      return { kind: 'look-for-it', lostAnswer: true };
    case 'not-sent':
      return stepAfterRefusal({ cause: 'meta_down' }, context);
    case 'refused':
      return stepAfterRefusal(outcome.refusal, context);
  }
}

export function stepAfterRefusal(refusal: Refusal, context: AttemptContext): NextStep {
  if (refusal.cause === 'coexistence') return { kind: 'not-applicable' };
  const { verdict } = causeEntry(refusal.cause);
  if (verdict === 'stop') return { kind: 'stop', refusal };
  if (verdict !== 'wait') return { kind: 'ask', refusal };
  const waitMs = waitMsOf(refusal.cause, context.timesSeen, refusal.toldWaitMs);
  return waitOrAsk(refusal, context.nowMs + waitMs, context.deadlineAtMs);
}

/** A wait that would end after the deadline is a person's problem now, not then. */
export function waitOrAsk(refusal: Refusal, untilMs: number, deadlineAtMs: number): NextStep {
  return untilMs < deadlineAtMs ? { kind: 'wait', refusal, untilMs } : { kind: 'ask', refusal };
}

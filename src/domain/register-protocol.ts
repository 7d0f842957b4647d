import type { AttemptsLeft } from './attempt-budget.ts';
import type { Cause } from './causes.ts';

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
 * How one request to `/register` or `/deregister` ended. `unknown` is every answer that proves neither success nor refusal;
 * `not-sent` is only what provably never left, and is not counted.
 */
export type AttemptOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unknown'; readonly refusal?: Refusal }
  | { readonly kind: 'not-sent' };

/** How a repair ended. Deregister requests have a budget of their own. */
export type RepairOutcome =
  AttemptOutcome | { readonly kind: 'budget-spent'; readonly nextAtMs: number };

export type Reservation =
  | { readonly kind: 'reserved'; readonly n: number; readonly left: AttemptsLeft }
  | { readonly kind: 'budget-spent'; readonly nextAtMs: number; readonly left: AttemptsLeft }
  /** Another attempt of this number may still be on its way to Meta. */
  | { readonly kind: 'in-flight'; readonly untilMs: number };

/** What may keep an attempt from being made, seen before the ledger is asked. */
export type Readiness =
  | Reservation
  /** Meta does not know our PIN, or not any more: it must be set before it can be used. */
  | { readonly kind: 'pin-stale' };

/**
 * How long a call counts: Meta's rolling hour, and as long as the attempt that makes the call may take, since Meta counts
 * it when it arrives.
 */
export const COUNTED_MS = 3_600_000 + 30_000;

/**
 * Meta counts management calls per app and account over a rolling hour: 200, or 5,000 once the account has a registered
 * number. Source: Meta, "Rate limits" of the WhatsApp Business Management API.
 */
const LIMITS = { fresh: 200, established: 5000 } as const;

/** Below the limit by this share: calls of others on the same account are in the same count, and arrive unannounced. */
const KEPT_FREE = 0.1;

export interface AccountPace {
  /** When each of our calls that still count was made, in any order. */
  readonly callsAtMs: readonly number[];
  readonly hasRegisteredNumber: boolean;
  /** Meta's last word on the use of the account. */
  readonly figure?: UseFigure;
  /** No calls before this instant: Meta has refused one for the limit. */
  readonly pausedUntilMs?: number;
}

/** What the header of an answer told. */
export interface UseFigure {
  /** Of the limit, whoever made the calls; Meta rounds down. */
  readonly pct: number;
  /** Our own calls that counted at that instant. */
  readonly ours: number;
  readonly atMs: number;
}

export type Permit =
  | { readonly kind: 'go' }
  /** `atMs` is when a call is free for this one, if nobody more urgent comes. */
  | { readonly kind: 'wait'; readonly untilMs: number };

export interface Wanted {
  /** Calls to be made together, such as the pages of a list. */
  readonly calls: number;
  /** More urgent calls that wait for the same account. */
  readonly ahead: number;
}

/**
 * May the calls be made now? A call leaves the count after its time, so the answer to "when?" is the instant at which enough
 * of them have left.
 */
export function permitOf(pace: AccountPace, { calls, ahead }: Wanted, nowMs: number): Permit {
  if (pace.pausedUntilMs !== undefined && nowMs < pace.pausedUntilMs) {
    return { kind: 'wait', untilMs: pace.pausedUntilMs };
  }
  const counted = pace.callsAtMs.filter((atMs) => isCounted(atMs, nowMs)).sort((a, b) => a - b);
  const missing = ahead + calls - Math.max(roomIn(pace, nowMs) - counted.length, 0);
  if (missing <= 0) return { kind: 'go' };
  // Those ahead take the places that are free, then those of the oldest calls as they leave.
  const leaving = counted[missing - 1] ?? nowMs;
  return { kind: 'wait', untilMs: leaving + COUNTED_MS };
}

export function isCounted(atMs: number, nowMs: number): boolean {
  return nowMs - atMs < COUNTED_MS;
}

/** How many calls may be ours. */
function roomIn({ figure, hasRegisteredNumber }: AccountPace, nowMs: number): number {
  const current = figure !== undefined && isCounted(figure.atMs, nowMs) ? figure : undefined;
  const underSmaller = usableOf(LIMITS.fresh) - othersIn(current, LIMITS.fresh);
  if (!hasRegisteredNumber) return underSmaller;
  const others = othersIn(current, LIMITS.established);
  const underLarger = usableOf(LIMITS.established) - others;
  // More than ours under the larger limit: calls of others, or a limit that is still the smaller one. Right in both cases:
  return others > 0 ? Math.min(underSmaller, underLarger) : underLarger;
}

function usableOf(limit: number): number {
  return Math.floor(limit * (1 - KEPT_FREE));
}

/** Calls in Meta's figure that are not ours. They leave the count as ours do; until Meta tells anew they are taken to stay. */
function othersIn(figure: UseFigure | undefined, limit: number): number {
  if (figure === undefined) return 0;
  return Math.max(Math.floor((figure.pct / 100) * limit) - figure.ours, 0);
}

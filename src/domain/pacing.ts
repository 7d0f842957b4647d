const HOUR_MS = 3_600_000;

/**
 * Meta counts management calls per app and account over a rolling hour: 200, or 5,000 once the account has a registered
 * number. Source: Meta, "Rate limits" of the WhatsApp Business Management API.
 */
const LIMITS = { fresh: 200, established: 5000 } as const;

/** Below the limit by this share: calls of others on the same account are in the same count, and arrive unannounced. */
const KEPT_FREE = 0.1;

export interface AccountPace {
  /** When each of our calls of the last hour was made, in any order. */
  readonly callsAtMs: readonly number[];
  readonly hasRegisteredNumber: boolean;
  /** Calls that were not ours, as Meta's usage header showed them at that instant. */
  readonly others?: { readonly calls: number; readonly atMs: number };
  /** No calls before this instant: Meta has refused one for the limit. */
  readonly pausedUntilMs?: number;
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
 * May the calls be made now? A call leaves the count an hour after it was made, so the answer to "when?" is the instant at
 * which enough of them have left.
 */
export function permitOf(pace: AccountPace, { calls, ahead }: Wanted, nowMs: number): Permit {
  if (pace.pausedUntilMs !== undefined && nowMs < pace.pausedUntilMs) {
    return { kind: 'wait', untilMs: pace.pausedUntilMs };
  }
  const counted = pace.callsAtMs.filter((atMs) => nowMs - atMs < HOUR_MS).sort((a, b) => a - b);
  const used = counted.length + othersOf(pace, nowMs);
  const free = usableOf(pace) - used;
  const missing = ahead + calls - Math.max(free, 0);
  if (missing <= 0) return { kind: 'go' };
  // Those ahead take the places that are free, then those of the oldest calls as they leave.
  const leaving = counted[missing - 1] ?? nowMs;
  return { kind: 'wait', untilMs: leaving + HOUR_MS };
}

function usableOf(pace: AccountPace): number {
  return Math.floor(limitOf(pace) * (1 - KEPT_FREE));
}

function limitOf({ hasRegisteredNumber }: Pick<AccountPace, 'hasRegisteredNumber'>): number {
  return hasRegisteredNumber ? LIMITS.established : LIMITS.fresh;
}

/** Their calls leave the count within an hour too; until Meta tells anew they are taken to stay. */
function othersOf({ others }: AccountPace, nowMs: number): number {
  return others === undefined || nowMs - others.atMs >= HOUR_MS ? 0 : others.calls;
}

/** How many calls of others are in Meta's figure (in per cent of the limit, rounded down by Meta) beside our own. */
export function callsOfOthers(
  pct: number,
  pace: Pick<AccountPace, 'callsAtMs' | 'hasRegisteredNumber'>,
  nowMs: number,
): number {
  const ours = pace.callsAtMs.filter((atMs) => nowMs - atMs < HOUR_MS).length;
  return Math.max(Math.floor((pct / 100) * limitOf(pace)) - ours, 0);
}

import { registrationOf, type NumberFacts } from './number-facts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Numbers on one page of an account's list. Source: Meta, `GET /{WABA_ID}/phone_numbers`, `limit` of at most 100. */
const PAGE_SIZE = 100;

// A little before the numbers' own poll of 6 hours, so that a living watch always answers it.
const SLOWEST_MS = 5.7 * HOUR_MS;
const FASTEST_MS = 15 * MINUTE_MS;

/**
 * How long after one read of an account the next is due: the more numbers share a read, the more often it is worth making.
 * Once a day when no number waits.
 */
export function watchIntervalMs(waiting: number): number {
  if (waiting === 0) return DAY_MS;
  return Math.min(Math.max((12 * HOUR_MS) / Math.sqrt(waiting), FASTEST_MS), SLOWEST_MS);
}

/** What is known of an account when its watch wakes. */
export interface AccountSeen {
  /** The last read of each number that waits; undefined for one that nobody has read. */
  readonly waiting: readonly (NumberFacts | undefined)[];
  /** Numbers of the account that came to us, ended ones among them. */
  readonly known: number;
  /** When the account was last read as a whole. */
  readonly readAtMs: number | undefined;
}

export type WatchMove =
  | { readonly kind: 'sleep'; readonly forMs: number }
  | { readonly kind: 'read'; readonly read: AccountRead; readonly thenSleepMs: number };

/** What the watch of an account does now. */
export function nextOfWatch({ waiting, known, readAtMs }: AccountSeen, nowMs: number): WatchMove {
  const intervalMs = watchIntervalMs(waiting.length);
  const readsAtMs = waiting.length === 0 ? [readAtMs] : waiting.map((facts) => facts?.readAtMs);
  const dueMs = watchDueMs(
    readsAtMs.map((atMs) => atMs ?? 0),
    intervalMs,
  );
  if (dueMs > nowMs) return { kind: 'sleep', forMs: dueMs - nowMs };
  return { kind: 'read', read: cheapestRead(waiting.length, known), thenSleepMs: intervalMs };
}

/** How an account is read: by its list, or its waiting numbers one by one where that is fewer calls. */
export function cheapestRead(waiting: number, known: number): AccountRead {
  const pages = Math.max(Math.ceil(known / PAGE_SIZE), 1);
  return waiting < pages ? { kind: 'one-by-one', calls: waiting } : { kind: 'list', calls: pages };
}

export interface AccountRead {
  readonly kind: 'list' | 'one-by-one';
  readonly calls: number;
}

/** An account is read again when the number that was read longest ago has waited for an interval, whoever read it. */
export function watchDueMs(readsAtMs: readonly number[], intervalMs: number): number {
  return readsAtMs.length === 0 ? 0 : Math.min(...readsAtMs) + intervalMs;
}

/**
 * A number's own poll is the backstop for a watch that died: while somebody has read the number within a poll's time, it
 * costs no call.
 */
export function ownPollDueMs(readAtMs: number, pollMs: number): number {
  return readAtMs + pollMs;
}

/** Would an onboarding that saw `before` want to look again, now that the account's read shows `after`? */
export function isWorthAHint(before: NumberFacts | undefined, after: NumberFacts): boolean {
  if (before === undefined) return true;
  return (
    registrationOf(before) !== registrationOf(after) ||
    before.codeVerificationStatus !== after.codeVerificationStatus ||
    before.nameStatus !== after.nameStatus ||
    before.newNameStatus !== after.newNameStatus
  );
}

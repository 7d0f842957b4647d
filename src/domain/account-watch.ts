import { needsRegistration, registrationOf, type NumberFacts } from './number-facts.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Numbers on one page of an account's list. Source: Meta, `GET /{WABA_ID}/phone_numbers`, `limit` of at most 100. */
const PAGE_SIZE = 100;

// A little before the numbers' own poll of 6 hours, so that a living watch always answers it.
const SLOWEST_MS = 5.7 * HOUR_MS;
/** For a single fresh number, if only its decision mattered. Chosen by `bench:graph-calls`: calls against lateness. */
const LONE_MS = 5 * HOUR_MS;

/** A number that waits, as its account's watch sees it. */
export interface Waiter {
  /** Since when it has waited for what it waits for now. */
  readonly sinceMs: number;
  /** The last read of it; undefined when nobody has read it. */
  readonly facts: NumberFacts | undefined;
}

/** What is known of an account when its watch wakes. */
export interface AccountSeen {
  readonly waiting: readonly Waiter[];
  /** Numbers of the account that came to us, ended ones among them. */
  readonly known: number;
  /** When the account was last listed as a whole. */
  readonly readAtMs: number | undefined;
}

/**
 * How long after one read of an account the next is due: the more numbers share a call, the more often it is worth making; and
 * the longer a number has waited, the less likely that it is decided in the next hour. Once a day when no number waits.
 */
export function watchIntervalMs({ waiting, known }: AccountSeen, nowMs: number): number {
  if (waiting.length === 0) return DAY_MS;
  const fresh = waiting.reduce((sum, { sinceMs }) => sum + freshness(nowMs - sinceMs), 0);
  const { calls } = cheapestRead(waiting.length, known);
  return Math.min(LONE_MS / Math.sqrt(fresh / calls), SLOWEST_MS);
}

/** 1 for a number that has just begun to wait, a half after a day, a fifteenth after a fortnight. */
function freshness(waitedMs: number): number {
  return 1 / (1 + Math.max(waitedMs, 0) / DAY_MS);
}

export type WatchMove =
  | { readonly kind: 'sleep'; readonly forMs: number }
  | { readonly kind: 'read'; readonly read: AccountRead; readonly thenSleepMs: number };

/** What the watch of an account does now. */
export function nextOfWatch(seen: AccountSeen, nowMs: number): WatchMove {
  const { waiting, known } = seen;
  const intervalMs = watchIntervalMs(seen, nowMs);
  const listDueMs = listedAtMs(seen) + DAY_MS;
  const readDueMs = watchDueMs(
    waiting.map(({ facts }) => facts?.readAtMs ?? 0),
    intervalMs,
  );
  const dueMs = waiting.length === 0 ? listDueMs : Math.min(readDueMs, listDueMs);
  if (dueMs > nowMs) return { kind: 'sleep', forMs: dueMs - nowMs };
  const read = listDueMs > nowMs ? cheapestRead(waiting.length, known) : listOf(known);
  const thenSleepMs = read.kind === 'list' ? intervalMs : Math.min(intervalMs, listDueMs - nowMs);
  return { kind: 'read', read, thenSleepMs };
}

/** Once a day, as only the list shows a number that was added by hand. The first is due a day after somebody began to wait. */
function listedAtMs({ waiting, readAtMs }: AccountSeen): number {
  if (readAtMs !== undefined) return readAtMs;
  return waiting.length === 0 ? 0 : Math.min(...waiting.map(({ sinceMs }) => sinceMs));
}

/** How an account is read: by its list, or its waiting numbers one by one where that is fewer calls. */
export function cheapestRead(waiting: number, known: number): AccountRead {
  const list = listOf(known);
  return waiting < list.calls ? { kind: 'one-by-one', calls: waiting } : list;
}

function listOf(known: number): AccountRead {
  return { kind: 'list', calls: Math.max(Math.ceil(known / PAGE_SIZE), 1) };
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

/**
 * May the watch begin the onboarding of a number that nobody told us of? Only where nothing happens at Meta before a person acts:
 * one added by hand is unproved, and waits for a code. Others may be anybody's: a person must name them.
 */
export function mayAdoptUnasked(facts: NumberFacts): boolean {
  return needsRegistration(facts) && facts.codeVerificationStatus === 'NOT_VERIFIED';
}

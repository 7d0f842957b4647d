import { causeEntry, type Cause } from './causes.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a `wait` lasts: Meta's own time if it told one, else the table's, by how often the cause came in a row. */
export function waitMsOf(cause: Cause, timesSeen: number, toldMs?: number): number {
  const { locked = false, waitsMs: waits = [MINUTE_MS] } = causeEntry(cause);
  if (toldMs !== undefined) return clampWaitMs(toldMs, locked ? LONGEST_LOCK_MS : undefined);
  return waits[Math.min(timesSeen, waits.length) - 1] ?? MINUTE_MS;
}

/** A lock lasts as long as Meta says: a call that comes too early prolongs it. */
const LONGEST_LOCK_MS = 72 * HOUR_MS;

/**
 * What Meta tells us is clamped to 30 s … 6 h: a wait of 0 would end a Temporal activity instead of retrying it, and a
 * wait of months is a broken header.
 */
export function clampWaitMs(toldMs: number, longestMs = 6 * HOUR_MS): number {
  return Math.min(Math.max(toldMs, 30 * SECOND_MS), longestMs);
}

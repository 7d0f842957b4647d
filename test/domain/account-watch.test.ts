import { describe, expect, it } from 'vitest';
import {
  cheapestRead,
  isWorthAHint,
  nextOfWatch,
  ownPollDueMs,
  watchDueMs,
  watchIntervalMs,
} from '../../src/domain/account-watch.ts';
import { factsOf } from './facts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('the watch of an account', () => {
  it.each([
    [0, 24 * HOUR_MS],
    [1, 5.7 * HOUR_MS],
    [4, 5.7 * HOUR_MS],
    [9, 4 * HOUR_MS],
    [100, 1.2 * HOUR_MS],
    [2304, 15 * MINUTE_MS],
    [10_000, 15 * MINUTE_MS],
  ])('with %i numbers waiting reads every %i ms', (waiting, intervalMs) => {
    expect(watchIntervalMs(waiting)).toBe(intervalMs);
  });

  it.each([
    [1, 1, { kind: 'list', calls: 1 }],
    [100, 100, { kind: 'list', calls: 1 }],
    [101, 101, { kind: 'list', calls: 2 }],
    [1, 101, { kind: 'one-by-one', calls: 1 }],
    [2, 200, { kind: 'list', calls: 2 }],
    [2, 201, { kind: 'one-by-one', calls: 2 }],
  ])('reads %i waiting of %i numbers by the fewest calls: %o', (waiting, known, read) => {
    expect(cheapestRead(waiting, known)).toEqual(read);
  });

  it('is due when the number that was read longest ago has waited for an interval', () => {
    expect(watchDueMs([500, 200, 900], 1000)).toBe(1200);
    expect(watchDueMs([], 1000)).toBe(0);
  });

  it('sleeps until the interval of the number that was read longest ago is over, and reads at its end', () => {
    const waiting = [1000, 9000].map((readAtMs) => factsOf({ readAtMs }));
    const dueMs = 1000 + watchIntervalMs(2);
    const moveAt = (nowMs: number) => nextOfWatch({ waiting, known: 2, readAtMs: 5000 }, nowMs);
    expect(moveAt(dueMs - 1)).toEqual({ kind: 'sleep', forMs: 1 });
    const read = { kind: 'list', calls: 1 };
    expect(moveAt(dueMs)).toEqual({ kind: 'read', read, thenSleepMs: watchIntervalMs(2) });
    expect(moveAt(dueMs + 1)).toMatchObject({ kind: 'read' });
  });

  it('reads at once when a number of the account was never read', () => {
    const nowMs = 24 * HOUR_MS;
    const waiting = [factsOf({ readAtMs: nowMs }), undefined];
    expect(nextOfWatch({ waiting, known: 2, readAtMs: nowMs }, nowMs).kind).toBe('read');
  });

  it('reads an account in which nobody waits a day after it was last read', () => {
    const moveAt = (nowMs: number) => nextOfWatch({ waiting: [], known: 3, readAtMs: 7 }, nowMs);
    expect(moveAt(7 + 24 * HOUR_MS - 1)).toEqual({ kind: 'sleep', forMs: 1 });
    expect(moveAt(7 + 24 * HOUR_MS).kind).toBe('read');
  });

  it('is a little faster than the poll of a single number, whose calls it saves', () => {
    expect(watchIntervalMs(1)).toBeLessThan(ownPollDueMs(0, 6 * HOUR_MS));
  });

  it.each([
    ['a status', { status: 'CONNECTED', platformType: 'CLOUD_API' }],
    ['the proof of ownership', { codeVerificationStatus: 'EXPIRED' }],
    ['the name', { nameStatus: 'APPROVED' }],
    ['a new name', { newNameStatus: 'PENDING_REVIEW' }],
  ])('hints at a number when %s changed', (_what, changes) => {
    expect(isWorthAHint(factsOf(), factsOf(changes))).toBe(true);
  });

  it('hints at a number nobody has read, and at none that is as it was', () => {
    expect(isWorthAHint(undefined, factsOf())).toBe(true);
    expect(isWorthAHint(factsOf(), factsOf({ readAtMs: 5, canSendMessage: 'LIMITED' }))).toBe(
      false,
    );
  });
});

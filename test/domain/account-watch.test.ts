import { describe, expect, it } from 'vitest';
import {
  cheapestRead,
  isWorthAHint,
  mayAdoptUnasked,
  nextOfWatch,
  ownPollDueMs,
  watchDueMs,
  watchIntervalMs,
  type AccountSeen,
} from '../../src/domain/account-watch.ts';
import { factsOf } from './facts.ts';

const HOUR_MS = 3_600_000;

describe('the watch of an account', () => {
  const NOW_MS = 100 * 24 * HOUR_MS;
  const seenWith = (
    waiting: number,
    changes: Partial<AccountSeen> & { waitedMs?: number } = {},
  ) => {
    const { waitedMs = 0, ...rest } = changes;
    const waiter = { sinceMs: NOW_MS - waitedMs, facts: factsOf() };
    return {
      waiting: Array.from({ length: waiting }, () => waiter),
      known: waiting,
      readAtMs: 0,
      ...rest,
    };
  };

  it.each([
    [0, 0, 24 * HOUR_MS],
    [1, 1, 5 * HOUR_MS],
    [4, 4, 2.5 * HOUR_MS],
    [100, 100, HOUR_MS / 2],
    [100, 101, 5 * HOUR_MS * Math.sqrt(2 / 100)],
    [400, 400, HOUR_MS / 2],
    [1, 500, 5 * HOUR_MS],
  ])('with %i of %i numbers waiting freshly reads every %d ms', (waiting, known, intervalMs) => {
    expect(watchIntervalMs(seenWith(waiting, { known }), NOW_MS)).toBe(intervalMs);
  });

  it.each([
    [-1, 2.5 * HOUR_MS],
    [24 * HOUR_MS, 2.5 * Math.SQRT2 * HOUR_MS],
    [3 * 24 * HOUR_MS, 5 * HOUR_MS],
    [5 * 24 * HOUR_MS, 5.7 * HOUR_MS],
  ])('takes longer when its four numbers have waited for %d ms: %d ms', (waitedMs, intervalMs) => {
    const ms = watchIntervalMs(seenWith(4, { waitedMs }), NOW_MS);
    expect(ms).toBeCloseTo(intervalMs, 3);
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
    const sinceMs = NOW_MS;
    const waiting = [1000, 9000].map((ms) => ({
      ...{ sinceMs, facts: factsOf({ readAtMs: NOW_MS + ms }) },
    }));
    const seen = { waiting, known: 2, readAtMs: NOW_MS + 5000 };
    // The interval itself grows while the numbers wait.
    const isDue = (nowMs: number) => nowMs >= NOW_MS + 1000 + watchIntervalMs(seen, nowMs);
    let dueMs = NOW_MS;
    while (!isDue(dueMs)) dueMs += 1000;
    while (isDue(dueMs - 1)) dueMs -= 1;
    const before = nextOfWatch(seen, dueMs - 1);
    expect(before.kind === 'sleep' && before.forMs).toBeLessThanOrEqual(1);
    const thenSleepMs = watchIntervalMs(seen, dueMs);
    const read = { kind: 'list', calls: 1 };
    expect(nextOfWatch(seen, dueMs)).toEqual({ kind: 'read', read, thenSleepMs });
    expect(nextOfWatch(seen, dueMs + 1)).toMatchObject({ kind: 'read' });
  });

  it('reads at once when a number of the account was never read', () => {
    const read = { sinceMs: NOW_MS, facts: factsOf({ readAtMs: NOW_MS }) };
    const waiting = [read, { sinceMs: NOW_MS, facts: undefined }];
    expect(nextOfWatch({ waiting, known: 2, readAtMs: NOW_MS }, NOW_MS).kind).toBe('read');
    expect(nextOfWatch({ waiting: [read], known: 2, readAtMs: NOW_MS }, NOW_MS).kind).toBe('sleep');
  });

  it('lists an account in which nobody waits a day after it was last listed', () => {
    const moveAt = (nowMs: number) => nextOfWatch({ waiting: [], known: 201, readAtMs: 7 }, nowMs);
    expect(moveAt(7 + 24 * HOUR_MS - 1)).toEqual({ kind: 'sleep', forMs: 1 });
    const read = { kind: 'list', calls: 3 };
    const listed = { kind: 'read', read, thenSleepMs: 24 * HOUR_MS };
    expect(moveAt(7 + 24 * HOUR_MS)).toEqual(listed);
    expect(moveAt(7 + 24 * HOUR_MS + 1)).toEqual(listed);
  });

  it('lists it once a day also where the waiting numbers are read one by one', () => {
    const facts = factsOf({ readAtMs: NOW_MS });
    const seen = { waiting: [{ sinceMs: NOW_MS, facts }], known: 500, readAtMs: NOW_MS };
    const hoursOn = (hours: number) => nextOfWatch(seen, NOW_MS + hours * HOUR_MS);
    expect(hoursOn(20)).toMatchObject({ read: { kind: 'one-by-one' }, thenSleepMs: 4 * HOUR_MS });
    expect(hoursOn(24)).toMatchObject({ read: { kind: 'list', calls: 5 } });
  });

  it('lists an account for the first time a day after a number began to wait there, at the latest', () => {
    const facts = factsOf({ readAtMs: NOW_MS + 23 * HOUR_MS });
    const waiting = [{ sinceMs: NOW_MS, facts }];
    const moveAt = (nowMs: number) =>
      nextOfWatch({ waiting, known: 500, readAtMs: undefined }, nowMs);
    expect(moveAt(NOW_MS + 24 * HOUR_MS - 1)).toEqual({ kind: 'sleep', forMs: 1 });
    expect(moveAt(NOW_MS + 24 * HOUR_MS)).toMatchObject({ read: { kind: 'list' } });
    expect(nextOfWatch({ waiting: [], known: 0, readAtMs: undefined }, NOW_MS).kind).toBe('read');
  });

  it('is a little faster than the poll of a single number, whose calls it saves', () => {
    const stale = seenWith(1, { waitedMs: NOW_MS });
    expect(watchIntervalMs(stale, NOW_MS)).toBe(5.7 * HOUR_MS);
    expect(watchIntervalMs(stale, NOW_MS)).toBeLessThan(ownPollDueMs(0, 6 * HOUR_MS));
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

  it.each([
    ['one added by hand, which waits for a code', {}, true],
    [
      'one that is proved, which would be registered at once',
      { codeVerificationStatus: 'VERIFIED' },
      false,
    ],
    [
      'one whose proof has lapsed, as it may be anybody’s',
      { codeVerificationStatus: 'EXPIRED' },
      false,
    ],
    ['one that is registered', { status: 'CONNECTED', platformType: 'CLOUD_API' }, false],
    ['one on the WhatsApp Business app', { isOnBizApp: true }, false],
    ['one of which Meta does not say how it stands', { status: 'SOMETHING' }, false],
  ])('takes up, of the numbers nobody told us of, %s: %o', (_which, changes, isAdopted) => {
    const added = factsOf({ codeVerificationStatus: 'NOT_VERIFIED', ...changes });
    expect(mayAdoptUnasked(added)).toBe(isAdopted);
  });
});

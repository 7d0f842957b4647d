import { describe, expect, it } from 'vitest';
import { callsOfOthers, permitOf, type AccountPace } from '../../src/domain/pacing.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 10 * HOUR_MS;
/** One call a second, the oldest first. */
const calls = (count: number): number[] =>
  Array.from({ length: count }, (_, n) => NOW_MS - 1000 * (count - n));
const fresh = (count: number): AccountPace => ({
  callsAtMs: calls(count),
  hasRegisteredNumber: false,
});
const ONE = { calls: 1, ahead: 0 };

describe('the pace of an account', () => {
  it.each([
    [179, 'go'],
    [180, 'wait'],
    [181, 'wait'],
  ])('keeps a tenth of the limit of 200 free: after %i calls, %s', (count, kind) => {
    expect(permitOf(fresh(count), ONE, NOW_MS).kind).toBe(kind);
  });

  it.each([
    [4499, 'go'],
    [4500, 'wait'],
  ])('has 5,000 once a number is registered: after %i calls, %s', (count, kind) => {
    const pace = { ...fresh(0), callsAtMs: Array.from({ length: count }, () => NOW_MS - 1) };
    expect(permitOf({ ...pace, hasRegisteredNumber: true }, ONE, NOW_MS).kind).toBe(kind);
  });

  it('goes on at the instant the oldest call leaves the hour', () => {
    const [oldestMs = 0] = calls(180);
    expect(permitOf(fresh(180), ONE, NOW_MS)).toEqual({
      kind: 'wait',
      untilMs: oldestMs + HOUR_MS,
    });
    expect(permitOf(fresh(180), ONE, oldestMs + HOUR_MS - 1).kind).toBe('wait');
    expect(permitOf(fresh(180), ONE, oldestMs + HOUR_MS).kind).toBe('go');
  });

  it('gives the free calls to the more urgent, and each of the rest its own instant', () => {
    expect(permitOf(fresh(178), { calls: 1, ahead: 1 }, NOW_MS).kind).toBe('go');
    const [oldestMs = 0, nextMs = 0] = calls(178);
    const second = permitOf(fresh(178), { calls: 1, ahead: 2 }, NOW_MS);
    const third = permitOf(fresh(178), { calls: 1, ahead: 3 }, NOW_MS);
    expect([second, third]).toEqual([
      { kind: 'wait', untilMs: oldestMs + HOUR_MS },
      { kind: 'wait', untilMs: nextMs + HOUR_MS },
    ]);
  });

  it('needs room for all pages of a list at once', () => {
    expect(permitOf(fresh(170), { calls: 10, ahead: 0 }, NOW_MS).kind).toBe('go');
    expect(permitOf(fresh(170), { calls: 11, ahead: 0 }, NOW_MS).kind).toBe('wait');
  });

  it.each([
    [-1, 'wait'],
    [0, 'go'],
    [1, 'go'],
  ])('stands still until Meta said it may go on (%i ms)', (offsetMs, kind) => {
    const pace = { ...fresh(0), pausedUntilMs: NOW_MS };
    expect(permitOf(pace, ONE, NOW_MS + offsetMs).kind).toBe(kind);
  });

  it('leaves room for the calls of others for an hour after Meta has told of them', () => {
    const others = { calls: callsOfOthers(50, fresh(20), NOW_MS), atMs: NOW_MS };
    expect(others.calls).toBe(80);
    const pace = { ...fresh(100), others };
    expect(permitOf(pace, ONE, NOW_MS).kind).toBe('wait');
    expect(permitOf({ ...fresh(99), others }, ONE, NOW_MS).kind).toBe('go');
    const hourLater = { callsAtMs: [], hasRegisteredNumber: false, others };
    expect(permitOf(hourLater, { calls: 180, ahead: 0 }, NOW_MS + HOUR_MS - 1).kind).toBe('wait');
    expect(permitOf(hourLater, { calls: 180, ahead: 0 }, NOW_MS + HOUR_MS).kind).toBe('go');
  });
});

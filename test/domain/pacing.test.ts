import { describe, expect, it } from 'vitest';
import { COUNTED_MS, permitOf, type AccountPace } from '../../src/domain/pacing.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 10 * HOUR_MS;
/** One call a second, the oldest first. */
const calls = (count: number): number[] =>
  Array.from({ length: count }, (_, n) => NOW_MS - 1000 * (count - n));
const fresh = (count: number): AccountPace => ({
  callsAtMs: calls(count),
  hasRegisteredNumber: false,
});
/** All of them just now. */
const burst = (count: number): number[] => Array.from({ length: count }, () => NOW_MS - 1);
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
    const pace = { ...fresh(0), callsAtMs: burst(count) };
    expect(permitOf({ ...pace, hasRegisteredNumber: true }, ONE, NOW_MS).kind).toBe(kind);
  });

  it('counts a call for an hour, and for the half minute it may take to reach Meta', () => {
    expect(COUNTED_MS).toBe(HOUR_MS + 30_000);
  });

  it('goes on at the instant the oldest call leaves the count', () => {
    const [oldestMs = 0] = calls(180);
    expect(permitOf(fresh(180), ONE, NOW_MS)).toEqual({
      kind: 'wait',
      untilMs: oldestMs + COUNTED_MS,
    });
    expect(permitOf(fresh(180), ONE, oldestMs + COUNTED_MS - 1).kind).toBe('wait');
    expect(permitOf(fresh(180), ONE, oldestMs + COUNTED_MS).kind).toBe('go');
  });

  it('gives the free calls to the more urgent, and each of the rest its own instant', () => {
    expect(permitOf(fresh(178), { calls: 1, ahead: 1 }, NOW_MS).kind).toBe('go');
    const [oldestMs = 0, nextMs = 0] = calls(178);
    const second = permitOf(fresh(178), { calls: 1, ahead: 2 }, NOW_MS);
    const third = permitOf(fresh(178), { calls: 1, ahead: 3 }, NOW_MS);
    expect([second, third]).toEqual([
      { kind: 'wait', untilMs: oldestMs + COUNTED_MS },
      { kind: 'wait', untilMs: nextMs + COUNTED_MS },
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

  it('leaves room for the calls of others on a fresh account', () => {
    const pace = { hasRegisteredNumber: false, figure: { pct: 50, ours: 20, atMs: NOW_MS } };
    expect(permitOf({ ...pace, callsAtMs: burst(99) }, ONE, NOW_MS).kind).toBe('go');
    expect(permitOf({ ...pace, callsAtMs: burst(100) }, ONE, NOW_MS).kind).toBe('wait');
  });

  it.each([
    [-1, 'wait'],
    [0, 'go'],
  ])('forgets what Meta told once it has left the count (%i ms)', (offsetMs, kind) => {
    const figure = { pct: 50, ours: 0, atMs: NOW_MS - COUNTED_MS };
    const pace = { callsAtMs: [], hasRegisteredNumber: false, figure };
    expect(permitOf(pace, { calls: 180, ahead: 0 }, NOW_MS + offsetMs).kind).toBe(kind);
  });

  // Half a per cent a call: Meta's limit is 200, whatever the account has registered.
  it.each([
    [1, 2],
    [50, 100],
    [89, 179],
  ])('believes Meta that the limit is the smaller one: %i %% after %i calls', (pct, ours) => {
    const figure = { pct, ours, atMs: NOW_MS };
    const pace = { hasRegisteredNumber: true, figure };
    expect(permitOf({ ...pace, callsAtMs: burst(179) }, ONE, NOW_MS).kind).toBe('go');
    expect(permitOf({ ...pace, callsAtMs: burst(180) }, ONE, NOW_MS).kind).toBe('wait');
  });

  it.each([
    ['0 % after 1 call', { pct: 0, ours: 1 }, 4500],
    ['3 % after 180 calls', { pct: 3, ours: 180 }, 4500],
    ['50 % after 2,500 calls', { pct: 50, ours: 2500 }, 4500],
    // What our calls do not explain may be calls of others, or the smaller limit: room for the worse of the two.
    ['50 % after 2,499 calls', { pct: 50, ours: 2499 }, 180],
    ['50 % after 20 calls', { pct: 50, ours: 20 }, 100],
    ['90 % after 100 calls', { pct: 90, ours: 100 }, 100],
  ])('of an account with a registered number at %s leaves %j %i calls', (_title, told, most) => {
    const pace = { hasRegisteredNumber: true, figure: { ...told, atMs: NOW_MS } };
    expect(permitOf({ ...pace, callsAtMs: burst(most - 1) }, ONE, NOW_MS).kind).toBe('go');
    expect(permitOf({ ...pace, callsAtMs: burst(most) }, ONE, NOW_MS).kind).toBe('wait');
  });
});

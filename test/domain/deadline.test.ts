import { describe, expect, it } from 'vitest';
import {
  deadlineOf,
  earliestOf,
  isPast,
  provisionalDeadlineOf,
  remainingMs,
} from '../../src/domain/deadline.ts';
import { factsOf } from './facts.ts';

const DAY_MS = 86_400_000;
const SIGNED_UP_AT_MS = Date.UTC(2026, 10, 25, 10);

describe('the deadline of a number', () => {
  it('is 14 days after the callback while Meta has not been read', () => {
    expect(provisionalDeadlineOf(SIGNED_UP_AT_MS)).toBe(SIGNED_UP_AT_MS + 14 * DAY_MS);
  });

  it.each([
    ['without last_onboarded_time', undefined, SIGNED_UP_AT_MS],
    ['a minute before the callback', SIGNED_UP_AT_MS - 60_000, SIGNED_UP_AT_MS - 60_000],
    ['exactly a day before', SIGNED_UP_AT_MS - DAY_MS, SIGNED_UP_AT_MS - DAY_MS],
    ['a day and 1 ms before: an older signup', SIGNED_UP_AT_MS - DAY_MS - 1, SIGNED_UP_AT_MS],
    ['at the moment of the read', SIGNED_UP_AT_MS + 5000, SIGNED_UP_AT_MS + 5000],
    ['1 ms in the future of the read', SIGNED_UP_AT_MS + 5001, SIGNED_UP_AT_MS],
  ])('counts from the signup it belongs to: %s', (_case, lastOnboardedAtMs, anchorMs) => {
    const facts = factsOf({
      readAtMs: SIGNED_UP_AT_MS + 5000,
      ...(lastOnboardedAtMs === undefined ? {} : { lastOnboardedAtMs }),
    });
    expect(deadlineOf(facts, SIGNED_UP_AT_MS)).toBe(anchorMs + 14 * DAY_MS);
  });

  it('is 90 days for a pre-verified number', () => {
    const facts = factsOf({ isPreverified: true });
    expect(deadlineOf(facts, SIGNED_UP_AT_MS)).toBe(SIGNED_UP_AT_MS + 90 * DAY_MS);
  });

  it.each([
    [-1, false],
    [0, true],
    [1, true],
  ])('is past at %i ms: %s', (offsetMs, past) => {
    expect(isPast(SIGNED_UP_AT_MS, SIGNED_UP_AT_MS + offsetMs)).toBe(past);
  });
});

describe('what is left of a wait', () => {
  it.each([
    [2, 2],
    [1, 1],
    [0, 1],
    [-1, 1],
  ])('of %i ms becomes a timer of %i ms, never of none', (leftMs, timerMs) => {
    expect(remainingMs(SIGNED_UP_AT_MS + leftMs, SIGNED_UP_AT_MS)).toBe(timerMs);
  });

  it('ends at the earliest instant that is set', () => {
    expect(earliestOf([undefined, 7, 3])).toBe(3);
    expect(earliestOf([undefined, undefined])).toBeUndefined();
  });
});

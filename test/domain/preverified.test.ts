import { describe, expect, it } from 'vitest';
import {
  daysLeftOf,
  duePreverifiedNoticeAtMs,
  nextPreverifiedLookAtMs,
  preverifiedEndsAtMs,
  preverifiedText,
  preverifiedWaitOf,
} from '../../src/domain/preverified.ts';

const DAY_MS = 86_400_000;
const END_AT_MS = Date.UTC(2026, 10, 25, 10);
const VERIFIED = { status: 'VERIFIED', expiresAtMs: END_AT_MS, readAtMs: 0 };
const daysBefore = (days: number): number => END_AT_MS - days * DAY_MS;

describe('a pre-verified number', () => {
  it.each([
    [daysBefore(45), ['customer', 'code-or-customer', 'code-or-customer']],
    [END_AT_MS, ['code-or-customer', 'code', 'code']],
  ])('changes whose move it is at an instant, to the millisecond: %i', (atMs, waits) => {
    expect([-1, 0, 1].map((ms) => preverifiedWaitOf(VERIFIED, atMs + ms))).toEqual(waits);
  });

  it.each(['NOT_VERIFIED', 'EXPIRED', 'SOMETHING_NEW'])('waits for a code as %s', (status) => {
    expect(preverifiedWaitOf({ status, expiresAtMs: END_AT_MS }, 0)).toBe('code');
  });

  it('lives as long as its proof, or 90 days without one, and has no end once it has lapsed', () => {
    expect(preverifiedEndsAtMs(VERIFIED, 7)).toBe(END_AT_MS);
    const open = { ...VERIFIED, status: 'NOT_VERIFIED' };
    expect(preverifiedEndsAtMs(open, 7)).toBe(7 + 90 * DAY_MS);
    expect(preverifiedEndsAtMs({ ...VERIFIED, status: 'EXPIRED' }, 7)).toBeUndefined();
  });

  it.each([45, 14, 7, 3, 1])('has a notice %i days before its end, to the millisecond', (day) => {
    const countdown = { endsAtMs: END_AT_MS, toldAtMs: daysBefore(day) - 1 };
    const due = [-1, 0, 1].map((ms) => duePreverifiedNoticeAtMs(countdown, daysBefore(day) + ms));
    expect(due).toEqual([undefined, daysBefore(day), daysBefore(day)]);
  });

  it('is looked at again at its next notice, then at its end, and not after it', () => {
    const at = (toldAtMs: number, nowMs: number) =>
      nextPreverifiedLookAtMs({ endsAtMs: END_AT_MS, toldAtMs }, nowMs);
    expect(at(0, daysBefore(90))).toBe(daysBefore(45));
    expect(at(daysBefore(3), daysBefore(3))).toBe(daysBefore(1));
    expect(at(daysBefore(1), daysBefore(1))).toBe(END_AT_MS);
    expect(at(daysBefore(1), END_AT_MS - 1)).toBe(END_AT_MS);
    expect(at(daysBefore(1), END_AT_MS)).toBeUndefined();
  });

  it('counts whole days', () => {
    const days = [daysBefore(2) - 1, daysBefore(2), daysBefore(2) + 1, END_AT_MS + 5];
    expect(days.map((nowMs) => daysLeftOf(END_AT_MS, nowMs))).toEqual([2, 2, 1, 0]);
    expect(daysLeftOf(undefined, 0)).toBeUndefined();
  });

  it('says what to do, and how long there is', () => {
    const nowMs = daysBefore(7);
    const text = preverifiedText('code-or-customer', { endsAtMs: END_AT_MS, nowMs });
    expect(text).toMatch(/ for another 90 days\. 7 days left\.$/);
    const code = 'Have a code sent to it, and give it to Meta.';
    expect(preverifiedText('code', { endsAtMs: END_AT_MS, nowMs: END_AT_MS })).toBe(code);
    expect(preverifiedText('code', { endsAtMs: undefined, nowMs: 0 })).toBe(code);
  });
});

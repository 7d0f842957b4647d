import { describe, expect, it } from 'vitest';
import { accessEndsAtMs, dueTokenNoticeAtMs, tokenWarningOf } from '../../src/domain/token-life.ts';

const DAY_MS = 86_400_000;
const END_AT_MS = Date.UTC(2026, 10, 25, 10);
const LIFE = { expiresAtMs: END_AT_MS };
const daysBefore = (days: number): number => END_AT_MS - days * DAY_MS;

describe('the token of an account', () => {
  it.each([30, 14, 7, 3, 1])('has a notice %i days before its end, to the millisecond', (day) => {
    const due = (offsetMs: number) =>
      dueTokenNoticeAtMs(LIFE, daysBefore(day) - 1, daysBefore(day) + offsetMs);
    expect([due(-1), due(0), due(1)]).toEqual([undefined, daysBefore(day), daysBefore(day)]);
  });

  it('has none told twice, of several only the latest, and none once it is over', () => {
    expect(dueTokenNoticeAtMs(LIFE, daysBefore(7), daysBefore(4))).toBeUndefined();
    expect(dueTokenNoticeAtMs(LIFE, daysBefore(30), daysBefore(2))).toBe(daysBefore(3));
    expect(dueTokenNoticeAtMs(LIFE, 0, END_AT_MS - 1)).toBe(daysBefore(1));
    expect(dueTokenNoticeAtMs(LIFE, 0, END_AT_MS)).toBeUndefined();
    expect(dueTokenNoticeAtMs({}, 0, END_AT_MS)).toBeUndefined();
  });

  it('ends with the earlier of its two clocks', () => {
    const dataAccessExpiresAtMs = END_AT_MS - 5;
    expect(accessEndsAtMs({ ...LIFE, dataAccessExpiresAtMs })).toBe(END_AT_MS - 5);
    expect(accessEndsAtMs({ dataAccessExpiresAtMs })).toBe(END_AT_MS - 5);
    expect(accessEndsAtMs(LIFE)).toBe(END_AT_MS);
    expect(accessEndsAtMs({})).toBeUndefined();
  });

  it('is warned of from 30 days before its end until the end', () => {
    const warnings = [daysBefore(30) - 1, daysBefore(30), END_AT_MS - 1, END_AT_MS].map((nowMs) =>
      tokenWarningOf(LIFE, nowMs),
    );
    expect(warnings).toEqual([
      undefined,
      'Our access to the account ends in 30 days. Let the customer run Embedded Signup again before.',
      'Our access to the account ends in less than an hour. Let the customer run Embedded Signup again before.',
      undefined,
    ]);
    expect(tokenWarningOf({}, END_AT_MS)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { dueNoticeAtMs, nextNoticeAtMs, spanText, type AtRisk } from '../../src/domain/notices.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEADLINE_AT_MS = Date.UTC(2026, 10, 25, 10);

const atRisk = (changes: Partial<AtRisk> = {}): AtRisk => ({
  ...{ deadlineAtMs: DEADLINE_AT_MS, isPreverified: false, toldAtMs: 0 },
  ...changes,
});
const daysBefore = (days: number): number => DEADLINE_AT_MS - days * DAY_MS;

describe.each([
  ['a number that signed up', false, [7, 4, 2, 1]],
  ['a claimed pre-verified number', true, [14, 7, 3, 1]],
] as const)('of %s', (_whose, isPreverified, days) => {
  it.each(days)('the notice %i days before the deadline is due to the millisecond', (day) => {
    const toldAtMs = daysBefore(day) - 1;
    const due = (offsetMs: number): number | undefined =>
      dueNoticeAtMs(atRisk({ isPreverified, toldAtMs }), daysBefore(day) + offsetMs);
    expect([due(-1), due(0), due(1)]).toEqual([undefined, daysBefore(day), daysBefore(day)]);
  });

  it('the notices come one after another, and none is told twice', () => {
    const told: number[] = [];
    let toldAtMs = 0;
    let nowMs: number | undefined = daysBefore(80);
    while (nowMs !== undefined) {
      const dueAtMs = dueNoticeAtMs(atRisk({ isPreverified, toldAtMs }), nowMs);
      if (dueAtMs !== undefined) told.push((DEADLINE_AT_MS - dueAtMs) / DAY_MS);
      toldAtMs = dueAtMs ?? toldAtMs;
      nowMs = nextNoticeAtMs(atRisk({ isPreverified, toldAtMs }), nowMs);
    }
    expect(told).toEqual(days);
  });
});

describe('a notice of the deadline', () => {
  it('is the latest alone after an outage across several', () => {
    const nowMs = daysBefore(1.5);
    expect(dueNoticeAtMs(atRisk(), nowMs)).toBe(daysBefore(2));
    expect(dueNoticeAtMs(atRisk({ toldAtMs: daysBefore(2) }), nowMs)).toBeUndefined();
    expect(nextNoticeAtMs(atRisk({ toldAtMs: daysBefore(2) }), nowMs)).toBe(daysBefore(1));
  });

  it.each([
    [-1, daysBefore(1)],
    [0, undefined],
    [1, undefined],
  ])(
    'is not told %i ms from the deadline, when there is nothing left to do: %s',
    (offsetMs, due) => {
      expect(dueNoticeAtMs(atRisk(), DEADLINE_AT_MS + offsetMs)).toBe(due);
    },
  );

  it('is told again when the deadline has moved', () => {
    const moved = atRisk({ deadlineAtMs: DEADLINE_AT_MS + 5 * DAY_MS, toldAtMs: daysBefore(4) });
    expect(nextNoticeAtMs(moved, daysBefore(4))).toBe(daysBefore(2));
  });
});

describe('a span for people', () => {
  it.each([
    [7 * DAY_MS - 5000, '7 days'],
    [2 * DAY_MS + 5 * HOUR_MS, '2 days 5 hours'],
    [DAY_MS + HOUR_MS, '1 day 1 hour'],
    [23 * HOUR_MS, '23 hours'],
    [HOUR_MS / 2, '1 hour'],
    [HOUR_MS / 2 - 1, 'less than an hour'],
  ])('of %i ms is "%s"', (spanMs, text) => {
    expect(spanText(spanMs)).toBe(text);
  });
});

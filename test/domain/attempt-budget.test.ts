import { describe, expect, it } from 'vitest';
import { budgetOf, BUDGET_WINDOW_MS } from '../../src/domain/attempt-budget.ts';

const NOW_MS = 1_000_000_000;
const attempts = (count: number, atMs = NOW_MS - 1000): number[] =>
  Array.from({ length: count }, () => atMs);

describe('the register budget of a number', () => {
  it.each([
    ['automatic', 5, 'allowed'],
    ['automatic', 6, 'spent'],
    ['operator', 6, 'allowed'],
    ['operator', 7, 'allowed'],
    ['operator', 8, 'spent'],
    ['automatic', 8, 'spent'],
  ] as const)('for an %s attempt after %i in 72 hours is %s', (kind, count, expected) => {
    expect(budgetOf(attempts(count), kind, NOW_MS).kind).toBe(expected);
  });

  it('says how many are left for each', () => {
    expect(budgetOf(attempts(4), 'automatic', NOW_MS).left).toEqual({ automatic: 2, operator: 4 });
    expect(budgetOf(attempts(8), 'operator', NOW_MS).left).toEqual({ automatic: 0, operator: 0 });
  });

  it.each([
    [-1, 'spent'],
    [0, 'allowed'],
    [1, 'allowed'],
  ] as const)('forgets an attempt when its 72 hours are over (%i ms)', (offsetMs, expected) => {
    const sentAtMs = [...attempts(5), NOW_MS - BUDGET_WINDOW_MS - offsetMs];
    expect(budgetOf(sentAtMs, 'automatic', NOW_MS).kind).toBe(expected);
  });

  it('reopens when the attempt that blocks this kind leaves the window', () => {
    const sentAtMs = [80, 10, 70, 20, 60, 30, 50, 40];
    expect(budgetOf(sentAtMs, 'automatic', 100)).toMatchObject({ nextAtMs: 30 + BUDGET_WINDOW_MS });
    expect(budgetOf(sentAtMs, 'operator', 100)).toMatchObject({ nextAtMs: 10 + BUDGET_WINDOW_MS });
  });
});

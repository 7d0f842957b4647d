import { setImmediate as eventLoopTurn, setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { together } from '../../src/store/together.ts';

describe('what comes together', () => {
  it('shares one run, while the one before is on its way, and each has its own answer', async () => {
    const runs: (readonly number[])[] = [];
    const double = together(async (items: readonly number[]) => {
      runs.push([...items]);
      await setTimeout(20);
      return (item: number) => 2 * item;
    });
    const first = double(1);
    while (runs.length === 0) await eventLoopTurn();
    expect(await Promise.all([first, double(2), double(3), double(4)])).toEqual([2, 4, 6, 8]);
    expect(runs).toEqual([[1], [2, 3, 4]]);
    expect(await double(5)).toBe(10);
  });

  it('fails together, and only the run that failed', async () => {
    const half = together((items: readonly number[]) => {
      if (items.includes(0)) throw new Error('no');
      return Promise.resolve((item: number) => item / 2);
    });
    const shared = await Promise.allSettled([half(0), half(2)]);
    expect(shared.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await half(2)).toBe(1);
  });
});

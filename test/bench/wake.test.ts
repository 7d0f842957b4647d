import { readFile } from 'node:fs/promises';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../bench/wake/bare-plan.ts';
import { figuresOf, missedBy, percentile, type Measured } from '../../bench/wake/figures.ts';
import { cpuMsIn, memoryKiBIn } from '../../bench/wake/process-use.ts';

const measured = (changes: Partial<Measured> = {}): Measured => ({
  wakesMs: [30, 90, 60],
  baresMs: [40, 41, 39],
  cpuMs: { ours: 60, bare: 40 },
  memory: { beforeKiB: 1000, afterKiB: 16_000, parked: 100 },
  ...changes,
});

describe('the figures of a wake', () => {
  it('are percentiles that were measured, a ratio of CPU times, and memory for each number', () => {
    expect(figuresOf(measured())).toEqual({
      ...{ wakeP50Ms: 60, wakeP99Ms: 90, bareP50Ms: 40, cpuRatio: 1.5, parkedKiB: 150 },
    });
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('meet their goals up to the goal itself, and none without a number', () => {
    expect(missedBy(figuresOf(measured()))).toEqual([]);
    const slow = figuresOf(measured({ wakesMs: [61], cpuMs: { ours: 60.5, bare: 40 } }));
    expect(missedBy(slow)).toEqual(['wakeP50Ms / bareP50Ms', 'cpuRatio']);
    const fat = { beforeKiB: 0, afterKiB: 15_011, parked: 100 };
    expect(missedBy(figuresOf(measured({ memory: fat })))).toEqual(['parkedKiB']);
    expect(missedBy(figuresOf(measured({ wakesMs: [NaN] })))).toEqual(['wakeP50Ms / bareP50Ms']);
  });
});

describe('a bare workflow', () => {
  const history = new URL('../replay/histories/valid/decided-by-webhook.json', import.meta.url);

  it('has the activities of a recorded onboarding, before and after its webhook', async () => {
    const recorded = historyFromJSON(JSON.parse(await readFile(history, 'utf8')));
    expect(planOf(recorded)).toEqual({
      before: { calls: 3, quiet: 2, notes: 1 },
      after: { calls: 1, quiet: 0, notes: 1 },
    });
  });
});

describe('what a process uses', () => {
  it('is read past a name with spaces and brackets in it', () => {
    const rest = Array.from({ length: 40 }, (_, n) => (n + 3).toString()).join(' ');
    // The 14th and the 15th field of the line.
    expect(cpuMsIn(`42 (a (bad) name) ${rest}`)).toBe((14 + 15) * 10);
  });

  it('is memory in KiB, or no number', () => {
    expect(memoryKiBIn('VmPeak:\t 9 kB\nVmRSS:\t  123456 kB\n')).toBe(123_456);
    expect(memoryKiBIn('State: Z\n')).toBeNaN();
  });
});

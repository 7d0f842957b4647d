import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawAccounts, type Account } from '../../bench/graph-calls/accounts.ts';
import { figuresOf, type Tally } from '../../bench/graph-calls/figures.ts';
import { followAccount } from '../../bench/graph-calls/following.ts';
import { GOALS, isMet } from '../../bench/graph-calls/goals.ts';
import { createMetaLimit } from '../../bench/graph-calls/meta-limit.ts';
import { pollAccount } from '../../bench/graph-calls/plain.ts';
import { createRandom, logNormalMs, logUniform } from '../../bench/graph-calls/random.ts';
import { compare, follow, SCALES, simulate } from '../../bench/graph-calls/simulation.ts';
import { createTimeline } from '../../bench/graph-calls/timeline.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const ROOT = join(import.meta.dirname, '../..');

const fateOf = (reviewMs: number, luck = 1) => ({ reviewMs, webhookMs: 5 * SECOND_MS, luck });

describe('numbers whose names are followed', () => {
  it('cost one read each when the webhook comes before anybody looks', () => {
    const account = [1, 2, 3].map((n) => fateOf(n * MINUTE_MS));
    expect(followAccount(account, 0)).toMatchObject({
      calls: 3,
      lateMs: Array(3).fill(5 * SECOND_MS),
    });
  });

  it('hear nothing once all webhooks are lost: a read of the account, then their own', () => {
    const tally = followAccount([fateOf(HOUR_MS, 0.5)], 1);
    expect(tally.calls).toBe(2);
    // A single number: five hours after it was read, or a little later as it waits.
    expect(tally.lateMs[0]).toBeGreaterThanOrEqual(4 * HOUR_MS);
    expect(tally.lateMs[0]).toBeLessThan(4.7 * HOUR_MS);
  });

  it('count the reads of their set-up towards the limit', () => {
    // Subscription: two; two reads of the set-up, of which the first is under the smaller limit; the rest under the larger.
    expect(followAccount([fateOf(MINUTE_MS)], 0).peakUse).toBe(3 / 200);
  });

  it('start five hundred at once without one refusal, a tenth below the limit', () => {
    const [account = []] = drawAccounts([500, 500], { seed: 3, numbers: 500 });
    const { peakUse, limitErrors, lateMs } = followAccount(account, 0.02);
    expect({ peakUse, limitErrors }).toEqual({ peakUse: 0.9, limitErrors: 0 });
    expect(lateMs).toHaveLength(500);
  });

  it('meet every goal in a small draw of mixed accounts', () => {
    const mixed = compare(drawAccounts(SCALES.mixed, { seed: 1, numbers: 1500 }));
    expect(GOALS.filter((goal) => !isMet(goal, mixed))).toEqual([]);
  });

  it('miss the goals when each polls every hour', () => {
    const mixed = compare(drawAccounts(SCALES.mixed, { seed: 1, numbers: 100 }));
    const plain = { ...mixed, loss2: mixed.fixed1h };
    const missed = GOALS.filter((goal) => !isMet(goal, plain)).map(({ figure }) => figure);
    expect(missed).toEqual(['callsPerNumber', 'lateP50S', 'lateP99S']);
  });

  it('cost little more when more webhooks are lost, and are learned of later', () => {
    const accounts = drawAccounts(SCALES.mixed, { seed: 5, numbers: 600 });
    const [few, all] = [follow(accounts, 0.005), follow(accounts, 1)];
    expect(all.lateP50S).toBeGreaterThan(100 * few.lateP50S);
    expect(all.callsPerNumber).toBeGreaterThan(few.callsPerNumber);
    expect(all.callsPerNumber).toBeLessThan(1.1 * few.callsPerNumber);
  });
});

describe('numbers that poll by themselves', () => {
  it('read until the decision is there, and are late by the rest of an interval', () => {
    const tally = pollAccount([fateOf(10 * MINUTE_MS), fateOf(11 * MINUTE_MS)], 5 * MINUTE_MS);
    expect(tally).toMatchObject({ calls: 2 + 3, lateMs: [0, 4 * MINUTE_MS], limitErrors: 0 });
  });

  it('run into the limit when an account has too many of them', () => {
    const crowd: Account = Array.from({ length: 500 }, () => fateOf(2 * HOUR_MS));
    const { peakUse, limitErrors } = pollAccount(crowd, 5 * MINUTE_MS);
    expect(peakUse).toBe(1);
    // Ten rounds of 500 fill the limit; the two others of the hour are refused, and so on.
    expect(limitErrors).toBeGreaterThanOrEqual(1000);
  });
});

describe("Meta's limit", () => {
  it('refuses the call after the last, until the first has left the hour', () => {
    const meta = createMetaLimit();
    const asked = Array.from({ length: 201 }, () => meta.ask(0));
    expect(asked.filter((isAnswered) => isAnswered)).toHaveLength(200);
    expect(meta.ask(HOUR_MS - 1)).toBe(false);
    expect(meta.ask(HOUR_MS)).toBe(true);
    expect([meta.errors(), meta.peakUse(), meta.usePct(HOUR_MS)]).toEqual([2, 1, 0]);
  });

  it('is twenty-five times as large once a number is registered', () => {
    const meta = createMetaLimit();
    meta.raise();
    for (let call = 0; call < 5000; call += 1) expect(meta.ask(call)).toBe(true);
    expect(meta.ask(5000)).toBe(false);
  });
});

describe('a draw', () => {
  it('is the same for the same seed, and another for another', () => {
    const small = { seed: 7, numbers: 60 };
    expect(simulate(small)).toEqual(simulate(small));
    expect(simulate({ ...small, seed: 8 })).not.toEqual(simulate(small));
  });

  it('gives each number its fate whatever the size of its account', () => {
    const draw = { seed: 2, numbers: 40 };
    expect(drawAccounts([10, 10], draw).flat()).toEqual(drawAccounts([1, 1], draw).flat());
    expect(drawAccounts([16, 16], draw).map(({ length }) => length)).toEqual([16, 16, 8]);
  });

  it('has the median and the tail that were asked for', () => {
    const random = createRandom(1, 1);
    const asked = { medianMs: 24 * HOUR_MS, p99Ms: 240 * HOUR_MS };
    const drawn = Array.from({ length: 20_000 }, () => logNormalMs(random, asked));
    const shareAbove = (ms: number) => drawn.filter((one) => one > ms).length / drawn.length;
    expect(shareAbove(asked.medianMs)).toBeCloseTo(0.5, 1);
    expect(shareAbove(asked.p99Ms)).toBeGreaterThan(0.008);
    expect(shareAbove(asked.p99Ms)).toBeLessThan(0.012);
  });

  it('has as many accounts of tens as of hundreds', () => {
    const random = createRandom(1, 2);
    const sizes = Array.from({ length: 20_000 }, () => logUniform(random, [1, 999]));
    const share = (least: number, most: number) =>
      sizes.filter((size) => size >= least && size <= most).length / sizes.length;
    expect(share(1, 9)).toBeCloseTo(1 / 3, 1);
    expect(share(100, 999)).toBeCloseTo(1 / 3, 1);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([1, 999]);
  });
});

describe('the clock of a simulation', () => {
  it('lets things happen in order, those of one instant as they were planned', () => {
    const timeline = createTimeline(100);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name} at ${timeline.nowMs()}`);
    timeline.at(300, note('third'));
    timeline.at(200, note('first'));
    timeline.at(200, () => {
      note('second')();
      timeline.at(150, note('overdue'));
    });
    for (let atMs = 900; atMs > 400; atMs -= 100) timeline.at(atMs, note('later'));
    timeline.run();
    expect(seen.slice(0, 4)).toEqual([
      ...['first at 200', 'second at 200', 'overdue at 200', 'third at 300'],
    ]);
    expect(seen.slice(4)).toEqual([500, 600, 700, 800, 900].map((ms) => `later at ${ms}`));
  });
});

describe('the figures', () => {
  it('are taken over all numbers, by nearest rank', () => {
    const tally = (lateS: readonly number[], more: Partial<Tally> = {}): Tally => ({
      ...{ calls: lateS.length, peakUse: 0.1, limitErrors: 0 },
      lateMs: lateS.map((s) => s * SECOND_MS),
      ...more,
    });
    const hundred = Array.from({ length: 98 }, (_, n) => 98 - n);
    const tallies = [
      tally(hundred),
      tally([500, 900], { calls: 12, peakUse: 0.7, limitErrors: 3 }),
    ];
    expect(figuresOf(tallies)).toEqual({
      ...{ callsPerNumber: 1.1, lateP50S: 50, lateP99S: 500, peakUse: 0.7, limitErrors: 3 },
    });
  });
});

describe('the command', () => {
  const bench = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['bench/graph-calls.ts', ...args], { cwd: ROOT, encoding: 'utf8' });

  it('prints the figures of every scale and strategy as JSON, and nothing else', () => {
    const { stdout, stderr } = bench('--json', '--numbers', '30');
    const figures = z.strictObject({
      ...{ callsPerNumber: z.number().min(1), lateP50S: z.number(), lateP99S: z.number() },
      ...{ peakUse: z.number(), limitErrors: z.literal(0) },
    });
    const strategies = ['loss0.5', 'loss2', 'loss100', 'fixed5min', 'fixed1h'] as const;
    const scales = ['mixed', '1', '10', '50', '100', '500'] as const;
    const report = z.record(z.enum(scales), z.record(z.enum(strategies), figures));
    expect(report.safeParse(JSON.parse(stdout)).error).toBeUndefined();
    expect(stderr).toBe('');
  });

  it('shows people a table with the goals, and fails when one is missed', () => {
    // Ten numbers in two accounts: too few to share a read with.
    const { stdout, status } = bench('--numbers', '10');
    expect(stdout).toContain('2 % of webhooks lost');
    expect(stdout).toMatch(/^MISS .*callsPerNumber/m);
    expect(status).toBe(1);
  });

  it('tells what it does when asked, and which option it does not understand', () => {
    expect(bench('--help').stdout).toContain('--seed N');
    const { status, stderr } = bench('--numbers', 'many');
    expect([status, stderr]).toEqual([2, 'Error: not a whole number from 1 to 9999999: many\n']);
  });
});

import { expect, it } from 'vitest';
import { DEADLINE_MS, live, type Life } from './life.ts';
import { HOUR_MS, MINUTE_MS, type Sent } from './meta.ts';

/** `SIMULATION_SEED=123 npx vitest run test/domain/simulation` repeats one life. */
const { SIMULATION_SEED: only, SIMULATION_SEEDS: count = '10000' } = process.env;
const SEEDS =
  only === undefined ? Array.from({ length: Number(count) }, (_, seed) => seed) : [Number(only)];

const REGISTER_MS = 10_000;

/** What must never have happened in a life; undefined if nothing did. */
function breachOf(life: Life): string | undefined {
  return requestBreachOf(life.meta.log) ?? endBreachOf(life);
}

function requestBreachOf(log: readonly Sent[]): string | undefined {
  const registers = log.filter(({ call }) => call === 'register');
  if (hasBlindRepeat(log)) return 'I2: sent again without a read in between';
  if (mostIn72Hours(registers) > 8) return 'I2: more than 8 requests in 72 hours';
  if (new Set(registers.map(({ pin }) => pin)).size > 1) return 'I3: another PIN';
  const isLate = registers.some(({ atMs }) => atMs > DEADLINE_MS + REGISTER_MS);
  return isLate ? 'I6: sent after the deadline' : undefined;
}

function endBreachOf({ meta, outcome, endedAtMs }: Life): string | undefined {
  if (outcome === 'endless') return 'I1: goes in circles';
  if (outcome === 'registered' && meta.registeredAtMs === undefined) return 'I2: seen by nobody';
  if (outcome !== 'expired') return undefined;
  if (endedAtMs < DEADLINE_MS) return 'I6: given up before the deadline';
  return endedAtMs > DEADLINE_MS + MINUTE_MS + REGISTER_MS ? 'I6: ended late' : undefined;
}

function hasBlindRepeat(log: readonly Sent[]): boolean {
  const calls = log.map(({ call }) => (call === 'register' ? 'R' : call === 'read' ? 'r' : '-'));
  return /R-*R/.test(calls.join(''));
}

function mostIn72Hours(registers: readonly Sent[]): number {
  const inWindowOf = ({ atMs }: Sent): number =>
    registers.filter((other) => other.atMs >= atMs && other.atMs < atMs + 72 * HOUR_MS).length;
  return Math.max(0, ...registers.map(inWindowOf));
}

it(`F41, level 1: keeps every invariant in ${SEEDS.length} lives, and brings each to one end`, () => {
  const outcomes = new Map<string, number>();
  for (const seed of SEEDS) {
    const life = live(seed);
    const breach = breachOf(life);
    expect(breach, `seed ${seed}: SIMULATION_SEED=${seed} repeats it`).toBeUndefined();
    outcomes.set(life.outcome, (outcomes.get(life.outcome) ?? 0) + 1);
  }
  if (only !== undefined) return;
  // A simulation in which everything goes well, or nothing, shows nothing.
  expect([...outcomes.keys()].sort()).toEqual(['abandoned', 'expired', 'registered']);
});

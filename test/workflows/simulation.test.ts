import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../support/fake-meta.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';
import { live, type Life } from './simulated-life.ts';

/** `npm run simulation` lives 1,000; `SIMULATION_SEED=123 npm run simulation` repeats one. */
const { SIMULATION_SEED: only, SIMULATION_SEEDS: count = '8' } = process.env;
const SEEDS =
  only === undefined ? Array.from({ length: Number(count) }, (_, seed) => seed) : [Number(only)];
/** A world serves so many lives before it is made anew. */
const LIVES_OF_A_WORLD = 10;

const batches = Array.from({ length: Math.ceil(SEEDS.length / LIVES_OF_A_WORLD) }, (_, n) =>
  SEEDS.slice(n * LIVES_OF_A_WORLD, (n + 1) * LIVES_OF_A_WORLD),
);

describe.each(batches)('F41, level 2: the lives from seed %i on', (...seeds) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(providedGround());
  });
  afterAll(async () => {
    await world.close();
  });

  it.each(seeds)('%i keeps every invariant and ends once', { timeout: 60_000 }, async (seed) => {
    const life = await world.play(() => live(world, seed));
    const repeat = `SIMULATION_SEED=${seed.toString()} npm run simulation; plan ${life.plan}`;
    expect(breachesOf(life), repeat).toEqual([]);
  });
});

const ENDS = ['ready', 'not-applicable', 'SignupExpired', 'Abandoned'];

/** What must never have happened, judged by the emulator's ledger. */
function breachesOf(life: Life): readonly string[] {
  return [...requestBreaches(life), ...endBreaches(life)];
}

function requestBreaches({ ledger, input }: Life): readonly string[] {
  const registers = ledger.filter(isRegister);
  const deadlineMs = input.signedUpAtMs + 14 * DAY_MS;
  const breaches = {
    'I2: two registrations took effect': registers.filter(wasEffective).length > 1,
    'I2: sent again without a read': hasBlindRepeat(ledger),
    'I2: two at a time': registers.some((entry) => entry['concurrent'] !== 1),
    'I2: more than 8 in 72 hours': mostIn72Hours(registers) > 8,
    'I3: another PIN': new Set(registers.map(({ pinSha256 }) => pinSha256)).size > 1,
    'I6: sent after the deadline': registers.some((entry) => entry.at_ms > deadlineMs + MINUTE_MS),
  };
  return Object.entries(breaches).flatMap(([name, isBreach]) => (isBreach ? [name] : []));
}

function endBreaches({
  outcome,
  storedOutcome,
  endedAtMs,
  ledger,
  input,
}: Life): readonly string[] {
  if (outcome === undefined || !ENDS.includes(outcome)) return [`I1: ends as ${outcome ?? 'none'}`];
  const isRegistered = ledger.some((entry) => isRegister(entry) && wasEffective(entry));
  const deadlineMs = input.signedUpAtMs + 14 * DAY_MS;
  const isExpired = outcome === 'SignupExpired';
  const breaches = {
    'I1: people are told another end': storedOutcome !== STORED[outcome],
    'I2: ready, but Meta never registered it': outcome === 'ready' && !isRegistered,
    'I6: given up before the deadline': isExpired && endedAtMs < deadlineMs,
    'I6: ended late': isExpired && endedAtMs > deadlineMs + MINUTE_MS,
  };
  return Object.entries(breaches).flatMap(([name, isBreach]) => (isBreach ? [name] : []));
}

const STORED: Readonly<Record<string, string>> = {
  ready: 'ready',
  'not-applicable': 'not-applicable',
  SignupExpired: 'signup-expired',
  Abandoned: 'abandoned',
};

function isRegister({ path }: LedgerEntry): boolean {
  return path.endsWith('/register');
}

function wasEffective({ effectApplied }: LedgerEntry): boolean {
  return effectApplied;
}

function hasBlindRepeat(ledger: readonly LedgerEntry[]): boolean {
  const calls = ledger.map((entry) =>
    isRegister(entry) ? 'R' : entry.method === 'GET' ? 'r' : '-',
  );
  return /R-*R/.test(calls.join(''));
}

function mostIn72Hours(registers: readonly LedgerEntry[]): number {
  const inWindowOf = ({ at_ms: atMs }: LedgerEntry): number =>
    registers.filter((other) => other.at_ms >= atMs && other.at_ms < atMs + 72 * HOUR_MS).length;
  return Math.max(0, ...registers.map(inWindowOf));
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { filesIn } from './builders.ts';
import { startRacer, type Racer, type Request } from './racer.ts';
import { openRaw } from './test-store.ts';

describe('three processes with one store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  let racers: readonly Racer[] = [];

  beforeAll(async () => {
    racers = await Promise.all([startRacer(folder), startRacer(folder), startRacer(folder)]);
  });

  afterAll(async () => {
    await Promise.all(racers.map((racer) => racer.kill()));
    rmSync(folder, { recursive: true });
  });

  const askAll = (what: Request, argument?: string): Promise<string[]> =>
    Promise.all(racers.map((racer) => racer.ask(what, argument)));

  it('may all be the first to open it, and end with one schema and one key, twenty times tried', async () => {
    for (let round = 1; round <= 20; round++) {
      expect(await askAll('open', `first-${String(round)}`)).toEqual([
        'opened',
        'opened',
        'opened',
      ]);
      const pins = await askAll('pin', '1');
      expect(pins[0]).toMatch(/^[0-9]{6}$/);
      expect(new Set(pins).size).toBe(1);
    }
  });

  it('never reserve two attempts of a number at the same time, fifty times tried (I2)', async () => {
    await askAll('open', 'ledger');
    for (let number = 1; number <= 50; number++) {
      const answers = await askAll('reserve', String(number));
      expect(answers.toSorted()).toEqual(['in-flight', 'in-flight', 'reserved']);
    }
  });

  it('draw one PIN for a number, fifty times tried (I3)', async () => {
    await askAll('open', 'pins');
    for (let number = 1; number <= 50; number++) {
      const pins = await askAll('pin', String(number));
      expect(pins[0]).toMatch(/^[0-9]{6}$/);
      expect(new Set(pins).size).toBe(1);
    }
  });

  it('keep what one has told when it is killed in the middle of writing (F40)', async () => {
    await askAll('open', 'killed');
    const [doomed, survivor] = racers;
    void doomed?.ask('accept-for-ever');
    await vi.waitFor(() => {
      expect(doomed?.told.length).toBeGreaterThan(20);
    });
    await doomed?.kill();
    expect(await survivor?.ask('reserve', '1')).toBe('reserved');

    const raw = openRaw(filesIn(join(folder, 'killed')).path);
    expect(raw.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const keys = raw.prepare('select idempotency_key from signups').all();
    const kept = new Set(keys.map((row) => row['idempotency_key']));
    expect(doomed?.told.filter((key) => !kept.has(key))).toEqual([]);
    const counts = `select (select count(*) from numbers) numbers, (select count(*) from events) events`;
    expect(raw.prepare(counts).get()).toEqual({ numbers: kept.size, events: kept.size });
  });
});

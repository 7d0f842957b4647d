import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startRacer, type Racer, type Request } from './racer.ts';
import { openRaw, temporaryFolder } from './test-store.ts';

function filesIn(folder: string): [path: string, sealingKeyFile: string] {
  return [join(folder, 'data', 'onboarding.db'), join(folder, 'keys', 'sealing-key.json')];
}

async function startRacers(count: number) {
  const files = filesIn(temporaryFolder());
  const racers = await Promise.all(Array.from({ length: count }, () => startRacer(...files)));
  return { racers, path: files[0] };
}

const askAll = (racers: readonly Racer[], what: Request, number?: string): Promise<string[]> =>
  Promise.all(racers.map((racer) => racer.ask(what, number)));

describe('two processes with one store', () => {
  it('may both be the first to open it, and end with one schema and one key', async () => {
    for (let round = 0; round < 3; round++) {
      const { racers } = await startRacers(3);
      expect(await askAll(racers, 'open')).toEqual(['opened', 'opened', 'opened']);
      const [pin, ...pins] = await askAll(racers, 'pin');
      expect(pin).toMatch(/^[0-9]{6}$/);
      expect(pins).toEqual([pin, pin]);
      await Promise.all(racers.map((racer) => racer.kill()));
    }
  });

  it('never both reserve an attempt of a number at the same time, fifty times tried (I2)', async () => {
    const { racers } = await startRacers(2);
    await askAll(racers, 'open');
    for (let number = 1; number <= 50; number++) {
      const answers = await askAll(racers, 'reserve', String(number));
      expect(answers.toSorted()).toEqual(['in-flight', 'reserved']);
    }
  });

  it('draw one PIN for a number, twenty times tried (I3)', async () => {
    const { racers } = await startRacers(2);
    await askAll(racers, 'open');
    for (let number = 1; number <= 20; number++) {
      const [one, other] = await askAll(racers, 'pin', String(number));
      expect(one).toMatch(/^[0-9]{6}$/);
      expect(other).toBe(one);
    }
  });

  it('keep what one has told when it is killed in the middle of writing (F40)', async () => {
    const { racers, path } = await startRacers(2);
    const [doomed, survivor] = racers;
    await askAll(racers, 'open');
    void doomed?.ask('accept-for-ever');
    await vi.waitFor(() => {
      expect(doomed?.told.length).toBeGreaterThan(20);
    });
    await doomed?.kill();
    expect(await survivor?.ask('reserve', '1')).toBe('reserved');

    const raw = openRaw(path);
    expect(raw.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const keys = raw.prepare('select idempotency_key from signups').all();
    const kept = new Set(keys.map((row) => String(row['idempotency_key'])));
    expect(doomed?.told.filter((key) => !kept.has(key))).toEqual([]);
    const { numbers, events } =
      raw
        .prepare(
          'select (select count(*) from numbers) numbers, (select count(*) from events) events',
        )
        .get() ?? {};
    expect([numbers, events]).toEqual([kept.size, kept.size]);
  });
});

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startRacer, type Race, type Racer } from './racer.ts';
import { KINDS, newHome, openRaw, type Home } from './test-store.ts';

let racers: readonly Racer[] = [];
beforeAll(async () => {
  racers = await Promise.all([startRacer(), startRacer(), startRacer()]);
});
afterAll(() => Promise.all(racers.map((racer) => racer.kill())));

const openAll = (home: Home): Promise<string[]> =>
  Promise.all(racers.map((racer) => racer.open(home)));

const askAll = (what: Race, argument: string): Promise<string[]> =>
  Promise.all(racers.map((racer) => racer.ask(what, argument)));

// A new database costs PostgreSQL some hundred times what a new file costs SQLite.
const OPENINGS = { sqlite: 10, postgres: 3 };

describe.each(KINDS)('three processes with one store on %s', (kind) => {
  it('may all be the first to open it, and end with one schema and one key', async () => {
    for (let round = 1; round <= OPENINGS[kind]; round++) {
      expect(await openAll(await newHome(kind, { isUntouched: true }))).toEqual([
        'opened',
        'opened',
        'opened',
      ]);
      const pins = await askAll('pin', '1');
      expect(pins[0]).toMatch(/^[0-9]{6}$/);
      expect(new Set(pins).size).toBe(1);
    }
  });

  it('never reserve two attempts of a number at the same time, and send it once, fifty times tried (I2)', async () => {
    await openAll(await newHome(kind));
    for (let number = 1; number <= 50; number++) {
      const answers = await askAll('reserve', String(number));
      expect(answers.toSorted()).toEqual(['in-flight', 'in-flight', 'reserved']);
      const sent = await askAll('send', String(number));
      expect(sent.toSorted()).toEqual(['false', 'false', 'true']);
    }
  });

  it('let one of them make the calls that an account has left, twenty times tried', async () => {
    await openAll(await newHome(kind));
    for (let account = 1; account <= 20; account++) {
      const answers = await askAll('permit', String(account));
      expect(answers.toSorted()).toEqual(['go', 'wait', 'wait']);
    }
  });

  it('let one of them see to the subscription of an account, twenty times tried', async () => {
    await openAll(await newHome(kind));
    for (let account = 1; account <= 20; account++) {
      const answers = await askAll('claim', String(account));
      expect(answers.toSorted()).toEqual(['false', 'false', 'true']);
    }
  });

  it.each(['pin', 'accept'] as const)(
    'agree on the first answer to «%s», twenty times tried (I3)',
    async (what) => {
      await openAll(await newHome(kind));
      for (let number = 1; number <= 20; number++) {
        const answers = await askAll(what, String(number));
        expect(answers[0]).toMatch(/^([0-9]{6}|[0-9a-f-]{36})$/);
        expect(new Set(answers).size).toBe(1);
      }
    },
  );

  it('keep what one has told when it is killed in the middle of writing (F40)', async () => {
    const home = await newHome(kind);
    const [doomed, survivor] = await Promise.all([startRacer(), startRacer()]);
    onTestFinished(() => survivor.kill());
    await Promise.all([doomed.open(home), survivor.open(home)]);
    const lastWords = expect(doomed.ask('accept-for-ever')).rejects.toThrow('is gone');
    await vi.waitFor(
      () => {
        expect(doomed.told.length).toBeGreaterThan(20);
      },
      { timeout: 10_000 },
    );
    await doomed.kill();
    await lastWords;
    expect(await survivor.ask('reserve', '1')).toBe('reserved');

    const raw = await openRaw(home);
    if (kind === 'sqlite') {
      expect(await raw.all('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    }
    const rows = await raw.all('select idempotency_key as key from signups');
    const kept = new Set(rows.map(({ key }) => String(key)));
    expect(doomed.told.filter((key) => !kept.has(key))).toEqual([]);
    const ids = 'select distinct phone_number_id as id';
    const numbers = await raw.all(`${ids} from numbers`);
    const events = await raw.all(`${ids} from events`);
    expect([numbers.length, events.length]).toEqual([kept.size, kept.size]);
  });
});

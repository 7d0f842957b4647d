import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { PostgresAddress } from '../../src/store/place.ts';
import { createPool } from '../../src/store/postgres-pool.ts';
import { openPostgresStore } from '../../src/store/postgres.ts';
import { freePort } from '../support/free-port.ts';
import {
  addressOf,
  createDatabase,
  startPostgres,
  type RunningPostgres,
} from '../support/postgres.ts';
import { filesIn, newAttempt, newSignup, NUMBER, T0_MS } from './builders.ts';
import {
  HAS_POSTGRES,
  newHome,
  openRaw,
  openTestStore,
  postgresServer,
  temporaryFolder,
} from './test-store.ts';

const open = (address: PostgresAddress) =>
  openPostgresStore({
    address,
    sealingKeyFile: filesIn(temporaryFolder()).sealingKeyFile,
    nowMs: () => T0_MS,
  });

describe.runIf(HAS_POSTGRES)('a connection to PostgreSQL', () => {
  async function connect() {
    const pool = createPool(addressOf(postgresServer()), { lockMs: 1234 });
    const client = await pool.connect();
    onTestFinished(async () => {
      client.release();
      await pool.end();
    });
    return client;
  }

  it.each([
    ['synchronous_commit', 'on'],
    ['lock_timeout', '1234ms'],
    ['statement_timeout', '5s'],
    ['idle_in_transaction_session_timeout', '10s'],
    ['client_encoding', 'UTF8'],
  ])('has %s %s, whatever the server would do by itself', async (name, value) => {
    const client = await connect();
    expect((await client.query(`show ${name}`, [])).rows).toEqual([{ [name]: value }]);
  });

  it('reads milliseconds as numbers, and writes a fraction as the whole next to it', async () => {
    const client = await connect();
    const { rows } = await client.query('select $1::bigint as a, count(*) as b', [T0_MS + 0.4]);
    expect(rows).toEqual([{ a: T0_MS, b: 1 }]);
  });

  it('is not used again after it was lost', async () => {
    const client = await connect();
    const ending = client.query('select pg_terminate_backend(pg_backend_pid())', []);
    await expect(ending).rejects.toThrow(StoreUnavailable);
    await expect(client.query('select 1', [])).rejects.toThrow(StoreUnavailable);
  });
});

describe.runIf(HAS_POSTGRES)('the time of a store on PostgreSQL', () => {
  it('is the one of the server, however wrong the clock of this machine is', async () => {
    const { place, sealingKeyFile } = await newHome('postgres');
    const nowMs = (): number => Date.now() - 3_600_000;
    const store = await openStore({ place, keyFile: sealingKeyFile, nowMs });
    onTestFinished(() => store.close());
    await store.attempts.reserve(newAttempt());
    const [attempt] = await store.attempts.of(NUMBER);
    expect(Math.abs((attempt?.openedAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
  });
});

describe.runIf(HAS_POSTGRES)('a PostgreSQL that cannot be opened', () => {
  it.each<[string, RegExp, (address: PostgresAddress) => Promise<PostgresAddress>]>([
    [
      'nobody listens',
      /^The database cannot be reached\./,
      async (address) => ({ ...address, port: await freePort() }),
    ],
    [
      'the password is wrong',
      /^The database does not let us in\./,
      (address) => Promise.resolve({ ...address, password: new Secret('wrong-password') }),
    ],
    [
      'the database does not exist',
      /^The server has no such database\./,
      (address) => Promise.resolve({ ...address, database: 'nowhere' }),
    ],
    [
      'the server has no TLS',
      /^The database does not prove by TLS who it is\./,
      (address) => Promise.resolve({ ...address, tls: {} }),
    ],
  ])('says so when %s, without the password', async (_, sentence, change) => {
    const address = await change(addressOf(postgresServer()));
    const failure: unknown = await open(address).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).toHaveProperty('message', expect.stringMatching(sentence));
    expect(inspect(failure, { depth: 9 })).not.toContain(address.password?.reveal());
  });
});

describe.runIf(HAS_POSTGRES)('the programs, with DATABASE_URL', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));

  async function doctorSays(change: Partial<PostgresAddress> = {}) {
    const opened = await openTestStore('postgres');
    if (opened.place.kind !== 'postgres') throw new Error('not PostgreSQL');
    const { user, password, host, port, database } = { ...opened.place, ...change };
    const secret = password?.reveal() ?? '';
    const { stdout, stderr } = spawnSync(process.execPath, ['src/cli/main.ts', 'doctor'], {
      cwd: root,
      encoding: 'utf8',
      timeout: 15_000,
      env: {
        META_APP_ID: '1',
        META_APP_SECRET: '0'.repeat(32),
        META_VERIFY_TOKEN: 'a-word-of-our-own',
        GRAPH_BASE_URL: 'http://127.0.0.1:1',
        TEMPORAL_ADDRESS: '127.0.0.1:1',
        KEY_FILE: opened.sealingKeyFile,
        DATABASE_URL: `postgres://${user}:${secret}@${host}:${port}/${database}`,
      },
    });
    expect(stdout + stderr).not.toContain(secret);
    return { said: stdout, name: `PostgreSQL at ${host}:${port}/${database}` };
  }

  it('name the database, but never its password', async () => {
    const { said, name } = await doctorSays();
    expect(said).toContain(`ok       database: ${name} can be read and written\n`);
  });

  it('say what is wrong with it, and how to mend it', async () => {
    const { said } = await doctorSays({ password: new Secret('not-the-password') });
    expect(said).toContain(
      'FAILED   database: The database does not let us in.\n         mend: Check user and password',
    );
  });
});

describe.runIf(HAS_POSTGRES)('a PostgreSQL that refuses a write (F40)', () => {
  it.each([
    ['disk_full', /^The disk of the database is full\./],
    ['out_of_memory', /^There is no memory left/],
    ['too_many_connections', /^The database has no connection left\./],
    ['io_error', /^The disk failed/],
    ['insufficient_privilege', /^The database user may not do that\./],
    ['serialization_failure', /^Another process holds the database\./],
    ['query_canceled', /^The database took too long\./],
  ])('as %s fails the reservation, and nothing can be sent', async (condition, sentence) => {
    const opened = await openTestStore('postgres');
    const raw = await openRaw(opened);
    await raw.run(`
      create function fail() returns trigger language plpgsql
        as $$ begin raise exception 'planted' using errcode = '${condition}'; end $$;
      create trigger planted before insert on registration_attempts
        for each row execute function fail()`);
    const { attempts } = opened.store;
    const reserving = attempts.reserve(newAttempt());
    await expect(reserving).rejects.toThrow(StoreUnavailable);
    await expect(reserving).rejects.toThrow(sentence);
    expect(await attempts.of(NUMBER)).toEqual([]);
    expect(await attempts.startSending(NUMBER, 1)).toBe(false);
  });
});

describe.runIf(HAS_POSTGRES)('a PostgreSQL that is killed (F40)', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('fails what is asked meanwhile, loses nothing it has told, and is found again', async () => {
    const store = await open(await createDatabase(server));
    const told: string[] = [];
    let failures = 0;
    let isOver = false;
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let i = 1; !isOver; i++) {
        const idempotencyKey = `${writer}/${i}`;
        await store.signups.accept(newSignup({ idempotencyKey })).then(
          () => told.push(idempotencyKey),
          (error: unknown) => {
            expect(error).toBeInstanceOf(StoreUnavailable);
            failures += 1;
          },
        );
        if (failures > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    const until = (isTrue: () => boolean): Promise<void> =>
      vi.waitFor(
        () => {
          expect(isTrue()).toBe(true);
        },
        { timeout: 10_000 },
      );
    await until(() => told.length > 20);
    await server.kill();
    await until(() => failures > 4);
    await expect(store.attempts.reserve(newAttempt())).rejects.toThrow(StoreUnavailable);
    await expect(store.attempts.startSending(NUMBER, 1)).rejects.toThrow(StoreUnavailable);
    await server.restart();
    const before = told.length;
    await until(() => told.length > before);
    isOver = true;
    await Promise.all(writing);
    for (const key of told) expect(await store.signups.byIdempotencyKey(key), key).toBeDefined();
    expect(await store.attempts.reserve(newAttempt())).toMatchObject({ kind: 'reserved' });
    await store.close();
  });
});

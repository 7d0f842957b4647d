import {
  readFileSync,
  statSync,
  mkdirSync,
  openSync,
  writeSync,
  closeSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { ACCOUNT, newAttempt, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import { openRaw, openTestStore, temporaryFolder } from './test-store.ts';

const LATER_ATTEMPT = newAttempt({ phoneNumberId: OTHER_NUMBER, requestKey: 'run-2/1' });
const HINT = { digest: 'a', wabaId: ACCOUNT, field: 'account_update' };
const ANNOUNCEMENT = {
  phoneNumberId: NUMBER,
  wabaId: ACCOUNT,
  stage: 'verifying',
  waitingFor: 'meta',
  deadlineAtMs: T0_MS,
  progressJson: '{}',
  events: [],
  announcementKey: 'run-1/1',
};

const WRITES: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['check', (store) => store.check()],
  ['reserve', (store) => store.attempts.reserve(LATER_ATTEMPT)],
  ['startSending', (store) => store.attempts.startSending(NUMBER, 1)],
  ['close', (store) => store.attempts.close(NUMBER, 1, { state: 'not_sent' })],
  ['settle', (store) => store.attempts.settle(NUMBER, 1)],
  ['ensurePin', (store) => store.credentials.ensurePin(NUMBER)],
  ['keepCertificate', (store) => store.credentials.keepCertificate(NUMBER, new Secret('c'))],
  ['accept', (store) => store.signups.accept(newSignup())],
  ['markStarted', (store) => store.signups.markStarted('some-id')],
  ['announce', (store) => store.numbers.announce(ANNOUNCEMENT)],
  ['keep', (store) => store.inbox.keep([HINT])],
  ['markDelivered', (store) => store.inbox.markDelivered(['a'])],
  ['forget', (store) => store.inbox.forget(T0_MS)],
];

const READS: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['attempts.of', (store) => store.attempts.of(NUMBER)],
  ['tokenOf', (store) => store.credentials.tokenOf(ACCOUNT)],
  ['pinOf', (store) => store.credentials.pinOf(NUMBER)],
  ['certificateOf', (store) => store.credentials.certificateOf(NUMBER)],
  ['byIdempotencyKey', (store) => store.signups.byIdempotencyKey('key-1')],
  ['signups.pending', (store) => store.signups.pending(10)],
  ['byId', (store) => store.numbers.byId(NUMBER)],
  ['byDigits', (store) => store.numbers.byDigits(ACCOUNT, '1')],
  ['ofAccount', (store) => store.numbers.ofAccount(ACCOUNT)],
  ['byDeadline', (store) => store.numbers.byDeadline()],
  ['eventsOf', (store) => store.numbers.eventsOf(NUMBER)],
  ['eventsAfter', (store) => store.numbers.eventsAfter(0)],
  ['inbox.pending', (store) => store.inbox.pending(10)],
];

/** Every row of every table, to prove that nothing was written. */
function contentOf(path: string): string {
  const raw = openRaw(path);
  const tables = raw.prepare(`select name from sqlite_schema where type = 'table'`).all();
  const rows = tables.map(({ name }) => raw.prepare(`select * from "${String(name)}"`).all());
  raw.close();
  return JSON.stringify(rows);
}

/** One column a line, so that a change of a table is a line in a diff. */
function onLines(statement: string): string {
  if (!statement.startsWith('CREATE TABLE')) return `${statement};\n`;
  const columns = /, (?="\w+" (?:text|bigint|integer|varchar)|constraint)/g;
  const lines = statement.replace(' (', ' (\n  ').replace(/\)$/, '\n)');
  return `${lines.replaceAll(columns, ',\n  ')};\n`;
}

describe('opening the store', () => {
  it('creates folder and files for their owner only', async () => {
    const { store, path } = await openTestStore();
    await store.check();
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
    }
  });

  it('makes the tables that are written down here', async () => {
    const { path } = await openTestStore();
    const rows = openRaw(path)
      .prepare(
        `select sql from sqlite_schema where sql is not null and name not like 'sqlite_%'
         order by tbl_name, type desc, name`,
      )
      .all();
    const text = rows.map((row) => onLines(String(row['sql']))).join('\n');
    await expect(text).toMatchFileSnapshot('schema.sql');
  });

  it('runs every migration once', async () => {
    const first = await openTestStore();
    await first.store.inbox.keep([HINT]);
    await first.store.close();
    const before = contentOf(first.path);
    const { store } = await openTestStore(first.folder);
    expect(contentOf(first.path)).toBe(before);
    expect(await store.inbox.pending(10)).toHaveLength(1);
  });

  it('refuses a database of a newer version, whose rules it does not know', async () => {
    const { store, path, folder } = await openTestStore();
    await store.close();
    openRaw(path).exec(
      `insert into kysely_migration values ('9999-later', '2027-01-01T00:00:00.000Z')`,
    );
    await expect(openTestStore(folder)).rejects.toThrow(/9999-later is missing/);
  });

  it('writes ahead, so that who reads never waits for who writes', async () => {
    const { path } = await openTestStore();
    expect(openRaw(path).prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it.each([
    [
      'its place is a folder',
      (path: string) => mkdirSync(path, { recursive: true }),
      /cannot be opened/,
    ],
    [
      'a file stands in the way of its folder',
      (path: string) => {
        writeFileSync(dirname(path), '');
      },
      /cannot be opened/,
    ],
    [
      'the file is no database',
      (path: string) => {
        mkdirSync(dirname(path));
        writeFileSync(path, 'x'.repeat(5000));
      },
      /damaged or no database/,
    ],
  ])('fails in plain words when %s', async (_, prepare, sentence) => {
    const folder = temporaryFolder();
    const path = join(folder, 'data', 'onboarding.db');
    prepare(path);
    const opening = openSqliteStore({
      path,
      sealingKeyFile: join(folder, 'key.json'),
      nowMs: () => T0_MS,
    });
    await expect(opening).rejects.toThrow(StoreUnavailable);
    await expect(opening).rejects.toThrow(sentence);
  });
});

describe('a store that another process has locked (F40)', () => {
  it('fails every write and keeps nothing of it', async () => {
    const { store, path } = await openTestStore();
    await store.attempts.reserve(newAttempt());
    const before = contentOf(path);
    const other = openRaw(path);
    other.exec('begin immediate');
    for (const [name, write] of WRITES) {
      await expect(write(store), name).rejects.toThrow(StoreUnavailable);
    }
    other.exec('rollback');
    expect(contentOf(path)).toBe(before);
    for (const [, write] of WRITES) await write(store);
  });

  it('still answers what is only read, and says who is in the way', async () => {
    const { store, path } = await openTestStore();
    openRaw(path).exec('begin immediate');
    for (const [, read] of READS) await read(store);
    await expect(store.check()).rejects.toThrow(/^Another process holds the database\./);
  });
});

describe('a store whose file is read-only (F40)', () => {
  /** SQLite itself refuses to write a file whose header asks for a newer writer; file modes do not stop root. */
  async function openReadOnlyStore() {
    const first = await openTestStore();
    await first.store.attempts.reserve(newAttempt());
    await first.store.close();
    const file = openSync(first.path, 'r+');
    writeSync(file, Buffer.from([3]), 0, 1, 18);
    closeSync(file);
    return openTestStore(first.folder);
  }

  it('fails every write and keeps nothing of it', async () => {
    const { store, path } = await openReadOnlyStore();
    const before = readFileSync(path);
    for (const [name, write] of WRITES) {
      await expect(write(store), name).rejects.toThrow(/^The database is read-only\./);
    }
    for (const [, read] of READS) await read(store);
    await store.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('a store that is closed', () => {
  it('says so, whatever it is asked', async () => {
    const { store } = await openTestStore();
    await store.close();
    for (const [name, call] of [...WRITES, ...READS]) {
      const calling = call(store);
      await expect(calling, name).rejects.toThrow(StoreUnavailable);
      await expect(calling, name).rejects.toThrow(/^The database is closed/);
    }
  });

  it('has finished what was asked of it before', async () => {
    const { store, path } = await openTestStore();
    const answers = Promise.all([
      store.attempts.reserve(newAttempt()),
      store.inbox.keep([HINT]),
      store.attempts.reserve(LATER_ATTEMPT),
    ]);
    await store.close();
    await store.close();
    expect(await answers).toMatchObject([{ kind: 'reserved' }, 1, { kind: 'reserved' }]);
    expect(openRaw(path).prepare('select count(*) as n from inbox').get()).toEqual({ n: 1 });
  });
});

describe('an error of the store', () => {
  it('keeps its cause and quotes no value', async () => {
    const { store, path } = await openTestStore();
    openRaw(path).exec('begin immediate');
    const failure: unknown = await store.signups
      .accept(newSignup())
      .catch((error: unknown) => error);
    if (!(failure instanceof StoreUnavailable)) throw new Error('it did not fail');
    expect(failure.cause).toHaveProperty('errcode', 5);
    expect(`${failure.message} ${String(failure.cause)}`).not.toMatch(/EAAG|1631|106540352242922/);
  });
});

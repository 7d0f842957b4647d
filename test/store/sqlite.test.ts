import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CamelCasePlugin, Kysely } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStore } from '../../src/store/create-store.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { NodeSqliteDialect } from '../../src/store/node-sqlite-dialect.ts';
import type { Schema } from '../../src/store/schema.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { filesIn, newAttempt, phoneNumberId, T0_MS } from './builders.ts';
import { openRaw, openTestStore, temporaryFolder } from './test-store.ts';

/** One column a line, so that a change of a table is a line in a diff. */
function onLines(statement: string): string {
  if (!statement.startsWith('CREATE TABLE')) return `${statement};\n`;
  const columns = /, (?="\w+" (?:text|bigint|integer|varchar)|constraint)/g;
  const lines = statement.replace(' (', ' (\n  ').replace(/\)$/, '\n)');
  return `${lines.replaceAll(columns, ',\n  ')};\n`;
}

describe('opening the store', () => {
  it('creates folder and files for their owner only', async () => {
    const { store, folder } = await openTestStore('sqlite');
    const { path } = filesIn(folder);
    await store.check();
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
    }
  });

  it('makes the tables that are written down here', async () => {
    const raw = await openRaw(await openTestStore('sqlite'));
    const rows = await raw.all(
      `select sql from sqlite_schema where sql is not null and name not like 'sqlite_%'
         order by tbl_name, type desc, name`,
    );
    const text = rows.map((row) => onLines(String(row['sql']))).join('\n');
    await expect(text).toMatchFileSnapshot('schema.sql');
  });

  it('writes ahead, so that who reads never waits for who writes', async () => {
    const raw = await openRaw(await openTestStore('sqlite'));
    expect(await raw.all('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
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

describe('a store whose disk is full (F40)', () => {
  /** As `openSqliteStore` does it, but the file may not grow. */
  async function openFullStore() {
    const { folder, sealingKeyFile, store } = await openTestStore('sqlite');
    await store.close();
    const database = new DatabaseSync(filesIn(folder).path);
    onTestFinished(() => {
      database.close();
    });
    database.exec('pragma max_page_count = 1');
    const db = new Kysely<Schema>({
      dialect: new NodeSqliteDialect(database, 10),
      plugins: [new CamelCasePlugin()],
    });
    return createStore(
      { kind: 'sqlite', db, inTurn: (_turn, work) => db.transaction().execute(work) },
      { sealingKeyFile, nowMs: () => T0_MS },
    );
  }

  it('reserves what fits, then nothing, and what could not be written cannot be sent', async () => {
    const { attempts } = await openFullStore();
    const reserve = (n: number): Promise<unknown> =>
      attempts.reserve(newAttempt({ phoneNumberId: phoneNumberId(`${n}`), requestKey: `${n}` }));
    let n = 1;
    let failure: unknown;
    for (; n < 1000 && failure === undefined; n++) {
      failure = await reserve(n).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).toHaveProperty('message', expect.stringMatching(/^The disk .* is full\./));
    const failed = phoneNumberId(`${n - 1}`);
    expect(await attempts.of(failed)).toEqual([]);
    expect(await attempts.startSending(failed, 1)).toBe(false);
  });
});

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { NodeSqliteDialect } from '../../src/store/node-sqlite-dialect.ts';
import { temporaryFolder } from './test-store.ts';

interface Letters {
  letters: { text: string };
}

async function openLetters() {
  const database = new DatabaseSync(join(temporaryFolder(), 'letters.db'));
  const db = new Kysely<Letters>({ dialect: new NodeSqliteDialect(database, 10) });
  onTestFinished(() => db.destroy());
  await sql`create table letters (text text not null unique)`.execute(db);
  return { database, db };
}

const countIn = async (db: Kysely<Letters>): Promise<number> =>
  (await db.selectFrom('letters').selectAll().execute()).length;

describe('the database', () => {
  it('says that its disk is full, keeps nothing of that transaction, and goes on (F40)', async () => {
    const { database, db } = await openLetters();
    database.exec('pragma max_page_count = 10');
    const writing = db.transaction().execute(async (transaction) => {
      for (let i = 0; i < 100; i++) {
        const text = String(i).padEnd(1000, 'x');
        await transaction.insertInto('letters').values({ text }).execute();
      }
    });
    await expect(writing).rejects.toThrow(StoreUnavailable);
    await expect(writing).rejects.toThrow('The disk of the database is full.');
    expect(await countIn(db)).toBe(0);
    database.exec('pragma max_page_count = 1000');
    await db.insertInto('letters').values({ text: 'small' }).execute();
    expect(await countIn(db)).toBe(1);
  });

  it('does not take a mistake of ours for an outage', async () => {
    const { db } = await openLetters();
    await db.insertInto('letters').values({ text: 'a' }).execute();
    const repeating = db.insertInto('letters').values({ text: 'a' }).execute();
    await expect(repeating).rejects.not.toThrow(StoreUnavailable);
    await expect(repeating).rejects.toThrow('UNIQUE constraint failed: letters.text');
    await expect(sql`select * from nowhere`.execute(db)).rejects.toThrow('no such table');
  });

  it('refuses a value that SQLite cannot keep, without quoting it', async () => {
    const { db } = await openLetters();
    const query = sql`insert into letters values (${{ pin: '482913' }})`.execute(db);
    await expect(query).rejects.toThrow(/^SQLite cannot keep a object\.$/);
  });

  it('keeps two transactions of one process apart', async () => {
    const { db } = await openLetters();
    const add = (text: string): Promise<number> =>
      db.transaction().execute(async (transaction) => {
        const before = await countIn(transaction);
        await new Promise(setImmediate);
        await transaction.insertInto('letters').values({ text }).execute();
        return before;
      });
    expect(await Promise.all(['a', 'b', 'c'].map(add))).toEqual([0, 1, 2]);
  });

  it('streams rows', async () => {
    const { db } = await openLetters();
    for (const text of ['a', 'b']) await db.insertInto('letters').values({ text }).execute();
    const texts: string[] = [];
    for await (const row of db.selectFrom('letters').selectAll().stream()) texts.push(row.text);
    expect(texts).toEqual(['a', 'b']);
  });
});

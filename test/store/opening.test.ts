import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { ACCOUNT, newSignup, NUMBER, T0_MS } from './builders.ts';
import {
  contentOf,
  HAS_POSTGRES,
  KINDS,
  newHome,
  openHome,
  openRaw,
  openTestStore,
  tablesIn,
} from './test-store.ts';

const HINT = { digest: 'a', wabaId: ACCOUNT, field: 'account_update' };
const nowMs = (): number => T0_MS;

describe.each(KINDS)('opening a store on %s', (kind) => {
  it('runs every migration once', async () => {
    const first = await openTestStore(kind);
    await first.store.inbox.keep([HINT]);
    await first.store.close();
    const before = await contentOf(first);
    const { store } = await openTestStore(first);
    expect(await contentOf(first)).toBe(before);
    expect(await store.inbox.pending(10)).toHaveLength(1);
  });

  it('refuses a database of a newer version, whose rules it does not know', async () => {
    const opened = await openTestStore(kind);
    await opened.store.close();
    const raw = await openRaw(opened);
    await raw.run(`insert into kysely_migration values ('9999-later', '2027-01-01T00:00:00.000Z')`);
    await expect(openTestStore(opened)).rejects.toThrow(/9999-later is missing/);
  });

  it('makes no tables in a database that must be there, as for the command line', async () => {
    const home = await newHome(kind, { isUntouched: true });
    const opening = openHome(home, { nowMs, mayCreate: false });
    await expect(opening).rejects.toThrow(StoreUnavailable);
    await expect(opening).rejects.toThrow(
      /^The database has no tables of ours\. Name the database/,
    );
    expect(await tablesIn(await openRaw(home))).toEqual([]);
  });

  it('works ten times at once in one process, and all ten write (F40)', async () => {
    const home = await newHome(kind, { isUntouched: true });
    const stores = await Promise.all(Array.from({ length: 10 }, () => openHome(home, { nowMs })));
    onTestFinished(async () => {
      await Promise.all(stores.map((store) => store.close()));
    });
    const rows = await Promise.all(stores.map((store) => store.signups.accept(newSignup())));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
  });

  it('takes a name with a NUL in it, which a text of PostgreSQL cannot hold', async () => {
    const { store } = await openTestStore(kind);
    await store.signups.accept(newSignup({ verifiedName: 'Lucky\0Shrub' }));
    expect((await store.numbers.byId(NUMBER))?.verifiedName).toMatch(/^Lucky.Shrub$/s);
  });
});

describe('the two kinds of database', () => {
  it.runIf(HAS_POSTGRES)('have the same tables and columns', async () => {
    const { sqlite, postgres } = {
      sqlite: await openRaw(await openTestStore('sqlite')),
      postgres: await openRaw(await openTestStore('postgres')),
    };
    const tables = await tablesIn(sqlite);
    expect(await tablesIn(postgres)).toEqual(tables);
    for (const table of tables) {
      const columns = await sqlite.all(
        `select name, "notnull" as required from pragma_table_info('${table}') order by name`,
      );
      const same = await postgres.all(
        `select column_name as name, case is_nullable when 'NO' then 1 else 0 end as required
         from information_schema.columns where table_name = '${table}' order by column_name collate "C"`,
      );
      // SQLite fills the key of an event by itself, and so allows to leave it out.
      expect(same, table).toEqual(
        columns.map((row) => ({ ...row, ...(row['name'] === 'id' && { required: 1 }) })),
      );
    }
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inject, onTestFinished } from 'vitest';
import type { PostgresAddress, StorePlace } from '../../src/store/place.ts';
import { openPostgresStore } from '../../src/store/postgres.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { clientOf, createDatabase, type PostgresServer } from '../support/postgres.ts';
import { filesIn, T0_MS } from './builders.ts';

export type Kind = StorePlace['kind'];

const isCi = (process.env['CI'] ?? '') !== '';

/** Both, or SQLite alone on a machine without PostgreSQL. In CI a missing one fails its tests. */
export const KINDS: readonly Kind[] =
  inject('postgres') === false && !isCi ? ['sqlite'] : ['sqlite', 'postgres'];
export const HAS_POSTGRES = KINDS.includes('postgres');

export function postgresServer(): PostgresServer {
  const server = inject('postgres');
  if (server === false) throw new Error('there is no PostgreSQL; see the line SKIPPED above');
  return server;
}

/** Where one store lives. */
export interface Home {
  readonly folder: string;
  readonly place: StorePlace;
  readonly sealingKeyFile: string;
}

export interface TestStore extends Home {
  readonly store: Store;
  readonly clock: { nowMs: number };
}

export interface OpenOptions {
  readonly nowMs: () => number;
  readonly busyTimeoutMs?: number;
  readonly mayCreate?: boolean;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Databases that tests have left as they found them: new ones cost more than all else that a test does. */
const clean: PostgresAddress[] = [];

export async function newHome(
  kind: Kind,
  { folder = temporaryFolder(), isUntouched = false } = {},
): Promise<Home> {
  const { path, sealingKeyFile } = filesIn(folder);
  if (kind === 'sqlite') return { folder, sealingKeyFile, place: { kind, path } };
  const address =
    (isUntouched ? undefined : clean.pop()) ?? (await createDatabase(postgresServer()));
  // Last, when the test has closed what it had opened.
  onTestFinished(async () => {
    if (await emptied(address)) clean.push(address);
  });
  return { folder, sealingKeyFile, place: { kind, ...address } };
}

/** False for one whose tables were never made, or are not as they were. */
async function emptied(address: PostgresAddress): Promise<boolean> {
  const raw = await rawPostgres(address);
  try {
    const tables = await tablesIn(raw);
    const settings = await raw.all(
      `select 1 from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
         where datname = current_database()`,
    );
    if (tables.length === 0 || settings.length > 0) return false;
    const ours = tables.filter((name) => !name.startsWith('kysely'));
    await raw.run(`
      drop function if exists fail() cascade;
      set session_replication_role = replica;
      ${ours.map((name) => `delete from ${name}`).join('; ')};
      delete from kysely_migration where name like '9999%';
      select setval(pg_get_serial_sequence('events', 'id'), 1, false)`);
    return true;
  } finally {
    await raw.close();
  }
}

export function openHome({ place, sealingKeyFile }: Home, options: OpenOptions): Promise<Store> {
  return place.kind === 'sqlite'
    ? openSqliteStore({ path: place.path, sealingKeyFile, ...options })
    : openPostgresStore({ address: place, sealingKeyFile, ...options });
}

/** A store of its own for one test, or once more the one of `at`, with a clock that stands still. */
export async function openTestStore(
  at: Kind | Home,
  options: Pick<OpenOptions, 'busyTimeoutMs'> = {},
): Promise<TestStore> {
  const home = typeof at === 'string' ? await newHome(at) : at;
  const clock = { nowMs: T0_MS };
  const store = await openHome(home, { nowMs: () => clock.nowMs, ...options });
  onTestFinished(() => store.close());
  const { folder, place, sealingKeyFile } = home;
  return { folder, place, sealingKeyFile, store, clock };
}

type Row = Readonly<Record<string, unknown>>;

/** The database as another program sees it. */
export interface Raw {
  readonly kind: Kind;
  run(sql: string): Promise<void>;
  all(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openRaw({ place }: Pick<Home, 'place'>): Promise<Raw> {
  const raw = place.kind === 'sqlite' ? rawSqlite(place.path) : await rawPostgres(place);
  onTestFinished(() => raw.close());
  return raw;
}

function rawSqlite(path: string): Raw {
  const database = new DatabaseSync(path);
  return {
    kind: 'sqlite',
    run: async (sql) => {
      await Promise.resolve();
      database.exec(sql);
    },
    all: (sql) => Promise.resolve(database.prepare(sql).all()),
    close: async () => {
      if (database.isOpen) database.close();
      await Promise.resolve();
    },
  };
}

async function rawPostgres({ port, password, database }: PostgresAddress): Promise<Raw> {
  const client = clientOf({ port, password: password?.reveal() ?? '' }, database);
  await client.connect();
  let isClosed = false;
  return {
    kind: 'postgres',
    run: async (sql) => {
      await client.query(sql);
    },
    all: async (sql) => (await client.query<Row>(sql)).rows,
    close: async () => {
      if (!isClosed) await client.end();
      isClosed = true;
    },
  };
}

export async function tablesIn(raw: Raw): Promise<string[]> {
  const rows = await raw.all(
    raw.kind === 'sqlite'
      ? `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`
      : `select tablename as name from pg_tables where schemaname = 'public' order by name`,
  );
  return rows.map(({ name }) => String(name));
}

/** Every row of every table, to prove that nothing was written. */
export async function contentOf(home: Pick<Home, 'place'>): Promise<string> {
  const raw = await openRaw(home);
  const tables = await tablesIn(raw);
  const rows: unknown[] = [];
  for (const table of tables) rows.push(table, await raw.all(`select * from ${table}`));
  await raw.close();
  return JSON.stringify(rows);
}

/** From now on no row that meets `when` gets into the table. */
export async function plantFailure(
  raw: Raw,
  { place }: Home,
  on: { table: string; when?: string },
): Promise<void> {
  const { table, when = 'true' } = on;
  if (place.kind === 'sqlite') {
    await raw.run(
      `create trigger planted before insert on ${table} when ${when} begin select raise(abort, 'planted'); end`,
    );
    return;
  }
  await raw.run(`
    create function fail() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$;
    create trigger planted before insert on ${table} for each row when (${when}) execute function fail()`);
}

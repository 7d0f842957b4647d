import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import { createAccounts } from './accounts.ts';
import { createAttempts } from './attempts.ts';
import { createCredentials } from './credentials.ts';
import { isLocked, orUnavailable } from './database-errors.ts';
import { createInbox } from './inbox.ts';
import { migrate } from './migrations/migrate.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import { createNumbers } from './numbers.ts';
import { createPacing } from './pacing.ts';
import type { Schema } from './schema.ts';
import { openSealing } from './sealing.ts';
import { createSignups } from './signups.ts';
import type { Store } from './store.ts';

/** Our transactions last milliseconds; who waits longer than this meets a process that hangs, and must say so. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the database file, creating it, its folder, its tables and the sealing key when they are missing. Any number of
 * processes may have it open; each opens it once. Throws `StoreUnavailable` and `SealingKeyUnusable`.
 */
export async function openSqliteStore(options: {
  readonly path: string;
  readonly sealingKeyFile: string;
  readonly nowMs: () => number;
  /** How long a write waits for other processes; the whole process waits with it. */
  readonly busyTimeoutMs?: number;
}): Promise<Store> {
  const { path, sealingKeyFile: file, nowMs, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const database = orUnavailable(() => openDatabase(path, busyTimeoutMs));
  try {
    await setDurability(database, busyTimeoutMs);
    const db = new Kysely<Schema>({
      dialect: new NodeSqliteDialect(database),
      plugins: [new CamelCasePlugin()],
    });
    await migrate(db);
    const mayCreate = !(await holdsSecrets(db));
    const sealing = await openSealing({ file, mayCreate, nowMs });
    const deps = { db, sealing, nowMs };
    return {
      credentials: createCredentials(deps),
      attempts: createAttempts({ ...deps, table: 'registrationAttempts' }),
      deregistrations: createAttempts({ ...deps, table: 'deregistrationAttempts' }),
      signups: createSignups(deps),
      numbers: createNumbers(deps),
      inbox: createInbox(deps),
      accounts: createAccounts(deps),
      pacing: createPacing(deps),
      check: () => check(db),
      close: () => close(db, database),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openDatabase(path: string, timeout: number): DatabaseSync {
  // Phone numbers are in it: the folder and the file are their owner's only, and SQLite gives -wal and -shm the same mode.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  return new DatabaseSync(path, { timeout, enableForeignKeyConstraints: true });
}

/**
 * A WAL lets readers go on while one process writes; FULL lets what was answered with 2xx survive a power cut, where NORMAL
 * may lose the last commits. Switching to a WAL needs the file alone, and SQLite does not wait for that by itself.
 */
async function setDurability(database: DatabaseSync, busyTimeoutMs: number): Promise<void> {
  const giveUpAtMs = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      orUnavailable(() => {
        database.exec('pragma journal_mode = wal; pragma synchronous = full');
      });
      return;
    } catch (error) {
      if (!isLocked(error) || performance.now() > giveUpAtMs) throw error;
    }
    // Another process switches, which takes it a few milliseconds.
    await setTimeout(10);
  }
}

async function holdsSecrets(db: Kysely<Schema>): Promise<boolean> {
  const row = await db.selectFrom('credentials').select('owner').limit(1).executeTakeFirst();
  return row !== undefined;
}

/** A real write: SQLite begins a transaction on a read-only or full disk without complaint. */
async function check(db: Kysely<Schema>): Promise<void> {
  await sql`update kysely_migration_lock set is_locked = 0`.execute(db);
}

/** Waits its turn behind what is running, and after it every method answers `StoreUnavailable`. */
function close(db: Kysely<Schema>, database: DatabaseSync): Promise<void> {
  return db.connection().execute(() => {
    if (database.isOpen) database.close();
    return Promise.resolve();
  });
}

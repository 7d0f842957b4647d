import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CamelCasePlugin, Kysely } from 'kysely';
import { createStore, type StoreOptions } from './create-store.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import type { Schema } from './schema.ts';
import { orUnavailable } from './sqlite-errors.ts';
import type { Store } from './store.ts';
import { whenFree } from './when-free.ts';

/** Our transactions last milliseconds; who waits longer than this meets a process that hangs, and must say so. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the database file, creating it, its folder, its tables and the sealing key when they are missing. Any number of
 * processes may have it open. Throws `StoreUnavailable` and `SealingKeyUnusable`.
 */
export async function openSqliteStore(
  options: StoreOptions & { readonly path: string },
): Promise<Store> {
  const { path, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const database = orUnavailable(() => openDatabase(path));
  try {
    await setDurability(database, busyTimeoutMs);
    const db = new Kysely<Schema>({
      dialect: new NodeSqliteDialect(database, busyTimeoutMs),
      plugins: [new CamelCasePlugin()],
    });
    const store = await createStore(
      {
        kind: 'sqlite',
        db,
        // The dialect begins every transaction with the write lock in hand.
        inTurn: (_turn, work) => db.transaction().execute(work),
      },
      options,
    );
    return { ...store, close: () => close(db, database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openDatabase(path: string): DatabaseSync {
  // Phone numbers are in it: the folder and the file are their owner's only, and SQLite gives -wal and -shm the same mode.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  return new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
}

/**
 * A WAL lets readers go on while one process writes; FULL lets what was answered with 2xx survive a power cut, where NORMAL
 * may lose the last commits. Switching to a WAL needs the file alone.
 */
async function setDurability(database: DatabaseSync, waitMs: number): Promise<void> {
  await whenFree(waitMs, () => {
    orUnavailable(() => {
      database.exec('pragma journal_mode = wal; pragma synchronous = full');
    });
  });
}

/** Waits its turn behind what is running, and after it every method answers `StoreUnavailable`. */
function close(db: Kysely<Schema>, database: DatabaseSync): Promise<void> {
  return db.connection().execute(() => {
    if (database.isOpen) database.close();
    return Promise.resolve();
  });
}

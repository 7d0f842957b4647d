import {
  CamelCasePlugin,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  sql,
  type PostgresPool,
} from 'kysely';
import { createStore, type StoreOptions } from './create-store.ts';
import type { InTurn } from './database.ts';
import type { PostgresAddress } from './place.ts';
import { createPool } from './postgres-pool.ts';
import type { Schema } from './schema.ts';
import type { Store } from './store.ts';

/** Our transactions last milliseconds; who waits longer than this meets a process that hangs, and must say so. */
const BUSY_TIMEOUT_MS = 4000;

/**
 * Opens a database that exists, creating its tables and the sealing key when they are missing. Any number of processes on any
 * number of machines may have it open, if all have the same sealing key. Throws `StoreUnavailable` and `SealingKeyUnusable`.
 */
export async function openPostgresStore(
  options: StoreOptions & {
    readonly address: PostgresAddress;
    /** True: `nowMs` is only what the database's own clock is reckoned from. */
    readonly isDatabaseTime?: boolean;
  },
): Promise<Store> {
  const pool = createPool(options.address, {
    lockMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
  });
  const db = new Kysely<Schema>({
    dialect: new OneTurnDialect({ pool }),
    plugins: [new CamelCasePlugin()],
  });
  const { isDatabaseTime = false } = options;
  const clock = createClock(options.nowMs);
  const inTurn = inTurnOn(db, (databaseMs) => {
    if (isDatabaseTime) clock.set(databaseMs);
  });
  try {
    const { nowMs } = clock;
    const store = await createStore({ kind: 'postgres', db, inTurn }, { ...options, nowMs });
    return { ...store, close: () => close(db, pool) };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** The clocks of several machines differ, and a number's attempts are about time. Each turn sets ours by the one they share. */
function createClock(localMs: () => number) {
  let aheadMs = 0;
  return {
    nowMs: () => localMs() + aheadMs,
    set: (databaseMs: number): void => {
      aheadMs = databaseMs - localMs();
    },
  };
}

/**
 * An advisory lock, because what a turn is about may have no row yet to lock; it goes with the transaction. Each statement
 * after it sees what was committed before it, which holds for `read committed` alone, whatever the server's default.
 */
function inTurnOn(db: Kysely<Schema>, onTime: (databaseMs: number) => void): InTurn {
  return (turn, work) =>
    db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (transaction) => {
        const { rows } = await sql<{ nowMs: number }>`
          select pg_advisory_xact_lock(hashtextextended(${turn}, 0)),
            (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
        `.execute(transaction);
        for (const { nowMs } of rows) onTime(nowMs);
        return work(transaction);
      });
}

class OneTurnDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new OneTurnAdapter();
  }
}

/** Migrations have their turn already; Kysely's own lock would outlive a failed transaction. */
class OneTurnAdapter extends PostgresAdapter {
  override acquireMigrationLock(): Promise<void> {
    return Promise.resolve();
  }

  override releaseMigrationLock(): Promise<void> {
    return Promise.resolve();
  }
}

/** Waits for what was asked before, and after it every method answers `StoreUnavailable`. */
async function close(db: Kysely<Schema>, pool: PostgresPool): Promise<void> {
  await db
    .connection()
    .execute(() => Promise.resolve())
    .catch(() => undefined);
  await pool.end();
}

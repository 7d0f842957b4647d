import { sql, type Kysely } from 'kysely';
import { NAME_CHANGE_BUDGET, REGISTER_BUDGET } from '../domain/attempt-budget.ts';
import { openKeyring } from '../keyring/keyring.ts';
import { createAccounts } from './accounts.ts';
import { createAdoptions } from './create-adoptions.ts';
import { createPreverified } from './create-preverified.ts';
import { createTokenLives } from './create-token-lives.ts';
import { createAttempts } from './attempts.ts';
import { createAudit } from './audit.ts';
import { createCredentials } from './credentials.ts';
import type { Database } from './database.ts';
import { createDeliveries } from './deliveries.ts';
import { createErasure } from './erasure.ts';
import { StoreUnavailable } from './errors.ts';
import { createFigures } from './figures.ts';
import { createFleet } from './fleet.ts';
import { createInbox } from './inbox.ts';
import { createKeyUse } from './key-use.ts';
import { migrate } from './migrations/migrate.ts';
import { createNumbers } from './numbers.ts';
import { createOrders } from './orders.ts';
import { createPacing } from './pacing.ts';
import type { Schema } from './schema.ts';
import { createSealing } from './sealing.ts';
import { createSessions } from './sessions.ts';
import { createSignups } from './signups.ts';
import type { Store } from './store.ts';
import { createTokens } from './tokens.ts';
import { createTombstones } from './tombstones.ts';

export interface StoreOptions {
  readonly sealingKeyFile: string;
  readonly nowMs: () => number;
  /** How long a write waits for other processes. */
  readonly busyTimeoutMs?: number;
  /** False: a database without our tables is somebody else's, and fails. */
  readonly mayCreate?: boolean;
}

/** Brings the tables up to date, opens the sealing key, and answers with everything but `close`. */
export async function createStore(
  database: Database,
  { sealingKeyFile: file, nowMs, mayCreate = true }: StoreOptions,
): Promise<Omit<Store, 'close'>> {
  const { db } = database;
  if (!mayCreate && !(await hasTables(db))) {
    throw new StoreUnavailable(
      'The database has no tables of ours. Name the database of the service, or start the service once.',
    );
  }
  await migrate(database);
  const keyring = await openKeyring({ file, mayCreate: !(await holdsSecrets(db)), nowMs });
  const sealing = createSealing({ db, keyring, nowMs });
  const tombstones = createTombstones({ db, sealing, nowMs });
  const deps = { ...database, sealing, tombstones, nowMs };
  return {
    credentials: createCredentials(deps),
    keyUse: createKeyUse({ ...deps, keyring }),
    attempts: createAttempts({ ...deps, table: 'registrationAttempts', rule: REGISTER_BUDGET }),
    deregistrations: createAttempts({
      ...deps,
      table: 'deregistrationAttempts',
      rule: REGISTER_BUDGET,
    }),
    nameChanges: createAttempts({ ...deps, table: 'nameChangeAttempts', rule: NAME_CHANGE_BUDGET }),
    signups: createSignups(deps),
    adoptions: createAdoptions(deps),
    tokenLives: createTokenLives(deps),
    preverified: createPreverified(deps),
    numbers: createNumbers(deps),
    fleet: createFleet(deps),
    orders: createOrders(deps),
    deliveries: createDeliveries(deps),
    inbox: createInbox(deps),
    accounts: createAccounts(deps),
    pacing: createPacing(deps),
    erasure: createErasure(deps),
    figures: createFigures(deps),
    tokens: createTokens(deps),
    sessions: createSessions(deps),
    audit: createAudit(deps),
    check: () => check(db),
  };
}

async function hasTables(db: Kysely<Schema>): Promise<boolean> {
  const tables = await db.withoutPlugins().introspection.getTables();
  return tables.some(({ name }) => name === 'numbers');
}

async function holdsSecrets(db: Kysely<Schema>): Promise<boolean> {
  const value = await db.selectFrom('credentials').select('owner').limit(1).executeTakeFirst();
  const dataKey = await db.selectFrom('dataKeys').select('owner').limit(1).executeTakeFirst();
  return (value ?? dataKey) !== undefined;
}

/** A real write: both kinds begin a transaction on a read-only or full disk without complaint. */
async function check(db: Kysely<Schema>): Promise<void> {
  await sql`update kysely_migration_lock set is_locked = 0`.execute(db);
}

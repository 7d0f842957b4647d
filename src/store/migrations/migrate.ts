import { Migrator, type Migration } from 'kysely/migration';
import type { Database } from '../database.ts';
import * as initial from './0001-initial.ts';
import * as accounts from './0002-accounts.ts';
import * as deregistrations from './0003-deregistrations.ts';
import * as useFigure from './0004-use-figure.ts';
import * as dataKeys from './0005-data-keys.ts';
import * as platform from './0006-platform.ts';
import * as tombstones from './0007-tombstones.ts';
import * as nameDecisions from './0008-name-decisions.ts';
import * as deliveries from './0009-deliveries.ts';
import * as accountSize from './0010-account-size.ts';
import * as access from './0011-access.ts';
import * as accountEvents from './0012-account-events.ts';
import * as sources from './0013-sources.ts';
import * as nameChanges from './0014-name-changes.ts';
import * as tokenLife from './0015-token-life.ts';
import * as preverified from './0016-preverified.ts';
import * as orders from './0017-orders.ts';
import * as auditErasure from './0018-audit-erasure.ts';

/** By name, in the order they run. A released one is never changed. */
const migrationsOf = (kind: Database['kind']): Readonly<Record<string, Migration>> => ({
  '0001-initial': { up: (db) => initial.up(db, kind) },
  '0002-accounts': accounts,
  '0003-deregistrations': deregistrations,
  '0004-use-figure': useFigure,
  '0005-data-keys': dataKeys,
  '0006-platform': platform,
  '0007-tombstones': tombstones,
  '0008-name-decisions': nameDecisions,
  '0009-deliveries': deliveries,
  '0010-account-size': accountSize,
  '0011-access': { up: (db) => access.up(db, kind) },
  '0012-account-events': accountEvents,
  '0013-sources': sources,
  '0014-name-changes': nameChanges,
  '0015-token-life': tokenLife,
  '0016-preverified': preverified,
  '0017-orders': orders,
  '0018-audit-erasure': { up: (db) => auditErasure.up(db, kind) },
});

/** Brings the tables up to date in one transaction and one turn, so that several processes may start at once. */
export async function migrate({ kind, inTurn }: Database): Promise<void> {
  await inTurn('migrations', async (transaction) => {
    const migrator = new Migrator({
      db: transaction.withoutPlugins(),
      provider: { getMigrations: () => Promise.resolve({ ...migrationsOf(kind) }) },
    });
    const { error } = await migrator.migrateToLatest();
    if (error instanceof Error) throw error;
    if (error !== undefined) throw new Error('The tables could not be set up.', { cause: error });
  });
}

import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import * as initial from './0001-initial.ts';
import * as accounts from './0002-accounts.ts';
import * as deregistrations from './0003-deregistrations.ts';
import * as useFigure from './0004-use-figure.ts';

/** By name, in the order they run. A released one is never changed. */
const MIGRATIONS = {
  '0001-initial': initial,
  '0002-accounts': accounts,
  '0003-deregistrations': deregistrations,
  '0004-use-figure': useFigure,
};

/** Brings the tables up to date in one transaction, so that several processes may start at once. */
export async function migrate<Schema>(db: Kysely<Schema>): Promise<void> {
  await db
    .withoutPlugins()
    .transaction()
    .execute(async (transaction) => {
      const migrator = new Migrator({
        db: transaction,
        provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
      });
      const { error } = await migrator.migrateToLatest();
      if (error instanceof Error) throw error;
      if (error !== undefined) throw new Error('The tables could not be set up.', { cause: error });
    });
}

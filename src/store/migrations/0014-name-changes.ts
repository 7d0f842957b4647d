import type { Kysely } from 'kysely';
import { createAttemptLedger } from './attempt-ledger.ts';

/** A ledger of requests for names. A number whose name is changed is followed again: `task` says by which workflow. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createAttemptLedger(db, 'name_change');
  await db.schema.alterTable('numbers').addColumn('task', 'text').execute();
}

import type { Kysely } from 'kysely';

/** How many numbers the account's list had last: each hundred is a call, whether we keep anything of them or not. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('accounts').addColumn('listed', 'integer').execute();
}

import type { Kysely } from 'kysely';

/** What a webhook tells beside being a hint, and the account's review as it was read last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('inbox').addColumn('event', 'text').execute();
  await db.schema.alterTable('inbox').addColumn('told_at_ms', 'bigint').execute();
  await db.schema.alterTable('inbox').addColumn('until_ms', 'bigint').execute();
  await db.schema
    .createIndex('inbox_by_account')
    .on('inbox')
    .columns(['waba_id', 'field', 'event'])
    .execute();
  await db.schema.alterTable('accounts').addColumn('review', 'text').execute();
  await db.schema.alterTable('accounts').addColumn('review_read_at_ms', 'bigint').execute();
}

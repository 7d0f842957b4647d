import type { Kysely } from 'kysely';

/** Where a signup's number is to be registered; all before were for Cloud API. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('signups')
    .addColumn('platform', 'text', (column) => column.notNull().defaultTo('cloud'))
    .execute();
  await db.schema.alterTable('signups').addColumn('code_method', 'text').execute();
  await db.schema.alterTable('signups').addColumn('data_localization_region', 'text').execute();
}

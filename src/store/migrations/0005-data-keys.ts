import type { Kysely } from 'kysely';

/** A key per number and per account, sealed with a key of the ring: without its row, nothing of its owner opens. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('data_keys')
    .addColumn('owner', 'text', (column) => column.notNull().primaryKey())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

import type { Kysely } from 'kysely';

/** Orders that came with a key of their caller's, and what they were answered. Keys and bodies are kept as hashes only. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('orders')
    .addColumn('name_hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('body_hash', 'text', (column) => column.notNull())
    .addColumn('begun_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('answer', 'text')
    .addColumn('location', 'text')
    .execute();
  await db.schema.createIndex('orders_by_time').on('orders').column('begun_at_ms').execute();
}

import type { Kysely } from 'kysely';

/** The partner's pool of pre-verified numbers, by Meta's id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('preverified')
    .addColumn('preverified_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('added_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('heard_at_ms', 'bigint')
    .addColumn('deleted_at_ms', 'bigint')
    .addColumn('told_at_ms', 'bigint')
    .addColumn('told_text', 'text')
    .execute();
}

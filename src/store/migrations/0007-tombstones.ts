import type { Kysely } from 'kysely';

/** What is left of an erased number for a while: hashes nobody can test guesses against, and what Meta has counted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tombstones')
    .addColumn('id_hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('digits_hash', 'text')
    .addColumn('erased_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('finished_at_ms', 'bigint')
    .addColumn('attempts_json', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('tombstones_by_digits')
    .on('tombstones')
    .column('digits_hash')
    .execute();
}

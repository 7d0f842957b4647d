import type { Kysely } from 'kysely';

/** How a number came to us; until now all came by Embedded Signup. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('signups')
    .addColumn('source', 'text', (column) => column.notNull().defaultTo('embedded-signup'))
    .execute();
}

import type { Kysely } from 'kysely';

/** What webhooks told of names. By digits, as webhooks name numbers, also those whose signup is still to come. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('name_decisions')
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('digits', 'text', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('told_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('name_decisions_by_number', ['waba_id', 'digits'])
    .execute();
}

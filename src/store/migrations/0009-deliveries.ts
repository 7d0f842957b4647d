import { sql, type Kysely } from 'kysely';

/** Events on their way to the partner, in each number's order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('event_id', 'bigint', (column) => column.notNull().unique().references('events.id'))
    .addColumn('phone_number_id', 'text', (column) =>
      column.notNull().references('numbers.phone_number_id'),
    )
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('changed_at_ms', 'bigint', (column) => column.notNull())
    .addCheckConstraint(
      'known_delivery_state',
      sql`state in ('waiting', 'due', 'started', 'delivered', 'undelivered')`,
    )
    .execute();
  await db.schema
    .createIndex('deliveries_by_number')
    .on('deliveries')
    .columns(['phone_number_id', 'event_id'])
    .execute();
  await db.schema
    .createIndex('deliveries_by_state')
    .on('deliveries')
    .columns(['state', 'changed_at_ms'])
    .execute();
}

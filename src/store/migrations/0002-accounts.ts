import type { Kysely } from 'kysely';

/** What is known of an account and of Meta's limit for it, so that all workers share one pace. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('waba_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('read_at_ms', 'bigint')
    .addColumn('subscribed_at_ms', 'bigint')
    .addColumn('paused_until_ms', 'bigint')
    .addColumn('others_calls', 'integer')
    .addColumn('others_at_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('account_calls')
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('account_calls_by_time')
    .on('account_calls')
    .columns(['waba_id', 'at_ms'])
    .execute();
  await db.schema
    .createTable('account_queue')
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('who', 'text', (column) => column.notNull())
    .addColumn('urgency_ms', 'bigint', (column) => column.notNull())
    .addColumn('calls', 'integer', (column) => column.notNull())
    .addColumn('until_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('account_queue_pk', ['waba_id', 'who'])
    .execute();
  await db.schema
    .createIndex('account_queue_by_urgency')
    .on('account_queue')
    .columns(['waba_id', 'urgency_ms', 'who'])
    .execute();
  await db.schema
    .createTable('number_reads')
    .addColumn('phone_number_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('read_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('facts_json', 'text', (column) => column.notNull())
    .addColumn('is_registered', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('number_reads_by_account')
    .on('number_reads')
    .columns(['waba_id', 'is_registered'])
    .execute();
}

import { sql, type Kysely } from 'kysely';

/** Of the same form as `registration_attempts`. A number whose name is changed is followed again: `task` says by which workflow. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('name_change_attempts')
    .addColumn('phone_number_id', 'text', (column) => column.notNull())
    .addColumn('n', 'integer', (column) => column.notNull())
    .addColumn('request_key', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('opened_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('sending_at_ms', 'bigint')
    .addColumn('closed_at_ms', 'bigint')
    .addColumn('http', 'integer')
    .addColumn('code', 'bigint')
    .addColumn('subcode', 'bigint')
    .addColumn('trace_id', 'text')
    .addColumn('cause', 'text')
    .addColumn('told_wait_ms', 'bigint')
    .addPrimaryKeyConstraint('name_change_attempts_pk', ['phone_number_id', 'n'])
    .addCheckConstraint('known_name_change_kind', sql`kind in ('automatic', 'operator')`)
    .addCheckConstraint(
      'known_name_change_state',
      sql`state in ('open', 'sending', 'ok', 'refused', 'unknown', 'not_sent')`,
    )
    .execute();
  await db.schema.alterTable('numbers').addColumn('task', 'text').execute();
}

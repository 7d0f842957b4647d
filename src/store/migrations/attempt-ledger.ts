import { sql, type Kysely } from 'kysely';

/** A table of requests that Meta counts: `name_attempts`, one row before each. Its form is part of released migrations: it stays. */
export async function createAttemptLedger(
  db: Kysely<unknown>,
  name: 'deregistration' | 'name_change',
): Promise<void> {
  await db.schema
    .createTable(`${name}_attempts`)
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
    .addPrimaryKeyConstraint(`${name}_attempts_pk`, ['phone_number_id', 'n'])
    .addCheckConstraint(`known_${name}_kind`, sql`kind in ('automatic', 'operator')`)
    .addCheckConstraint(
      `known_${name}_state`,
      sql`state in ('open', 'sending', 'ok', 'refused', 'unknown', 'not_sent')`,
    )
    .execute();
}

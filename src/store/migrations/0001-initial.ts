import { sql, type Kysely } from 'kysely';
import type { Database } from '../database.ts';

/** Instants and durations are milliseconds. */
export async function up(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  await createCredentials(db);
  await createRegistrationAttempts(db);
  await createNumbers(db);
  await createSignups(db);
  await createEvents(db, kind);
  await createInbox(db);
}

async function createCredentials(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('credentials')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('field', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint')
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('credentials_pk', ['owner', 'field'])
    .execute();
}

async function createRegistrationAttempts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registration_attempts')
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
    .addPrimaryKeyConstraint('registration_attempts_pk', ['phone_number_id', 'n'])
    .addCheckConstraint('known_kind', sql`kind in ('automatic', 'operator')`)
    .addCheckConstraint(
      'known_state',
      sql`state in ('open', 'sending', 'ok', 'refused', 'unknown', 'not_sent')`,
    )
    .execute();
}

async function createNumbers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('numbers')
    .addColumn('phone_number_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('display_phone_number', 'text', (column) => column.notNull())
    .addColumn('digits', 'text')
    .addColumn('verified_name', 'text')
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('waiting_for', 'text', (column) => column.notNull())
    .addColumn('deadline_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('cause', 'text')
    .addColumn('outcome', 'text')
    .addColumn('progress_json', 'text')
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('numbers_by_digits')
    .on('numbers')
    .columns(['waba_id', 'digits'])
    .execute();
}

async function createSignups(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('signups')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('idempotency_key', 'text', (column) => column.notNull().unique())
    .addColumn('body_hash', 'text', (column) => column.notNull())
    .addColumn('phone_number_id', 'text', (column) =>
      column.notNull().references('numbers.phone_number_id'),
    )
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('accepted_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('deadline_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint')
    .execute();
  await db.schema
    .createIndex('signups_pending')
    .on('signups')
    .columns(['accepted_at_ms', 'id'])
    .where(sql.ref('started_at_ms'), 'is', null)
    .execute();
}

async function createEvents(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  await db.schema
    .createTable('events')
    // Neither gives an id twice, so readers may remember the last id they saw.
    .addColumn('id', kind === 'sqlite' ? 'integer' : 'bigint', (column) =>
      kind === 'sqlite'
        ? column.primaryKey().autoIncrement()
        : column.primaryKey().generatedAlwaysAsIdentity(),
    )
    .addColumn('phone_number_id', 'text', (column) =>
      column.notNull().references('numbers.phone_number_id'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('events_by_number')
    .on('events')
    .columns(['phone_number_id', 'id'])
    .execute();
  await db.schema
    .createTable('announcements')
    .addColumn('phone_number_id', 'text', (column) =>
      column.notNull().references('numbers.phone_number_id'),
    )
    .addColumn('announcement_key', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('announcements_pk', ['phone_number_id', 'announcement_key'])
    .execute();
}

async function createInbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('inbox')
    .addColumn('digest', 'text', (column) => column.notNull().primaryKey())
    .addColumn('waba_id', 'text', (column) => column.notNull())
    .addColumn('field', 'text', (column) => column.notNull())
    .addColumn('digits', 'text')
    .addColumn('received_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('delivered_at_ms', 'bigint')
    .execute();
  await db.schema
    .createIndex('inbox_pending')
    .on('inbox')
    .columns(['received_at_ms', 'digest'])
    .where(sql.ref('delivered_at_ms'), 'is', null)
    .execute();
}

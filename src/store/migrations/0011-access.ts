import { sql, type Kysely } from 'kysely';
import type { Database } from '../database.ts';

/** Who may, who has logged in, and who did what. Of every secret only its SHA-256 is kept. */
export async function up(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  await createApiTokens(db);
  await createSessions(db);
  await createTickets(db);
  await createAudit(db, kind);
  await keepForEver(kind, db);
}

async function createApiTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_tokens')
    .addColumn('prefix', 'text', (column) => column.notNull().primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint')
    .addColumn('revoked_at_ms', 'bigint')
    .addColumn('last_used_at_ms', 'bigint')
    .addCheckConstraint('known_token_role', sql`role in ('viewer', 'operator', 'admin')`)
    .execute();
}

async function createSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('token_prefix', 'text')
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addCheckConstraint('known_session_role', sql`role in ('viewer', 'operator', 'admin')`)
    .execute();
}

async function createTickets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tickets')
    .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('role', 'text')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addCheckConstraint('known_ticket', sql`kind in ('login', 'signup')`)
    .execute();
}

async function createAudit(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  const isSqlite = kind === 'sqlite';
  await db.schema
    .createTable('audit')
    .addColumn('id', isSqlite ? 'integer' : 'bigint', (column) =>
      isSqlite
        ? column.primaryKey().autoIncrement()
        : column.primaryKey().generatedAlwaysAsIdentity(),
    )
    .addColumn('request_id', 'text', (column) => column.notNull().unique())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .execute();
  await db.schema
    .createTable('audit_results')
    .addColumn('request_id', 'text', (column) =>
      column.notNull().primaryKey().references('audit.request_id'),
    )
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .execute();
}

/** Nobody who can only send statements changes what was written down. */
async function keepForEver(kind: Database['kind'], db: Kysely<unknown>): Promise<void> {
  const refuse = sql.raw('append_only');
  if (kind === 'postgres') {
    await sql`create function ${refuse}() returns trigger language plpgsql as $$
      begin raise exception 'append-only'; end $$`.execute(db);
  }
  for (const table of ['audit', 'audit_results']) {
    for (const change of ['update', 'delete']) {
      const name = sql.raw(`${table}_no_${change}`);
      const on = sql.raw(`before ${change} on ${table} for each row`);
      await (
        kind === 'postgres'
          ? sql`create trigger ${name} ${on} execute function ${refuse}()`
          : sql`create trigger ${name} ${on} begin select raise(abort, 'append-only'); end`
      ).execute(db);
    }
  }
}

import { sql, type Kysely } from 'kysely';
import type { Database } from '../database.ts';

/** What else stands in a line. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  audit: ['id', 'request_id', 'at_ms', 'actor', 'role', 'action'],
  audit_results: ['request_id', 'at_ms', 'result'],
};

/** A line stays as it was written, but for the number it is about: that goes when the number is forgotten. */
export async function up(db: Kysely<unknown>, kind: Database['kind']): Promise<void> {
  for (const [table, columns] of Object.entries(FIXED)) {
    const name = sql.raw(`${table}_no_update`);
    const changed = columns.map((column) => `new.${column} is distinct from old.${column}`);
    const when = sql.raw(["new.subject is distinct from 'erased'", ...changed].join(' or '));
    const on = sql.raw(`before update on ${table} for each row`);
    if (kind === 'postgres') {
      await sql`drop trigger ${name} on ${sql.raw(table)}`.execute(db);
      await sql`create trigger ${name} ${on} when (${when}) execute function append_only()`.execute(
        db,
      );
    } else {
      await sql`drop trigger ${name}`.execute(db);
      await sql`create trigger ${name} ${on} when ${when} begin select raise(abort, 'append-only'); end`.execute(
        db,
      );
    }
  }
}

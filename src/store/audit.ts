import type { Kysely } from 'kysely';
import type { Audit } from './access.ts';
import { withoutNulls, type Schema } from './schema.ts';

interface AuditDeps {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}

export function createAudit({ db, nowMs }: AuditDeps): Audit {
  return {
    begin: async (line) => {
      await db
        .insertInto('audit')
        .values({ ...line, atMs: nowMs() })
        .execute();
    },
    end: async (requestId, end) => {
      await db
        .insertInto('auditResults')
        .values({ ...end, requestId, atMs: nowMs() })
        .execute();
    },
    list: async ({ limit, beforeId }) => {
      const rows = await db
        .selectFrom('audit')
        .leftJoin('auditResults', 'auditResults.requestId', 'audit.requestId')
        .select((column) => [
          ...(['audit.id', 'audit.atMs', 'audit.requestId', 'actor', 'role'] as const),
          ...(['action', 'result'] as const),
          column.fn.coalesce('audit.subject', 'auditResults.subject').as('subject'),
        ])
        .$if(beforeId !== undefined, (query) => query.where('audit.id', '<', beforeId ?? 0))
        .orderBy('audit.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(withoutNulls);
    },
  };
}

/** Who did what stays, without the number it was done to. */
export async function eraseSubject(db: Kysely<Schema>, subject: string): Promise<void> {
  for (const table of ['audit', 'auditResults'] as const) {
    await db.updateTable(table).set({ subject: 'erased' }).where('subject', '=', subject).execute();
  }
}

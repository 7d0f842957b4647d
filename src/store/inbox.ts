import type { Kysely } from 'kysely';
import type { InTurn } from './database.ts';
import { withoutNulls, type Schema } from './schema.ts';
import type { Inbox, NewHint } from './store.ts';
import type { Tombstones } from './tombstones.ts';

interface InboxDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly tombstones: Tombstones;
  readonly nowMs: () => number;
}

/** SQLite takes 32,766 values in a statement, and a hint has five. */
const HINTS_PER_STATEMENT = 1000;

export function createInbox(deps: InboxDeps): Inbox {
  const { db, nowMs } = deps;
  return {
    keep: (hints) => keep(deps, hints),
    pending: async (limit) => {
      const rows = await db
        .selectFrom('inbox')
        .select(['digest', 'wabaId', 'field', 'digits', 'receivedAtMs'])
        .where('deliveredAtMs', 'is', null)
        .orderBy('receivedAtMs')
        .orderBy('digest')
        .limit(limit)
        .execute();
      return rows.map(withoutNulls);
    },
    markDelivered: async (digests) => {
      if (digests.length === 0) return;
      await db
        .updateTable('inbox')
        .set({ deliveredAtMs: nowMs() })
        .where('digest', 'in', digests)
        .where('deliveredAtMs', 'is', null)
        .execute();
    },
    forget: async (beforeMs) => {
      await db.deleteFrom('inbox').where('receivedAtMs', '<', beforeMs).execute();
    },
  };
}

async function keep(deps: InboxDeps, given: readonly NewHint[]): Promise<number> {
  const { inTurn, nowMs } = deps;
  const hints = await withoutErased(deps, given);
  return inTurn('inbox', async (transaction) => {
    const receivedAtMs = nowMs();
    let kept = 0;
    for (let start = 0; start < hints.length; start += HINTS_PER_STATEMENT) {
      const { numInsertedOrUpdatedRows = 0n } = await transaction
        .insertInto('inbox')
        .values(
          hints
            .slice(start, start + HINTS_PER_STATEMENT)
            .map(({ digest, wabaId, field, digits = null }) => ({
              digest,
              wabaId,
              field,
              digits,
              receivedAtMs,
            })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      kept += Number(numInsertedOrUpdatedRows);
    }
    return kept;
  });
}

/** Late webhooks of an erased number leave nothing. */
async function withoutErased(
  { tombstones }: InboxDeps,
  hints: readonly NewHint[],
): Promise<readonly NewHint[]> {
  const erased = await tombstones.recent();
  if (erased === undefined) return hints;
  return hints.filter(
    ({ wabaId, digits }) => digits === undefined || !erased.isDigits(wabaId, digits),
  );
}

import type { Kysely } from 'kysely';
import type { Begun, NamedOrder, Orders } from './named-orders.ts';
import type { Schema } from './schema.ts';

/** For as long as Meta repeats nothing and nobody else does either: a day. */
const KEPT_MS = 86_400_000;
/** No order takes this long: whoever worked on it is gone. */
const LOST_AFTER_MS = 60_000;

export function createOrders(deps: {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}): Orders {
  const { db, nowMs } = deps;
  const forgetOld = async (): Promise<void> => {
    await db
      .deleteFrom('orders')
      .where('begunAtMs', '<=', nowMs() - KEPT_MS)
      .execute();
  };
  return {
    begin: async (order) => {
      await forgetOld();
      const inserted = await db
        .insertInto('orders')
        .values({ ...order, begunAtMs: nowMs() })
        .onConflict((conflict) => conflict.doNothing())
        .returning('nameHash')
        .executeTakeFirst();
      return inserted === undefined ? begunBefore(deps, order) : { kind: 'new' };
    },
    keepAnswer: async (nameHash, answer) => {
      await db.updateTable('orders').set(answer).where('nameHash', '=', nameHash).execute();
    },
    drop: async (nameHash) => {
      await db.deleteFrom('orders').where('nameHash', '=', nameHash).execute();
    },
    forgetOld,
  };
}

async function begunBefore(
  { db, nowMs }: { readonly db: Kysely<Schema>; readonly nowMs: () => number },
  { nameHash, bodyHash }: NamedOrder,
): Promise<Begun> {
  const row = await db
    .selectFrom('orders')
    .selectAll()
    .where('nameHash', '=', nameHash)
    .executeTakeFirst();
  // Dropped since: whoever asks again is the first.
  if (row === undefined) return { kind: 'running' };
  if (row.bodyHash !== bodyHash) return { kind: 'other-body' };
  const { status, answer, location, begunAtMs } = row;
  if (status === null || answer === null) {
    return { kind: nowMs() - begunAtMs < LOST_AFTER_MS ? 'running' : 'lost' };
  }
  return { kind: 'answered', status, answer, ...(location !== null && { location }) };
}

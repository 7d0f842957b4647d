import type { Kysely } from 'kysely';
import type { Preverified } from './preverified.ts';
import type { Schema } from './schema.ts';

export function createPreverified({
  db,
  nowMs,
}: {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}): Preverified {
  const set = async (id: string, values: Partial<Schema['preverified']>): Promise<void> => {
    await db
      .insertInto('preverified')
      .values({ preverifiedId: id, addedAtMs: nowMs(), ...values })
      .onConflict((conflict) => conflict.column('preverifiedId').doUpdateSet(values))
      .execute();
  };
  return {
    touch: (id) => set(id, { heardAtMs: null }),
    markDeleted: (id) => set(id, { heardAtMs: null, deletedAtMs: nowMs() }),
    isDeleted: async (id) => {
      const row = await db
        .selectFrom('preverified')
        .select('deletedAtMs')
        .where('preverifiedId', '=', id)
        .executeTakeFirst();
      return typeof row?.deletedAtMs === 'number';
    },
    pending: (limit) =>
      db
        .selectFrom('preverified')
        .select(['preverifiedId', 'addedAtMs'])
        .where('heardAtMs', 'is', null)
        .orderBy('addedAtMs')
        .orderBy('preverifiedId')
        .limit(limit)
        .execute(),
    markHeard: (id) => set(id, { heardAtMs: nowMs() }),
    tell: (id, { atMs, text }) => set(id, { toldAtMs: atMs, toldText: text }),
    notices: async () => {
      const rows = await db
        .selectFrom('preverified')
        .select(['preverifiedId', 'toldAtMs', 'toldText'])
        .execute();
      return new Map(
        rows.flatMap(({ preverifiedId, toldAtMs: atMs, toldText: text }) =>
          atMs === null || text === null ? [] : [[preverifiedId, { atMs, text }] as const],
        ),
      );
    },
  };
}

import type { Kysely } from 'kysely';

/** Meta's figure as it was told: what it says of others depends on the limit, which may change after. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('accounts').dropColumn('others_calls').execute();
  await db.schema.alterTable('accounts').dropColumn('others_at_ms').execute();
  await db.schema.alterTable('accounts').addColumn('use_pct', 'integer').execute();
  await db.schema.alterTable('accounts').addColumn('use_ours', 'integer').execute();
  await db.schema.alterTable('accounts').addColumn('use_at_ms', 'bigint').execute();
}

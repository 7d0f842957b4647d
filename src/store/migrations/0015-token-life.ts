import type { Kysely } from 'kysely';

/** Until when the account's token works, when that was asked, and which warning was told last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of [
    ...['token_expires_at_ms', 'token_data_access_expires_at_ms'],
    ...['token_read_at_ms', 'token_told_at_ms'],
  ]) {
    await db.schema.alterTable('accounts').addColumn(column, 'bigint').execute();
  }
}

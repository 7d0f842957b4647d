import type { Kysely } from 'kysely';
import { createAttemptLedger } from './attempt-ledger.ts';

/** Of the same form as `registration_attempts`: Meta counts both kinds of requests alike, and apart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createAttemptLedger(db, 'deregistration');
}

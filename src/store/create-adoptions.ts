import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Adoptions, NewAdoption } from './adoptions.ts';
import { EVENTS_TURN, type InTurn } from './database.ts';
import type { Schema } from './schema.ts';
import { insertSignup, noteBeginning, startNumber } from './signups.ts';
import type { Tombstones } from './tombstones.ts';

interface AdoptionsDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly tombstones: Tombstones;
  readonly nowMs: () => number;
}

/** SQLite takes 32,766 values in a statement. */
const IDS_PER_STATEMENT = 10_000;

const BEGINNINGS = {
  'whatsapp-manager': { kind: 'adopted', text: 'Found in the account; onboarding begun' },
  api: { kind: 'added', text: 'Added to the account; onboarding begun' },
} as const satisfies Readonly<Record<NewAdoption['source'], object>>;

export function createAdoptions(deps: AdoptionsDeps): Adoptions {
  return {
    unknownOf: (ids) => unknownOf(deps, ids),
    adopt: async (adoption) => {
      const forgotten = await deps.tombstones.ever();
      if (forgotten?.isId(adoption.phoneNumberId) === true) return false;
      return deps.inTurn(EVENTS_TURN, (transaction) => adopt(transaction, adoption, deps.nowMs()));
    },
  };
}

async function unknownOf(
  { db, tombstones }: AdoptionsDeps,
  ids: readonly PhoneNumberId[],
): Promise<ReadonlySet<PhoneNumberId>> {
  const unknown = new Set(ids);
  for (let start = 0; start < ids.length; start += IDS_PER_STATEMENT) {
    const rows = await db
      .selectFrom('numbers')
      .select('phoneNumberId')
      .where('phoneNumberId', 'in', ids.slice(start, start + IDS_PER_STATEMENT))
      .execute();
    for (const { phoneNumberId } of rows) unknown.delete(phoneNumberId);
  }
  const forgotten = await tombstones.ever();
  return new Set([...unknown].filter((id) => forgotten?.isId(id) !== true));
}

async function adopt(
  db: Kysely<Schema>,
  { source, actor, isAgain, ...number }: NewAdoption,
  atMs: number,
): Promise<boolean> {
  const { phoneNumberId } = number;
  const known = await db
    .selectFrom('numbers')
    .select('outcome')
    .where('phoneNumberId', '=', phoneNumberId)
    .executeTakeFirst();
  const mayBegin = known === undefined || (isAgain === true && known.outcome === 'abandoned');
  if (!mayBegin) return false;
  await startNumber(db, number, atMs);
  await noteBeginning(db, phoneNumberId, { ...BEGINNINGS[source], atMs, actor });
  const idempotencyKey = `${source}/${randomUUID()}`;
  await insertSignup(db, { ...number, idempotencyKey, bodyHash: '', source }, atMs);
  return true;
}

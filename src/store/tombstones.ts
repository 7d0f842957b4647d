import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import type { Schema } from './schema.ts';
import type { Place, Sealing } from './sealing.ts';

const DAY_MS = 86_400_000;
/** Meta repeats a webhook for up to 7 days. After this time only the hash of the id is kept. */
export const TOMBSTONE_MS = 8 * DAY_MS;

export interface TombstonesDeps {
  readonly db: Kysely<Schema>;
  readonly sealing: Sealing;
  readonly nowMs: () => number;
}

/** Of no account of Meta's: a key that is nobody's personal data. */
const PLACE: Place = { table: 'credentials', owner: 'account/-', field: 'tombstone-key' };

/** What names a number, hashed so that a list of all phone numbers does not undo it. */
export interface Tombstones {
  hashOfId(phoneNumberId: PhoneNumberId): Promise<string>;
  hashOfDigits(wabaId: WabaId, digits: string): Promise<string>;
  /** The numbers erased lately; undefined where there are none, as mostly. */
  recent(): Promise<Erased | undefined>;
  /** All of them, so that nothing takes a number up again that we were told to forget. */
  ever(): Promise<Erased | undefined>;
}

export interface Erased {
  isId(phoneNumberId: PhoneNumberId): boolean;
  isDigits(wabaId: WabaId, digits: string): boolean;
}

export function createTombstones(deps: TombstonesDeps): Tombstones {
  return {
    hashOfId: async (phoneNumberId) => hashWith(await keyOf(deps), 'id', phoneNumberId),
    hashOfDigits: async (wabaId, digits) => hashWith(await keyOf(deps), 'digits', wabaId, digits),
    recent: () => erasedSince(deps, deps.nowMs() - TOMBSTONE_MS),
    ever: () => erasedSince(deps, 0),
  };
}

async function erasedSince(deps: TombstonesDeps, sinceMs: number): Promise<Erased | undefined> {
  const rows = await deps.db
    .selectFrom('tombstones')
    .select(['idHash', 'digitsHash'])
    .where('erasedAtMs', '>', sinceMs)
    .execute();
  if (rows.length === 0) return undefined;
  const key = await keyOf(deps);
  const hashes = new Set(rows.flatMap(({ idHash, digitsHash }) => [idHash, digitsHash]));
  return {
    isId: (phoneNumberId) => hashes.has(hashWith(key, 'id', phoneNumberId)),
    isDigits: (wabaId, digits) => hashes.has(hashWith(key, 'digits', wabaId, digits)),
  };
}

function hashWith(key: string, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
}

/** Drawn once; the first of several processes wins. */
async function keyOf({ db, sealing, nowMs }: TombstonesDeps): Promise<string> {
  const { owner, field } = PLACE;
  const find = () =>
    db
      .selectFrom('credentials')
      .select('sealed')
      .where('owner', '=', owner)
      .where('field', '=', field)
      .executeTakeFirst();
  const known = await find();
  if (known !== undefined) return (await sealing.open(PLACE, known.sealed)).reveal();
  const sealed = await sealing.seal(PLACE, new Secret(randomBytes(32).toString('base64url')));
  await db
    .insertInto('credentials')
    .values({ owner, field, sealed, updatedAtMs: nowMs() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return keyOf({ db, sealing, nowMs });
}

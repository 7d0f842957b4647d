import { randomBytes, webcrypto } from 'node:crypto';
import type { Kysely } from 'kysely';
import { KeyMissing } from '../keyring/errors.ts';
import type { Keyring, RingKey } from '../keyring/keyring.ts';
import { SealBroken, SealingKeyMissing } from './errors.ts';
import { claims, claimsOf, openBytes, sealBytes, type SealHeader } from './jwe.ts';
import type { Schema } from './schema.ts';
import type { Owner } from './store.ts';

export interface DataKeysDeps {
  readonly db: Kysely<Schema>;
  readonly keyring: Keyring;
  readonly nowMs: () => number;
}

/**
 * Every number and every account has a random key of its own, which is kept sealed by the ring: to change the ring's key, only
 * these are sealed anew, and to erase an owner for good, also from backups of the rest, its row is deleted. They are not held
 * in memory: opening one costs far less than the call it is opened for, and what is erased is gone at once.
 */
export interface DataKeys {
  /** Undefined for an owner without one. Throws `SealingKeyMissing` and `SealBroken`. */
  of(owner: Owner): Promise<webcrypto.CryptoKey | undefined>;
  /** Draws one for an owner without. */
  ensure(owner: Owner): Promise<webcrypto.CryptoKey>;
}

const BYTES = 32;

export function createDataKeys({ db, keyring, nowMs }: DataKeysDeps): DataKeys {
  const find = async (owner: Owner): Promise<webcrypto.CryptoKey | undefined> => {
    const row = await db
      .selectFrom('dataKeys')
      .select('sealed')
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && importKey(await unwrap(keyring, owner, row.sealed));
  };
  const draw = async (owner: Owner): Promise<void> => {
    const active = await keyring.active();
    const sealed = await wrap(active, owner, randomBytes(BYTES));
    await db
      .insertInto('dataKeys')
      .values({ owner, sealed, kid: active.id, updatedAtMs: nowMs() })
      // Who was first stays: the other key would open nothing of what that one sealed.
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  };
  return {
    of: find,
    ensure: async (owner) => {
      const known = await find(owner);
      if (known !== undefined) return known;
      await draw(owner);
      const drawn = await find(owner);
      if (drawn === undefined) throw broken(owner, 'deleted while it was used');
      return drawn;
    },
  };
}

export function wrap({ id, dataKeys }: RingKey, owner: Owner, bytes: Uint8Array): Promise<string> {
  return sealBytes(bytes, headerOf(owner, id), dataKeys);
}

/** Throws `SealingKeyMissing` and `SealBroken`. */
export async function unwrap(keyring: Keyring, owner: Owner, sealed: string): Promise<Uint8Array> {
  const { kid } = claimsOf(sealed);
  if (kid === undefined || !claims(sealed, headerOf(owner, kid))) throw broken(owner, 'changed');
  const { dataKeys } = await ringKey(keyring, kid);
  const bytes = await openBytes(sealed, dataKeys);
  if (bytes === undefined) throw broken(owner, 'changed');
  return bytes;
}

/** The key of this id. Throws `SealingKeyMissing`, which lets work wait until it is there. */
export async function ringKey(keyring: Keyring, id: string): Promise<RingKey> {
  try {
    return await keyring.byId(id);
  } catch (error) {
    if (error instanceof KeyMissing) throw new SealingKeyMissing(error.message);
    throw error;
  }
}

/** Not extractable: from here on no code and no inspector gets at the bytes. */
function importKey(bytes: Uint8Array): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function headerOf(owner: Owner, kid: string): SealHeader {
  return { kid, v: 2, table: 'data_keys', owner, field: 'data-key' };
}

function broken(owner: Owner, what: string): SealBroken {
  return new SealBroken(
    `The data key of ${owner} was ${what}. Nothing it sealed is used. Restore its row.`,
  );
}

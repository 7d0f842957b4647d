import type { webcrypto } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import type { Keyring } from '../keyring/keyring.ts';
import { createDataKeys, ringKey, type DataKeysDeps } from './data-keys.ts';
import { SealBroken } from './errors.ts';
import { claims, claimsOf, openBytes, sealBytes, type SealHeader } from './jwe.ts';
import type { Owner } from './store.ts';

/** Where a sealed value lives. It is bound to this place and opens nowhere else. */
export interface Place {
  readonly table: string;
  readonly owner: Owner;
  readonly field: string;
}

/** Seals with the data key of the place's owner. Both methods throw `SealingKeyMissing` while the ring lacks the key they need. */
export interface Sealing {
  seal(place: Place, secret: Secret): Promise<string>;
  /** Throws `SealBroken` unless `sealed` was sealed for this place. */
  open(place: Place, sealed: string): Promise<Secret>;
}

export function createSealing(deps: DataKeysDeps): Sealing {
  const dataKeys = createDataKeys(deps);
  return {
    seal: async (place, secret) => {
      const bytes = new TextEncoder().encode(secret.reveal());
      return sealBytes(bytes, { v: 2, ...place }, await dataKeys.ensure(place.owner));
    },
    open: async (place, sealed) => {
      const header = headerOf(place, sealed);
      if (!claims(sealed, header)) throw broken(place, whyNot(sealed));
      const key =
        header.kid === undefined
          ? await dataKeys.of(place.owner)
          : await valuesKey(deps.keyring, header.kid);
      if (key === undefined) throw broken(place, 'sealed with a data key that is gone');
      const bytes = await openBytes(sealed, key);
      if (bytes === undefined) throw broken(place, 'changed');
      return new Secret(new TextDecoder().decode(bytes));
    },
  };
}

/** Sealed with a key of the ring itself, as all values were before owners had data keys. */
export function isOfFirstForm(sealed: string): boolean {
  return claimsOf(sealed).v === 1;
}

function headerOf(place: Place, sealed: string): SealHeader {
  const { kid = '' } = claimsOf(sealed);
  return isOfFirstForm(sealed) ? { v: 1, kid, ...place } : { v: 2, ...place };
}

async function valuesKey(keyring: Keyring, kid: string): Promise<webcrypto.CryptoKey> {
  return (await ringKey(keyring, kid)).values;
}

function whyNot(sealed: string): string {
  return Object.keys(claimsOf(sealed)).length === 0 ? 'changed' : 'moved here from another row';
}

function broken({ owner, field }: Place, what: string): SealBroken {
  return new SealBroken(
    `The ${field} of ${owner} was ${what}. It is not used. Restore the row, or the key it belongs to.`,
  );
}

import { webcrypto } from 'node:crypto';
import { KeyMissing } from './errors.ts';
import { bytesOf, drawKey, type KeyEntry } from './key-entries.ts';
import { createKeyFile, keysMissing, readKeyFile, stampOf } from './key-file.ts';

/** A key of the ring, as the keys that are made of it. None can be extracted. */
export interface RingKey {
  readonly id: string;
  readonly state: KeyEntry['state'];
  readonly createdAt: string;
  /** Seals the data keys of numbers and accounts. */
  readonly dataKeys: webcrypto.CryptoKey;
  /** Encrypts what is written to Temporal. */
  readonly payloads: webcrypto.CryptoKey;
  /** The key itself, with which values were sealed before owners had data keys. */
  readonly values: webcrypto.CryptoKey;
}

/** The keys as their file holds them now: a changed file counts from the next call on, without a restart. */
export interface Keyring {
  /** Throws `SealingKeyUnusable`. */
  all(): Promise<readonly RingKey[]>;
  /** The one that seals. Throws `SealingKeyUnusable`. */
  active(): Promise<RingKey>;
  /** Throws `KeyMissing` and `SealingKeyUnusable`. */
  byId(id: string): Promise<RingKey>;
}

/** Nothing is read before the first call. A file that becomes unreadable while the process runs leaves it the keys it has. */
export function createKeyring(file: string): Keyring {
  let ring: { readonly keys: readonly RingKey[]; readonly stamp: string } | undefined;
  const load = async (): Promise<readonly RingKey[]> => {
    const found = await readKeyFile(file);
    if (found === undefined) throw keysMissing(file);
    const keys = await Promise.all(found.keys.map(ringKeyOf));
    ring = { keys, stamp: found.stamp };
    return keys;
  };
  const all = async (): Promise<readonly RingKey[]> => {
    const known = ring;
    if (known === undefined) return await load();
    if ((await stampOf(file)) === known.stamp) return known.keys;
    return await load().catch(() => known.keys);
  };
  return {
    all,
    active: async () => {
      const active = (await all()).find(({ state }) => state === 'active');
      if (active === undefined) throw keysMissing(file);
      return active;
    },
    byId: async (id) => {
      const key = (await all()).find((each) => each.id === id);
      if (key === undefined) throw new KeyMissing(id);
      return key;
    },
  };
}

/** The keyring of `file`, made with one key if it is missing and `mayCreate`. Throws `SealingKeyUnusable`. */
export async function openKeyring(args: {
  readonly file: string;
  /** False once something is sealed: a new key would not open it. */
  readonly mayCreate: boolean;
  readonly nowMs: () => number;
}): Promise<Keyring> {
  const { file, mayCreate, nowMs } = args;
  if (mayCreate && (await readKeyFile(file)) === undefined) {
    await createKeyFile(file, [drawKey('active', nowMs())]);
  }
  const keyring = createKeyring(file);
  await keyring.all();
  return keyring;
}

async function ringKeyOf(entry: KeyEntry): Promise<RingKey> {
  const { id, state, createdAt } = entry;
  const bytes = bytesOf(entry);
  const [base, values] = await Promise.all([
    webcrypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey']),
    webcrypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['decrypt']),
  ]);
  // One key for two uses would let what one of them gives away help against the other.
  const [dataKeys, payloads] = await Promise.all([
    derive(base, 'data-keys'),
    derive(base, 'payloads'),
  ]);
  return { id, state, createdAt, dataKeys, payloads, values };
}

/** RFC 5869. The key is random already, so there is no salt. */
function derive(base: webcrypto.CryptoKey, purpose: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: new Uint8Array(),
      info: new TextEncoder().encode(`whatsapp-number-onboarding/${purpose}`),
    },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

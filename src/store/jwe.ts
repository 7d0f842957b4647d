import type { webcrypto } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';

/** JWE, RFC 7516: the protected header is authenticated, so what stands in it cannot be changed. */
export interface SealHeader {
  readonly v: number;
  /** Id of a key of the ring, where the seal was made with one. */
  readonly kid?: string;
  readonly table: string;
  readonly owner: string;
  readonly field: string;
}

const ALGORITHMS = { alg: 'dir', enc: 'A256GCM' } as const;

export function sealBytes(
  bytes: Uint8Array,
  header: SealHeader,
  key: webcrypto.CryptoKey,
): Promise<string> {
  return new CompactEncrypt(bytes).setProtectedHeader({ ...ALGORITHMS, ...header }).encrypt(key);
}

/** Undefined when the header or anything else was changed, or another key is needed. */
export async function openBytes(
  sealed: string,
  key: webcrypto.CryptoKey,
): Promise<Uint8Array | undefined> {
  const opened = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => undefined);
  return opened?.plaintext;
}

/** What the header says of itself; only `openBytes` proves it. Empty for a text that is no seal. */
export function claimsOf(sealed: string): { readonly v?: unknown; readonly kid?: string } {
  try {
    return decodeProtectedHeader(sealed);
  } catch {
    return {};
  }
}

export function claims(sealed: string, header: SealHeader): boolean {
  const entriesOf = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return entriesOf(claimsOf(sealed)) === entriesOf({ ...ALGORITHMS, ...header });
}

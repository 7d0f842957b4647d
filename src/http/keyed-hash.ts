import { createHmac } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** Hashes that nobody without the key can test guesses against, and that are never a signature of Meta. */
export type KeyedHash = (...parts: readonly string[]) => string;

export function createKeyedHash(secret: Secret): KeyedHash {
  const key = createHmac('sha256', secret.reveal())
    .update('number onboarding: keyed hash')
    .digest();
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
}

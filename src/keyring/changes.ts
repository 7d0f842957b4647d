import { KeyChangeRefused } from './errors.ts';
import { drawKey, type KeyEntry } from './key-entries.ts';
import { changeKeyFile } from './key-file.ts';

/**
 * Adds a key that opens only, so that every process can have it before anything is sealed with it. Answers with its id.
 * Throws `SealingKeyUnusable` and `KeyChangeRefused`.
 */
export async function addKey(file: string, nowMs: number): Promise<string> {
  const drawn = drawKey('decrypt-only', nowMs);
  await changeKeyFile(file, (keys) => [...keys, drawn]);
  return drawn.id;
}

/** From now on this key seals, and the one before opens only. Throws `SealingKeyUnusable` and `KeyChangeRefused`. */
export async function activateKey(file: string, id: string): Promise<void> {
  await changeKeyFile(file, (keys) => {
    find(keys, id);
    return keys.map((entry) => ({
      ...entry,
      state: entry.id === id ? 'active' : 'decrypt-only',
    }));
  });
}

/** Takes a key out of the ring: what was sealed with it is lost. Throws `SealingKeyUnusable` and `KeyChangeRefused`. */
export async function removeKey(file: string, id: string): Promise<void> {
  await changeKeyFile(file, (keys) => {
    if (find(keys, id).state === 'active') {
      throw new KeyChangeRefused(`${id} is the active key; activate another one first`);
    }
    return keys.filter((entry) => entry.id !== id);
  });
}

function find(keys: readonly KeyEntry[], id: string): KeyEntry {
  const found = keys.find((entry) => entry.id === id);
  if (found === undefined) throw new KeyChangeRefused(`no key ${id}; keys list shows the ids`);
  return found;
}

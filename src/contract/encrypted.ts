/** On every object that reached a workflow encrypted. It is not enumerable, so nothing that is sent on carries it. */
const ENCRYPTED = Symbol('encrypted');

export function markEncrypted<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.defineProperty(value, ENCRYPTED, { value: true });
  }
  return value;
}

/**
 * Only somebody who holds the keys can have sent it. What an answer depends on is in the history, so a replay decides the same,
 * whether the codec is on by then or off.
 */
export function isEncrypted(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ENCRYPTED in value;
}

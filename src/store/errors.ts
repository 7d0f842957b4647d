/** The database cannot answer now. Its message is a plain sentence with the next step and quotes no value. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A sealed value does not open in the row it was read from: moved, changed, or its data key is gone. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** What is sealed needs a key that the ring lacks: work waits until it is put back. The message names the key by its id. */
export class SealingKeyMissing extends StoreUnavailable {
  constructor(what: string) {
    super(`${what}. Put it back into the file that KEY_FILE names; what waits then goes on.`);
  }
}

export { SealingKeyUnusable } from '../keyring/errors.ts';

/** The file of the keys cannot be used. Its message names the file and what to do, and keys by their ids, never what is in them. */
export class SealingKeyUnusable extends Error {
  override readonly name = 'SealingKeyUnusable';
}

/** Something was sealed with a key that is not in the ring. It opens when the key is put back. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';

  constructor(id: string) {
    super(`keys: ${id} missing`);
  }
}

/** A change of the ring that would lose something, or has no meaning. Nothing was changed. */
export class KeyChangeRefused extends Error {
  override readonly name = 'KeyChangeRefused';
}

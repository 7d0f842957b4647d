/** The database cannot answer now. Its message is a plain sentence with the next step and quotes no value. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A sealed value does not open in the row it was read from: moved, changed, or sealed with a key that is not loaded. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** The file of the sealing key cannot be used. Its message names the file and what to do, never what is in it. */
export class SealingKeyUnusable extends Error {
  override readonly name = 'SealingKeyUnusable';
}

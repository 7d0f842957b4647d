import { StoreUnavailable } from './errors.ts';

const LOCKED =
  'Another process holds the database. Try again; if it lasts, look for the process that keeps it open.';
const DAMAGED = 'The database file is damaged or no database. Restore it from a backup.';

/** By SQLite's primary result code. Codes that are missing here are mistakes of ours, not of the database. */
const SENTENCES: Readonly<Record<number, string>> = {
  5: LOCKED,
  6: LOCKED,
  7: 'There is no memory left for the database. Give the service more, then try again.',
  8: 'The database is read-only. Make its file and folder writable for the service.',
  9: 'The database was interrupted. Try again.',
  10: 'The disk failed under the database. Look at the disk, then try again.',
  11: DAMAGED,
  13: 'The disk of the database is full. Make room on it, then try again.',
  14: 'The database file cannot be opened. Check that its folder exists and the service may write there.',
  15: LOCKED,
  26: DAMAGED,
};

const CLOSED = 'The database is closed, as the service stops. Try again when it runs.';

/** Runs one call of the database. Throws `StoreUnavailable` when the database cannot answer, and our own mistakes as they are. */
export function orUnavailable<Answer>(call: () => Answer): Answer {
  try {
    return call();
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) throw error;
    throw new StoreUnavailable(sentence, { cause: error });
  }
}

/** True for the `StoreUnavailable` of a database that another process holds. */
export function isLocked(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.message === LOCKED;
}

function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (error.code === 'ERR_INVALID_STATE') return CLOSED;
  if (error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error) {
    // The low byte is the primary code; the rest says which kind of it.
    return SENTENCES[Number(error.errcode) & 0xff];
  }
  return 'syscall' in error ? SENTENCES[14] : undefined;
}

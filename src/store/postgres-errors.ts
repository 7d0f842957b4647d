import { DatabaseError } from 'pg';
import { StoreUnavailable } from './errors.ts';

const UNREACHABLE =
  'The database cannot be reached. Check that it runs and that DATABASE_URL names its host and port, then try again.';
const NOT_LET_IN =
  'The database does not let us in. Check user and password in DATABASE_URL, and what the server allows them.';
const UNPROVEN =
  'The database does not prove by TLS who it is. Check sslmode and sslrootcert in DATABASE_URL, and its certificate.';
const LOST =
  'The connection to the database is lost. Try again; if it lasts, look at the database.';
const LOCKED =
  'Another process holds the database. Try again; if it lasts, look for the session that keeps its locks.';
const STOPPING = 'The database starts or stops. Try again when it runs.';
const CROWDED =
  'The database has no connection left. Raise its max_connections or run fewer programs, then try again.';
const FAILING = 'The disk failed under the database. Look at its log, then try again.';
const CLOSED = 'The database is closed, as the service stops. Try again when it runs.';

/** By SQLSTATE, or its first two characters. Codes that are missing here are mistakes of ours, not of the database. */
const SENTENCES: Readonly<Record<string, string>> = {
  '08': LOST,
  '25006':
    'The database is read-only. Name the primary server in DATABASE_URL, or let this one be written.',
  '25P03': LOST,
  '28': NOT_LET_IN,
  '3D000': 'The server has no such database. Create it, or name the right one in DATABASE_URL.',
  '40001': LOCKED,
  '40P01': LOCKED,
  '42501': 'The database user may not do that. Make it the owner of the database.',
  '53100': 'The disk of the database is full. Make room on it, then try again.',
  '53200': 'There is no memory left for the database. Give it more, then try again.',
  '53300': CROWDED,
  '55P03': LOCKED,
  '57014': 'The database took too long. Try again; if it lasts, look at its load.',
  '57P': STOPPING,
  '58': FAILING,
  XX: FAILING,
};

/** Why no connection could be had. */
export function unreachable(error: unknown): StoreUnavailable {
  return new StoreUnavailable(sentenceOf(error) ?? connectionSentenceOf(error), { cause: error });
}

/** What to throw for a failed statement: `StoreUnavailable`, or our own mistake, without the values it would quote. */
export function failureOf(error: unknown): Error {
  if (error instanceof DatabaseError) {
    error.detail = undefined;
    error.where = undefined;
    const sentence = sentenceOf(error);
    return sentence === undefined ? error : new StoreUnavailable(sentence, { cause: error });
  }
  // The client library reports a broken or silent connection as an error of no kind of its own.
  const isOurs = error instanceof TypeError || error instanceof RangeError;
  return isOurs ? error : new StoreUnavailable(LOST, { cause: error });
}

/** Can the connection be used after this failure? */
export function isLost(failure: Error): boolean {
  return failure instanceof StoreUnavailable && [LOST, STOPPING].includes(failure.message);
}

export function closed(): StoreUnavailable {
  return new StoreUnavailable(CLOSED);
}

function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof DatabaseError)) return undefined;
  const { code = '' } = error;
  return SENTENCES[code] ?? SENTENCES[code.slice(0, 3)] ?? SENTENCES[code.slice(0, 2)];
}

function connectionSentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return UNREACHABLE;
  if (error.message.includes('does not support SSL')) return UNPROVEN;
  const code = 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code) ? UNPROVEN : UNREACHABLE;
}

/** Did a request that failed without an answer leave this machine? Only `no` is a proof. */
export type Sent = 'no' | 'unknown';

const CONNECT_FAULTS = new Map([
  ['ECONNREFUSED', 'connect'],
  ['EHOSTUNREACH', 'connect'],
  ['ENETUNREACH', 'connect'],
  ['ETIMEDOUT', 'connect'],
  ['ENOTFOUND', 'getaddrinfo'],
  ['EAI_AGAIN', 'getaddrinfo'],
]);

// A reset during the TLS handshake looks like one after the request, so only failed checks of the certificate count.
const NEVER_SENT = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  // Our own, before a connection is made.
  'ERR_FORBIDDEN_ADDRESS',
]);

/** Errors can be their own cause. */
const MAX_CAUSES = 8;

/**
 * Reads an error of undici or Node. A closed list: everything that is not on it may have been sent, and a line is added
 * only after a measurement. Do not ask about an aborted call: its error is whatever reason the caller gave.
 */
export function wasSent(error: unknown): Sent {
  return wasNeverSent(error, MAX_CAUSES) ? 'no' : 'unknown';
}

/** The fault's own word, such as `ECONNREFUSED`: all that is told of a transport error, whose text may quote anything. */
export function faultWord(error: unknown): string {
  const code = codeOf(error);
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'no code';
}

function wasNeverSent(error: unknown, causesLeft: number): boolean {
  if (!(error instanceof Error) || causesLeft === 0) return false;
  if (error instanceof AggregateError) {
    const members: readonly unknown[] = error.errors;
    return members.length > 0 && members.every((each) => wasNeverSent(each, causesLeft - 1));
  }
  const code = codeOf(error);
  if (code === undefined) return !isAbort(error) && wasNeverSent(error.cause, causesLeft - 1);
  if (NEVER_SENT.has(code)) return true;
  const syscall = CONNECT_FAULTS.get(code);
  return syscall !== undefined && 'syscall' in error && error.syscall === syscall;
}

const isAbort = (error: Error): boolean => ['AbortError', 'TimeoutError'].includes(error.name);

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

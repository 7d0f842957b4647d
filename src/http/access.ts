import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';
import { HttpError } from './errors.ts';

export interface AccessRules {
  /** Absent: the service listens on loopback, and serves callers who reach it there by a loopback name. */
  readonly apiToken?: Secret;
  readonly allowedOrigins: readonly string[];
}

const LOOPBACK_HOST = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/i;

/**
 * @throws HttpError origin_not_allowed. A browser names the page that calls; only our own pages and listed ones may. Without
 * an origin the caller is no page.
 */
export function checkOrigin(headers: Headers, { allowedOrigins }: AccessRules): void {
  const origin = headers.get('origin');
  if (origin === null || allowedOrigins.includes(origin)) return;
  const host = headers.get('host');
  if (host !== null && URL.parse(origin)?.host === host) return;
  throw new HttpError('origin_not_allowed');
}

/**
 * @throws HttpError unauthenticated. Without a token a loopback name is asked for: a foreign page whose name points to this
 * machine would otherwise pass for one of ours.
 */
export function authenticate(headers: Headers, { apiToken }: AccessRules): void {
  const isKnown =
    apiToken === undefined
      ? LOOPBACK_HOST.test(headers.get('host') ?? '')
      : isSame(headers.get('authorization') ?? '', `Bearer ${apiToken.reveal()}`);
  if (isKnown) return;
  throw new HttpError('unauthenticated', { headers: { 'www-authenticate': 'Bearer' } });
}

/** Takes the same time for every wrong value, of any length. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

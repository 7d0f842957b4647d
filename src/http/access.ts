import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from '../domain/role.ts';
import type { Secret } from '../domain/secret.ts';
import { HttpError } from './errors.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Caller } from './routes.ts';

export interface AccessRules {
  /** Of the partner's own servers. */
  readonly apiToken?: Secret;
  /** Whose JWTs are taken. */
  readonly identity?: IdentityProvider;
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[];
  /** Of one caller; of one address three times as many. */
  readonly signupsPerMinute: number;
}

/** A credential of no person's: what the environment gives, or the machine itself. It neither sees secrets nor takes away. */
export const MACHINE_ROLE: Role = 'operator';

const LOOPBACK_HOST = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/i;

/**
 * @throws HttpError origin_not_allowed. A browser names the page that calls; only our own pages and listed ones may. Without
 * an origin the caller is no page.
 */
export function checkOrigin(
  headers: Headers,
  { allowedOrigins }: Pick<AccessRules, 'allowedOrigins'>,
): void {
  const origin = headers.get('origin');
  if (origin === null || allowedOrigins.includes(origin)) return;
  const host = headers.get('host');
  if (host !== null && URL.parse(origin)?.host === host) return;
  throw new HttpError('origin_not_allowed');
}

/**
 * Who reaches us by a loopback name: a foreign page whose name points to this machine would otherwise pass for one of ours.
 */
export function isLoopbackCall(headers: Headers): boolean {
  return LOOPBACK_HOST.test(headers.get('host') ?? '');
}

/** Browsers say of every request which page it comes from. Source: W3C, Fetch Metadata. */
export function isBrowser(headers: Headers): boolean {
  return headers.has('sec-fetch-site');
}

/** What is sent as `authorization: Bearer`; empty where something else is. */
export function bearerOf(headers: Headers): string {
  return (
    /^Bearer (?<token>\S+)$/i.exec(headers.get('authorization') ?? '')?.groups?.['token'] ?? ''
  );
}

/** The one answer to a credential that is missing, wrong or too old. */
export function unauthenticated(): HttpError {
  return new HttpError('unauthenticated', { headers: { 'www-authenticate': 'Bearer' } });
}

export function callerOf({ owner, role }: { readonly owner: string; readonly role: Role }): Caller {
  return { actor: `${owner} (${role}, HTTP)`, owner, role };
}

/** Takes the same time for every wrong value, of any length. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { createHash } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** Where a browser keeps its session. */
export interface SessionCookie {
  keyIn(headers: Headers): string | undefined;
  /** Values of `set-cookie`. */
  set(key: Secret): string;
  clear(): string;
}

/** `__Host-`: taken over TLS only, and from no other name of the same domain. Source: RFC 6265bis, 4.1.3.2. */
export function createSessionCookie({
  isBehindTls,
}: {
  readonly isBehindTls: boolean;
}): SessionCookie {
  const name = isBehindTls ? '__Host-session' : 'session';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isBehindTls ? '; Secure' : ''}`;
  const form = new RegExp(`(?:^|; ?)${name}=(?<key>[\\w-]{43})(?:;|$)`);
  return {
    keyIn: (headers) => form.exec(headers.get('cookie') ?? '')?.groups?.['key'],
    set: (key) => `${name}=${key.reveal()}; ${attributes}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  };
}

/** Made from the cookie, which no page can read, so that it need not be kept. */
export function csrfTokenOf(key: string): string {
  return createHash('sha256').update(`csrf/${key}`).digest('base64url');
}

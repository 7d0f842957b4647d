import { readFileSync, statSync } from 'node:fs';
import { Secret } from './domain/secret.ts';
import { isLoopback } from './loopback.ts';
import type { PostgresAddress, PostgresTls } from './store/place.ts';

const FORM =
  'must look like postgres://user:password@host:5432/database, special characters %-encoded';
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'];
const POSTGRES_PORT = 5432;
const HOST = /^(\[[0-9a-f:.]+\]|[\w.-]+)$/i;

/**
 * A PostgreSQL URL, or in words what is wrong with it; never a part of it, for it holds a password. Of libpq's parameters it
 * takes those about TLS: others, such as `host`, would lead elsewhere than the URL says. In `sslmode` everything between
 * `disable` and `verify-full` lets somebody in between read the password, so there is nothing between.
 */
export function readDatabaseUrl(text: string): PostgresAddress | string {
  const url = URL.parse(text);
  const named = url === null ? undefined : namedIn(url);
  if (url === null || named === undefined) return FORM;
  const tls = tlsOf(url.searchParams, named.host);
  return typeof tls === 'string' ? tls : { ...named, tls };
}

function namedIn({ protocol, hostname, port, pathname, username, password, hash }: URL) {
  const host = decoded(hostname) ?? '';
  const database = nameIn(pathname.slice(1));
  const user = nameIn(username);
  const secret = decoded(password);
  const isComplete = /^postgres(ql)?:$/.test(protocol) && HOST.test(host) && hash === '';
  if (!isComplete || database === undefined || user === undefined || secret === undefined) {
    return undefined;
  }
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port || POSTGRES_PORT),
    ...{ database, user },
    ...(secret !== '' && { password: new Secret(secret) }),
  };
}

function nameIn(part: string): string | undefined {
  const name = decoded(part);
  return name === '' || name?.includes('/') === true ? undefined : name;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function tlsOf(parameters: URLSearchParams, host: string): false | PostgresTls | string {
  const unknown = [...parameters.keys()].some((name) => !PARAMETERS.includes(name));
  if (unknown) return `takes no parameters but ${PARAMETERS.join(', ')}`;
  const mode = parameters.get('sslmode');
  if (mode === 'verify-full') return filesOf(parameters);
  if (mode !== null && mode !== 'disable') return 'sslmode must be verify-full or disable';
  if (mode === null && !isLoopback(host)) {
    return 'sslmode=verify-full required for a non-loopback host; sslmode=disable allows plain text on a private network';
  }
  return parameters.size > (mode === null ? 0 : 1)
    ? 'certificates need sslmode=verify-full'
    : false;
}

function filesOf(parameters: URLSearchParams): PostgresTls | string {
  const [ca, cert, key] = ['sslrootcert', 'sslcert', 'sslkey'].map((name) =>
    fileAt(parameters.get(name)),
  );
  if (ca === null || cert === null || key === null) {
    return 'sslrootcert, sslcert or sslkey cannot be read';
  }
  if ((cert === undefined) !== (key === undefined)) return 'sslcert and sslkey belong together';
  if (isOpen(parameters.get('sslkey'))) return 'sslkey must not be readable by others (0600)';
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: new Secret(key) }),
  };
}

/** Null for one that cannot be read, undefined for none. */
function fileAt(path: string | null): string | null | undefined {
  if (path === null) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function isOpen(path: string | null): boolean {
  return path !== null && (statSync(path).mode & 0o077) !== 0;
}

import type { IncomingMessage } from 'node:http';

/** Nothing a client of these routes sends comes near it. */
const BODY_MOST_BYTES = 1_000_000;

export interface Incoming {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Reads a request to its end; undefined when it is too large or its target is no path. */
export async function readRequest(
  request: IncomingMessage,
  origin: string,
): Promise<Incoming | undefined> {
  const target = request.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(origin + target)) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > BODY_MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return {
    method: request.method ?? 'GET',
    url: new URL(origin + target),
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

/** Graph takes parameters from the query and from a form, multipart or JSON body alike; undefined for a broken body. */
export function parametersOf(incoming: Incoming): Map<string, string> | undefined {
  const params = new Map(incoming.url.searchParams);
  const type = incoming.headers['content-type'] ?? '';
  if (incoming.body.length === 0) return params;
  try {
    for (const [name, value] of bodyEntries(incoming.body, type))
      params.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    return params;
  } catch {
    return undefined;
  }
}

function bodyEntries(body: Buffer, type: string): Iterable<[string, unknown]> {
  if (type.startsWith('application/json')) {
    const parsed: unknown = JSON.parse(body.toString());
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not an object');
    return Object.entries(parsed);
  }
  if (type.startsWith('multipart/form-data')) return formParts(body.toString(), type);
  return new URLSearchParams(body.toString());
}

/** The text parts of a multipart form; Graph's onboarding calls send no files. */
function formParts(body: string, type: string): [string, string][] {
  const [, boundary] = /boundary="?([^";]+)/.exec(type) ?? [];
  if (boundary === undefined) throw new TypeError('no boundary');
  return body.split(`--${boundary}`).flatMap((part) => {
    const [, name, value] = /name="([^"]*)".*?\r\n\r\n(.*)\r\n$/s.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

export function bearerOf({ headers, url }: Incoming): string | undefined {
  const [, token] = /^(?:Bearer|OAuth) +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? url.searchParams.get('access_token') ?? undefined;
}

/** User and password of HTTP's basic scheme, joined by a colon. */
export function basicOf({ headers }: Incoming): string | undefined {
  const [, encoded] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

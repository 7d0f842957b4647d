import { HttpError } from './errors.ts';
import { parseJson } from './json.ts';

/** Far above any body that the API asks for. */
const MAX_BYTES = 16_384;
const JSON_TYPE = /^application\/json(\s*;\s*charset=utf-8)?$/i;

/** The raw bytes. The declared length is checked first, then what really comes is counted. */
export async function readBody(request: Request, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) throw new HttpError('body_too_large');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(request)) {
    length += chunk.length;
    if (length > maxBytes) throw new HttpError('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The members of a JSON object that may have the keys of `allowed` and no other. */
export async function readJsonObject(
  request: Request,
  allowed: readonly string[],
  maxBytes = MAX_BYTES,
): Promise<ReadonlyMap<string, unknown>> {
  refuseEncoding(request);
  if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) {
    throw new HttpError('unsupported_media_type');
  }
  return membersOf(parseJson(await readBody(request, maxBytes)), allowed);
}

/** As `readJsonObject`, where the caller may also send nothing at all. */
export async function readOptionalJsonObject(
  request: Request,
  allowed: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  if (request.headers.get('content-type') !== null) return readJsonObject(request, allowed);
  refuseEncoding(request);
  const body = await readBody(request, MAX_BYTES);
  if (body.length > 0) throw new HttpError('unsupported_media_type');
  return new Map();
}

function refuseEncoding(request: Request): void {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null) throw new HttpError('unsupported_content_encoding');
}

function membersOf(body: unknown, allowed: readonly string[]): ReadonlyMap<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpError('invalid_body');
  }
  const members = new Map<string, unknown>(Object.entries(body));
  const unknown = [...members.keys()].find((key) => !allowed.includes(key));
  if (unknown === undefined) return members;
  // The one place where input comes back: a harmless word helps to find a misspelt key.
  const name = /^[a-z_]{1,40}$/.test(unknown) ? `: ${unknown}` : '';
  throw new HttpError('unknown_field', { message: `unknown field${name}` });
}

/** The stream is never cancelled: that would close the connection before the answer is on it. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read().catch(() => {
      throw new HttpError('body_incomplete');
    });
    if (done) return;
    yield value;
  }
}

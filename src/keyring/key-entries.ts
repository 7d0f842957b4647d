import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../domain/secret.ts';

/** One key of the ring. The active one seals; each opens what was sealed with it. */
export interface KeyEntry {
  readonly id: string;
  /** 32 bytes in base64url. */
  readonly key: Secret;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly state: 'active' | 'decrypt-only';
}

const KEY_BYTES = 32;
const BASE64URL = /^[\w-]+$/;
/** Stands in Temporal's public samples of a codec. */
const PUBLISHED = ['test-key-test-key-test-key-test!'];

const id = z.string().regex(/^[\w.-]{1,64}$/);
const key = z.string().transform((text) => new Secret(text));
const createdAt = z.iso.datetime();
const ringSchema = z.object({
  keys: z.array(z.object({ id, key, createdAt, state: z.enum(['active', 'decrypt-only']) })),
});
/** As the file was before there could be several keys. */
const oneKeySchema = z.object({ kid: id, key, createdAt });

/** Undefined for a text that is no file of keys. */
export function parseKeys(text: string): readonly KeyEntry[] | undefined {
  const json = parseJson(text);
  const ring = ringSchema.safeParse(json);
  if (ring.success) return ring.data.keys;
  const { data: one } = oneKeySchema.safeParse(json);
  return one && [{ id: one.kid, key: one.key, createdAt: one.createdAt, state: 'active' }];
}

export function textOfKeys(keys: readonly KeyEntry[]): string {
  const revealed = keys.map((entry) => ({ ...entry, key: entry.key.reveal() }));
  return `${JSON.stringify({ keys: revealed }, undefined, 2)}\n`;
}

export function drawKey(state: KeyEntry['state'], nowMs: number): KeyEntry {
  return {
    id: randomBytes(8).toString('hex'),
    key: new Secret(randomBytes(KEY_BYTES).toString('base64url')),
    createdAt: new Date(nowMs).toISOString(),
    state,
  };
}

export function bytesOf(entry: KeyEntry): Buffer {
  return Buffer.from(entry.key.reveal(), 'base64url');
}

/** What forbids to use the ring, in sentences that name keys by their ids. */
export function problemsOf(keys: readonly KeyEntry[]): readonly string[] {
  const active = keys.filter(({ state }) => state === 'active').map((entry) => entry.id);
  const ids = keys.map((entry) => entry.id);
  const twice = new Set(ids.filter((each, index) => ids.indexOf(each) !== index));
  return [
    ...keys.flatMap((entry) => problemOf(entry) ?? []),
    ...[...twice].map((each) => `key ${each}: is there twice`),
    ...(active.length === 0 ? ['no key is active'] : []),
    ...(active.length > 1 ? [`keys ${active.join(', ')}: only one may be active`] : []),
  ];
}

function problemOf(entry: KeyEntry): string | undefined {
  const named = (what: string): string => `key ${entry.id}: ${what}`;
  if (!BASE64URL.test(entry.key.reveal())) return named('is not base64url');
  const bytes = bytesOf(entry);
  if (bytes.length !== KEY_BYTES) return named('must be 32 bytes');
  if (bytes.every((byte) => byte === 0)) return named('is all zeros');
  return PUBLISHED.includes(bytes.toString('latin1')) ? named('is a published sample') : undefined;
}

/** The parser's own message quotes its input, so it is dropped. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { randomBytes, randomUUID, webcrypto } from 'node:crypto';
import { link, mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import { SealBroken, SealingKeyUnusable } from './errors.ts';

/** Where a sealed value lives. It is bound to this place and opens nowhere else. */
export interface Place {
  readonly table: string;
  readonly owner: `number/${string}` | `account/${string}`;
  readonly field: string;
}

/** The only holder of the key. */
export interface Sealing {
  seal(place: Place, secret: Secret): Promise<string>;
  /** Throws `SealBroken` unless `sealed` was sealed for this place with the loaded key. */
  open(place: Place, sealed: string): Promise<Secret>;
}

interface SealingKey {
  readonly kid: string;
  readonly key: webcrypto.CryptoKey;
}

const KEY_BYTES = 32;
const keyFileSchema = z.object({
  kid: z.string().min(1),
  key: z.string().regex(/^[\w-]{43}$/),
  createdAt: z.iso.datetime(),
});

/**
 * Seals with the key in `file`: JSON of `kid`, `key` (32 bytes in base64url) and `createdAt`, readable by its owner only.
 * Creates it if it is missing and `mayCreate`. Throws `SealingKeyUnusable`.
 */
export async function openSealing(args: {
  readonly file: string;
  /** False once something is sealed: a new key would not open it. */
  readonly mayCreate: boolean;
  readonly nowMs: () => number;
}): Promise<Sealing> {
  const { file, mayCreate, nowMs } = args;
  let text = await readKeyFile(file);
  if (text === undefined && mayCreate) {
    await createKeyFile(file, nowMs());
    text = await readKeyFile(file);
  }
  if (text === undefined) {
    throw new SealingKeyUnusable(
      `The sealing key ${file} is missing, and the database holds values sealed with it. Restore the file from a backup.`,
    );
  }
  return sealingWith(await parseKey(file, text));
}

/** JWE, RFC 7516: the protected header is authenticated, so the place in it cannot be changed. */
function sealingWith({ kid, key }: SealingKey): Sealing {
  const headerOf = (place: Place) => ({ alg: 'dir', enc: 'A256GCM', kid, v: 1, ...place }) as const;
  return {
    seal: (place, secret) =>
      new CompactEncrypt(new TextEncoder().encode(secret.reveal()))
        .setProtectedHeader(headerOf(place))
        .encrypt(key),
    open: async (place, sealed) => {
      const sealedWith = kidOf(sealed);
      if (sealedWith !== undefined && sealedWith !== kid) {
        const name = JSON.stringify(sealedWith);
        throw new SealBroken(sentenceOf(place, `sealed with the key ${name}, which is not loaded`));
      }
      const opened = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      }).catch(() => undefined);
      if (opened === undefined) throw new SealBroken(sentenceOf(place, 'changed'));
      if (!isSame(opened.protectedHeader, headerOf(place))) {
        throw new SealBroken(sentenceOf(place, 'moved here from another row'));
      }
      return new Secret(new TextDecoder().decode(opened.plaintext));
    },
  };
}

function sentenceOf({ owner, field }: Place, what: string): string {
  return `The ${field} of ${owner} was ${what}. It is not used. Restore the row, or the key it belongs to.`;
}

function kidOf(sealed: string): string | undefined {
  try {
    return decodeProtectedHeader(sealed).kid;
  } catch {
    return undefined;
  }
}

function isSame(header: object, expected: object): boolean {
  const entriesOf = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return entriesOf(header) === entriesOf(expected);
}

async function readKeyFile(file: string): Promise<string | undefined> {
  let handle;
  try {
    handle = await open(file, 'r');
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) {
      throw new SealingKeyUnusable(
        `The sealing key ${file} is open to other users. Run: chmod 600 ${file}`,
      );
    }
    return await handle.readFile('utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    if (error instanceof SealingKeyUnusable) throw error;
    throw new SealingKeyUnusable(
      `The sealing key ${file} cannot be read. Let the service's user read it.`,
      { cause: error },
    );
  } finally {
    await handle?.close();
  }
}

/** The file appears whole or not at all, and the first of several processes wins. */
async function createKeyFile(file: string, nowMs: number): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const text = JSON.stringify({
    kid: randomBytes(8).toString('hex'),
    key: randomBytes(KEY_BYTES).toString('base64url'),
    createdAt: new Date(nowMs).toISOString(),
  });
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true });
    await link(draft, file).finally(() => unlink(draft));
    await syncFolder(dirname(file));
  } catch (error) {
    if (isCode(error, 'EEXIST')) return;
    throw new SealingKeyUnusable(
      `The sealing key ${file} cannot be created. Let the service's user write to its folder.`,
      { cause: error },
    );
  }
}

/** Without it a power cut may take the new name away, and everything sealed with the key. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function parseKey(file: string, text: string): Promise<SealingKey> {
  const parsed = keyFileSchema.safeParse(parseJson(text));
  const bytes = Buffer.from(parsed.data?.key ?? '', 'base64url');
  if (!parsed.success || bytes.length !== KEY_BYTES) {
    throw new SealingKeyUnusable(
      `The sealing key ${file} is not JSON of kid, key (32 bytes in base64url) and createdAt. Restore it from a backup.`,
    );
  }
  if (bytes.every((byte) => byte === 0)) {
    throw new SealingKeyUnusable(
      `The sealing key ${file} is all zeros. Restore the real key; if there was none, delete the file and start again.`,
    );
  }
  // Not extractable: from here on no code and no inspector gets at the bytes.
  const key = await webcrypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  return { kid: parsed.data.kid, key };
}

/** The parser's own message quotes its input, so it is dropped. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import {
  link,
  mkdir,
  open,
  rename,
  stat,
  unlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyChangeRefused, SealingKeyUnusable } from './errors.ts';
import { parseKeys, problemsOf, textOfKeys, type KeyEntry } from './key-entries.ts';

export interface KeyFile {
  readonly keys: readonly KeyEntry[];
  /** Differs when the file was replaced or written to. */
  readonly stamp: string;
}

/** Undefined when there is no file. Throws `SealingKeyUnusable`. */
export async function readKeyFile(file: string): Promise<KeyFile | undefined> {
  const found = await readText(file);
  if (found === undefined) return undefined;
  const keys = parseKeys(found.text);
  if (keys === undefined) {
    throw new SealingKeyUnusable(
      `The sealing key ${file} is not JSON of keys, each with id, key (32 bytes in base64url), createdAt and state. Restore it from a backup.`,
    );
  }
  const problems = problemsOf(keys);
  if (problems.length > 0) {
    throw new SealingKeyUnusable(
      `The sealing key ${file} cannot be used: ${problems.join('; ')}. Restore it from a backup.`,
    );
  }
  return { keys, stamp: found.stamp };
}

/** Cheap: tells without reading whether there is something to read. */
export async function stampOf(file: string): Promise<string | undefined> {
  return await stat(file, { bigint: true }).then(stampFrom, () => undefined);
}

/** The file appears whole or not at all, and the first of several processes wins. Throws `SealingKeyUnusable`. */
export async function createKeyFile(file: string, keys: readonly KeyEntry[]): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, textOfKeys(keys), { flag: 'wx', mode: 0o600, flush: true });
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

/** Whoever reads meanwhile sees the ring before or the ring after. Throws `SealingKeyUnusable` and what `change` throws. */
export async function changeKeyFile(
  file: string,
  change: (keys: readonly KeyEntry[]) => readonly KeyEntry[],
): Promise<void> {
  // One name for all: two changes at a time would lose one of them, and perhaps a key.
  const draft = `${file}.draft`;
  const handle = await openDraft(draft);
  try {
    const found = await readKeyFile(file);
    if (found === undefined) throw keysMissing(file);
    await handle.writeFile(textOfKeys(change(found.keys)));
    await handle.sync();
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
}

export function keysMissing(file: string): SealingKeyUnusable {
  return new SealingKeyUnusable(
    `The sealing key ${file} is missing, and the database holds values sealed with it. Restore the file from a backup.`,
  );
}

async function openDraft(draft: string): Promise<FileHandle> {
  try {
    return await open(draft, 'wx', 0o600);
  } catch (error) {
    if (isCode(error, 'EEXIST')) {
      throw new KeyChangeRefused(
        `Another change of the keys runs, or was cut off. If none runs, delete ${draft} and try again.`,
      );
    }
    throw new SealingKeyUnusable(
      `The keys cannot be changed: ${draft} cannot be written. Let this user write to its folder.`,
      { cause: error },
    );
  }
}

async function readText(file: string): Promise<{ text: string; stamp: string } | undefined> {
  let handle;
  try {
    handle = await open(file, 'r');
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) {
      throw new SealingKeyUnusable(
        `The sealing key ${file} is open to other users. Run: chmod 600 ${file}`,
      );
    }
    const stamp = stampFrom(await handle.stat({ bigint: true }));
    return { text: await handle.readFile('utf8'), stamp };
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

function stampFrom({ ino, mtimeNs, size }: BigIntStats): string {
  return [ino, mtimeNs, size].join('/');
}

/** Without it a power cut may take the new name away, and everything sealed with the key. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

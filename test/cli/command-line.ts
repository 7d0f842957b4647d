import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { COMPILED } from '../support/compile-cache.ts';
import { APP_ID, APP_SECRET, VERIFY_TOKEN } from '../support/fake-meta.ts';
import { memoryStream } from '../support/memory-stream.ts';

const PROGRAM = 'src/cli/main.ts';

type Env = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program as users run it, with nothing but the given environment. */
export async function program(args: readonly string[], env: Env = {}): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

/** The same in this process, where a program's start of half a second would add up. */
export async function commandLine(
  args: readonly string[],
  given: { readonly env?: Env; readonly input?: string; readonly nowMs?: () => number } = {},
): Promise<Ended> {
  const { env = {}, input = '', nowMs = Date.now } = given;
  const [out, err] = [memoryStream(), memoryStream()];
  const code = await runCli(args, {
    env,
    nodeVersion: process.versions.node,
    nowMs,
    input: Readable.from([input]),
    terminal: createTerminal({ out: out.stream, err: err.stream }),
  });
  return { code, out: out.text(), err: err.text() };
}

export interface Home {
  readonly store: Store;
  readonly env: Env;
  readonly folder: string;
}

/** A store of one test, and an environment in which the program finds it; Temporal is a port where nobody listens. */
export async function openHome(nowMs: () => number = Date.now): Promise<Home> {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  mkdirSync(join(folder, 'data'));
  const paths = {
    path: join(folder, 'data', 'store.db'),
    sealingKeyFile: join(folder, 'key.json'),
  };
  const store = await openSqliteStore({ ...paths, nowMs });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const env = {
    META_APP_ID: APP_ID,
    META_APP_SECRET: APP_SECRET,
    META_VERIFY_TOKEN: VERIFY_TOKEN,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    STORE_PATH: paths.path,
    KEY_FILE: paths.sealingKeyFile,
  };
  return { store, env, folder };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';

const PROGRAM = fileURLToPath(new URL('../../src/embedded.ts', import.meta.url));
const LOOK_AGAIN_MS = 50;
/** Nothing that is started here outlives this. */
const LONGEST_MS = 180_000;
/** In the environment of everything that a start leaves behind, so that it can be found. */
const MARK = 'EMBEDDED_TEST';

/** A folder and ports of its own: one person's machine, on which `npm start` may be run again and again. */
export interface Place {
  readonly dir: string;
  readonly dataDir: string;
  readonly ports: Readonly<Record<'http' | 'temporal' | 'temporalUi' | 'fakeGraph', number>>;
}

export async function newPlace(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-'));
  const free = new Set<number>();
  while (free.size < 4) free.add(await freePort());
  const [http = 0, temporal = 0, temporalUi = 0, fakeGraph = 0] = free;
  return { dir, dataDir: join(dir, 'data'), ports: { http, temporal, temporalUi, fakeGraph } };
}

export interface RunningStart {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the exit code once the process and its output have ended; null after a signal. */
  readonly exited: Promise<number | null>;
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): void;
  /** Resolves once standard output holds it. */
  says(what: RegExp): Promise<void>;
}

/** What `npm start` runs, with these options. */
export function start(
  { dir, dataDir, ports }: Place,
  options: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningStart {
  const child = spawn(
    process.execPath,
    [
      PROGRAM,
      ...['--data', dataDir, '--port', String(ports.http)],
      ...['--temporal-port', String(ports.temporal)],
      ...['--temporal-ui-port', String(ports.temporalUi)],
      ...['--fake-graph-port', String(ports.fakeGraph), ...options],
    ],
    { env: { PATH: process.env['PATH'] ?? '', HOME: dir, [MARK]: dir, ...env }, stdio: 'pipe' },
  );
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text.stdout += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece));
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const exited = exitOf(child).finally(() => {
    clearTimeout(timer);
  });
  return {
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    exited,
    kill: (signal) => void child.kill(signal),
    says: async (what) => {
      while (!what.test(text.stdout)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended without saying ${what}:\n${text.stdout}\n${text.stderr}`);
        await sleep(LOOK_AGAIN_MS);
      }
    },
  };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  await once(child, 'close');
  return child.exitCode;
}

/** The shell commands that a start has printed, in their order. A backslash goes on in the next line. */
export function commandsIn(stdout: string): string[] {
  return stdout
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('curl '));
}

/** What of a place still runs after the time a leash takes. Empty where the system has no /proc. */
export async function leftoversOf(place: Place, withinMs = 10_000): Promise<readonly number[]> {
  const giveUpAtMs = Date.now() + withinMs;
  for (;;) {
    const pids = processesOf(place);
    if (pids.length === 0 || Date.now() > giveUpAtMs) return pids;
    await sleep(LOOK_AGAIN_MS);
  }
}

export function processesOf({ dir }: Place): readonly number[] {
  return pids().filter((pid) => environmentOf(pid).includes(`${MARK}=${dir}\0`));
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Nothing of a process that is gone, not ours, or waits to be collected. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

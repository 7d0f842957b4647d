import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { LeashOrder } from './leash.ts';

// The dev server needs about one second to close its file; a worker that has lost its parent has nothing to finish for.
const LEASH_GRACE_MS = 5_000;

/** Ends what it holds when this process is gone, however it went. */
export interface Leash {
  readonly pid: number | undefined;
  hold(pid: number): void;
  release(pid: number): void;
  /** Ends what is still held, and the leash with it. */
  close(): void;
}

/** `graceMs` lies between the SIGTERM and the SIGKILL for those who are held. */
export function startLeash({ graceMs = LEASH_GRACE_MS } = {}): Leash {
  const leash = fork(fileURLToPath(new URL('./leash.ts', import.meta.url)), [String(graceMs)], {
    detached: true, // Ctrl-C goes to the whole group of a terminal; the leash must be the last to go.
    stdio: 'ignore',
    execArgv: [],
  });
  leash.unref();
  leash.channel?.unref();
  const send = (order: LeashOrder): void => {
    if (leash.connected) leash.send(order);
  };
  return {
    pid: leash.pid,
    hold(pid) {
      send({ kind: 'hold', pid });
    },
    release(pid) {
      send({ kind: 'release', pid });
    },
    close() {
      if (leash.connected) leash.disconnect();
    },
  };
}

export interface ProgramOptions {
  /** For messages: `worker`, `Temporal dev server`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** This process's own environment when not given. */
  readonly env?: NodeJS.ProcessEnv;
  /** Gets everything the program prints, after what is already in it. */
  readonly logFile: string;
  /** With a leash the program has a group of its own: Ctrl-C reaches it only through `stop`, in the order its owner wants. */
  readonly leash?: Leash;
}

export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProgram {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<ProgramExit>;
  /** SIGTERM now and SIGKILL after `graceMs`; resolves when the program is gone. */
  stop(graceMs: number): Promise<ProgramExit>;
}

/** Its message is one line: which program, and why the system would not start it. */
export class ProgramNotStarted extends Error {
  override readonly name = 'ProgramNotStarted';
}

/** @throws ProgramNotStarted when there is no such program, or its log cannot be opened. */
export async function startProgram(options: ProgramOptions): Promise<RunningProgram> {
  const { name, command, args, env, logFile, leash } = options;
  try {
    const log = await open(logFile, 'a');
    try {
      const child = spawn(command, args, {
        ...(env === undefined ? {} : { env }),
        detached: leash !== undefined,
        stdio: ['ignore', log.fd, log.fd],
      });
      const exited = exitOf(child);
      await once(child, 'spawn');
      const { pid } = child;
      if (pid === undefined) throw new Error('it has no process id');
      leash?.hold(pid);
      void exited.then(() => leash?.release(pid));
      return { name, pid, exited, stop: (graceMs) => stopChild(child, { exited, graceMs }) };
    } finally {
      await log.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProgramNotStarted(`The ${name} could not be started: ${why}`);
  }
}

function exitOf(child: ChildProcess): Promise<ProgramExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

async function stopChild(
  child: ChildProcess,
  { exited, graceMs }: { readonly exited: Promise<ProgramExit>; readonly graceMs: number },
): Promise<ProgramExit> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  return exited.finally(() => {
    clearTimeout(timer);
  });
}

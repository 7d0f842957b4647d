import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunningProgram } from '../../src/embedded/child-process.ts';
import { ProgramNotStarted, startLeash, startProgram } from '../../src/embedded/child-process.ts';
import { goneWithin, isRunning } from './support.ts';

const WAITS = 'setTimeout(() => {}, 60_000); console.log("up")';
const SAYS_GOODBYE = `process.on("SIGTERM", () => { console.log("goodbye"); process.exit(3) }); ${WAITS}`;
const STUBBORN = `process.on("SIGTERM", () => console.log("never")); ${WAITS}`;

let dir: string;
let logFile: string;
const pids: number[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'child-process-'));
  logFile = join(dir, 'program.log');
});

afterEach(async () => {
  for (const pid of pids.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

async function logHas(text: string, times = 1): Promise<void> {
  const giveUpAtMs = Date.now() + 10_000;
  for (;;) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    if (log.split(text).length > times) return;
    if (Date.now() > giveUpAtMs) throw new Error(`the log never had ${text}: ${log}`);
    await sleep(20);
  }
}

async function run(script: string): Promise<RunningProgram> {
  const args = ['-e', script];
  const program = await startProgram({ name: 'worker', command: process.execPath, args, logFile });
  pids.push(program.pid);
  return program;
}

describe('a program', () => {
  it('is asked to stop, ends by itself, and its words are in the log after older ones', async () => {
    await writeFile(logFile, 'older\n');
    const program = await run(SAYS_GOODBYE);
    await logHas('up');
    expect(await program.stop(10_000)).toEqual({ code: 3, signal: null });
    expect(await readFile(logFile, 'utf8')).toBe('older\nup\ngoodbye\n');
  });

  it('that does not stop when asked is killed after the grace, not before', async () => {
    const program = await run(STUBBORN);
    await logHas('up');
    const askedAtMs = Date.now();
    expect(await program.stop(300)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(Date.now() - askedAtMs).toBeGreaterThanOrEqual(299);
    expect(await readFile(logFile, 'utf8')).toContain('never');
  });

  it('that ends by itself tells its code, and stopping it again tells the same', async () => {
    const program = await run('process.exit(7)');
    expect(await program.exited).toEqual({ code: 7, signal: null });
    expect(await program.stop(1_000)).toEqual({ code: 7, signal: null });
  });

  it.each([
    ['there is no such program', { command: '/nowhere/worker' }],
    ['its log cannot be opened', { logFile: '/nowhere/worker.log' }],
  ])('is refused in one line when %s', async (_, wrong) => {
    const options = { name: 'worker', command: process.execPath, args: ['-e', ''], logFile };
    const error: unknown = await startProgram({ ...options, ...wrong }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ProgramNotStarted);
    expect(String(error)).toMatch(
      /^ProgramNotStarted: The worker could not be started: .*ENOENT.*$/,
    );
  });
});

describe('the leash', () => {
  async function startParent(
    ...scripts: string[]
  ): Promise<{ parent: ChildProcess; all: number[] }> {
    const script = fileURLToPath(new URL('./leash-parent.ts', import.meta.url));
    const parent = spawn(process.execPath, [script, logFile, ...scripts], {
      detached: true, // A group of its own, as a terminal gives it.
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said: unknown[] = await once(parent.stdout, 'data');
    const all = (String(said[0]).match(/\d+/g) ?? []).map(Number);
    pids.push(...all, parent.pid ?? 0);
    pids.push(...all);
    await logHas('up', scripts.length);
    return { parent, all };
  }

  it('ends every program of a parent that was killed, the stubborn too, and then itself', async () => {
    const { parent, all } = await startParent(SAYS_GOODBYE, STUBBORN);
    const [leash = 0, polite = 0, stubborn = 0] = all;
    expect([leash, polite, stubborn].map(isRunning)).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    expect(await goneWithin(polite, 1_900)).toBe(true);
    expect(isRunning(stubborn)).toBe(true);
    expect(await goneWithin(stubborn, 3_000)).toBe(true);
    expect(await goneWithin(leash, 1_000)).toBe(true);
    expect(await readFile(logFile, 'utf8')).toContain('goodbye');
  }, 20_000);

  it('and its programs are not reached by an interrupt of the terminal, only the parent is', async () => {
    const { parent, all } = await startParent(SAYS_GOODBYE);
    const [leash = 0, polite = 0] = all;
    process.kill(-(parent.pid ?? Number.NaN), 'SIGINT');
    expect(await goneWithin(polite, 10_000)).toBe(true);
    expect(await goneWithin(leash, 10_000)).toBe(true);
    expect(await readFile(logFile, 'utf8')).toContain('goodbye');
  }, 20_000);

  it('lets go of what it is told to release, and leaves when it is closed', async () => {
    const leash = startLeash({ graceMs: 1_000 });
    const released = await run(WAITS);
    const kept = await run(WAITS);
    leash.hold(released.pid);
    leash.hold(kept.pid);
    leash.release(released.pid);
    leash.close();
    expect(await kept.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await goneWithin(leash.pid ?? 0, 10_000)).toBe(true);
    expect(isRunning(released.pid)).toBe(true);
  }, 20_000);
});

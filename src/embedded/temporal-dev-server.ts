import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { Leash, RunningProgram } from './child-process.ts';
import { startProgram } from './child-process.ts';

const HOST = '127.0.0.1';
// It answers after about a second; ten times that on a busy disk, and then some.
const START_TIMEOUT_MS = 30_000;
const ASK_AGAIN_MS = 100;
const COMMAND_TIMEOUT_MS = 10_000;
// On SIGTERM it closes its file within about a second.
const STOP_GRACE_MS = 5_000;
// The server keeps closed runs for 24 h when not told otherwise: too short to look back at an onboarding.
const DEFAULT_RETENTION = '720h';
// As durable as the default, and half the server's CPU.
const SQLITE_PRAGMAS = ['journal_mode=WAL', 'synchronous=FULL'];

export interface DevServerOptions {
  /** The Temporal CLI. */
  readonly executable: string;
  readonly port: number;
  /** No UI when not given. */
  readonly uiPort?: number;
  /** Where the state is kept; in memory when not given. */
  readonly dbFile?: string;
  /** Name to type (`Keyword`, `Datetime`, `Bool` …), created in `default` where they do not exist yet. */
  readonly searchAttributes: Readonly<Record<string, string>>;
  /** A file in the system's temporary folder when not given. */
  readonly logFile?: string;
  /** How long `default` keeps closed runs, in Go's notation; 720h when not given. */
  readonly retention?: string;
  /** Settings of the server itself, by Temporal's own names. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
  readonly leash?: Leash;
}

export interface DevServer {
  /** `127.0.0.1:port`, ready for a client. */
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Its message says in one line what to change, and in further lines what the server itself said. */
export class DevServerFailed extends Error {
  override readonly name = 'DevServerFailed';
}

/**
 * Temporal's own server in one process, on the loopback address only; resolves once it answers and `default` is set up.
 * The same `dbFile` may be used again after a SIGKILL.
 *
 * @throws DevServerFailed when a port is taken, the server ends or does not answer, or an attribute has another type.
 * @throws ProgramNotStarted when the executable cannot be started.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const { executable, port, uiPort, leash } = options;
  const ports = uiPort === undefined ? [port] : [port, uiPort];
  for (const wanted of ports) await refuseTakenPort(wanted);

  const logFile = options.logFile ?? join(tmpdir(), `temporal-dev-server-${port}.log`);
  const program = await startProgram({
    name: 'Temporal dev server',
    command: executable,
    args: serverArgs(options),
    logFile,
    ...(leash === undefined ? {} : { leash }),
  });
  const stop = async (): Promise<void> => {
    await program.stop(STOP_GRACE_MS);
  };
  try {
    await setUpDefaultNamespace(options, { program, logFile });
  } catch (error) {
    await stop();
    throw error;
  }
  const uiUrl = uiPort === undefined ? undefined : `http://${HOST}:${uiPort}`;
  return { address: `${HOST}:${port}`, uiUrl, pid: program.pid, stop };
}

function serverArgs({
  port,
  uiPort,
  dbFile,
  searchAttributes,
  dynamicConfig = {},
}: DevServerOptions): string[] {
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)];
  const pragmas = SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]);
  const db = dbFile === undefined ? [] : ['--db-filename', dbFile, ...pragmas];
  const attributes = Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const settings = Object.entries(dynamicConfig).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${JSON.stringify(value)}`,
  ]);
  const start = ['server', 'start-dev', '--ip', HOST, '--port', String(port)];
  const log = ['--log-level', 'warn', '--log-format', 'pretty'];
  return [...start, ...ui, ...db, ...attributes, ...settings, ...log];
}

/** The retention command doubles as the question whether the server answers. */
async function setUpDefaultNamespace(
  options: DevServerOptions,
  { program, logFile }: { readonly program: RunningProgram; readonly logFile: string },
): Promise<void> {
  const { retention = DEFAULT_RETENTION, searchAttributes } = options;
  const ended = { now: false };
  void program.exited.then(() => (ended.now = true));
  const giveUpAtMs = Date.now() + START_TIMEOUT_MS;
  const update = ['namespace', 'update', '--retention', retention];
  for (;;) {
    const failure = await operatorCommand(options, update);
    if (ended.now) {
      throw new DevServerFailed(
        `The Temporal dev server ended at once: ${await lastLine(logFile)}`,
      );
    }
    if (failure === undefined) break;
    if (Date.now() > giveUpAtMs) {
      throw new DevServerFailed(`The Temporal dev server does not answer: ${failure}`);
    }
    await sleep(ASK_AGAIN_MS);
  }
  // --search-attribute only counts for a new database file; a file of an older release needs the new names too.
  const wanted = Object.entries(searchAttributes).flatMap(nameAndType);
  if (wanted.length === 0) return;
  const failure = await operatorCommand(options, ['search-attribute', 'create', ...wanted]);
  if (failure !== undefined) {
    throw new DevServerFailed(`The search attributes could not be set up: ${failure}`);
  }
}

function nameAndType([name, type]: readonly [string, string]): string[] {
  return ['--name', name, '--type', type];
}

/** Undefined when it succeeded, else what the CLI said last. */
async function operatorCommand(
  { executable, port }: DevServerOptions,
  command: readonly string[],
): Promise<string | undefined> {
  // Somebody's TEMPORAL_… settings for another server must not reach this one.
  const own = ['--disable-config-file', '--disable-config-env', '--address', `${HOST}:${port}`];
  const args = ['operator', ...command, '--namespace', 'default', ...own];
  return promisify(execFile)(executable, args, { timeout: COMMAND_TIMEOUT_MS }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? lastLineOf(error.message) : String(error)),
  );
}

async function lastLine(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8');
  return `${lastLineOf(text)} (log: ${logFile})`;
}

function lastLineOf(text: string): string {
  return text.split('\n').findLast((line) => line.trim() !== '') ?? 'without a word';
}

async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE';
      const why = taken
        ? 'is taken: end what listens there, or'
        : `(${error.message}) cannot be used:`;
      reject(new DevServerFailed(`Port ${port} on ${HOST} ${why} choose another port.`));
    });
    server.listen(port, HOST, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

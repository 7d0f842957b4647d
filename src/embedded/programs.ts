import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchAttributeKinds } from '../contract/search-attributes.ts';
import { startProgram, type Leash, type RunningProgram } from './child-process.ts';
import type { EmbeddedOptions } from './options.ts';
import { isListening, takenPorts } from './ports.ts';
import { findTemporalProgram, runningTemporalAddress } from './temporal-binaries.ts';
import { startDevServer } from './temporal-dev-server.ts';

// Above the worker's own grace of 20 s, in which a register request ends and is written down.
const STOP_GRACE_MS = 25_000;

export interface Start {
  readonly options: EmbeddedOptions;
  /** For the programs: everything but where Temporal is. */
  readonly env: NodeJS.ProcessEnv;
  readonly isDemo: boolean;
  readonly leash: Leash;
  readonly say: (line: string) => void;
}

export interface Programs {
  /** Settles, with what to look at, when a program ends that should not. */
  readonly failure: Promise<string>;
  stop(): Promise<void>;
}

/** Its message is one line for the person at the terminal. */
class StartFailed extends Error {
  override readonly name = 'StartFailed';
}

/**
 * Starts what is missing, in the order of need, and waits until each one answers.
 *
 * @throws StartFailed, TemporalNotFound, DevServerFailed, ProgramNotStarted, each with a message for people.
 */
export async function startPrograms(start: Start): Promise<Programs> {
  await refuseTakenPorts(start);
  await mkdir(logDirOf(start), { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.toReversed()) await stopOne();
  };
  try {
    const address = await ensureTemporal(start, stops);
    const programs = await startOurs(start, address, stops);
    const ends = programs.map(async (program) => (await endOf(program, start)).sentence);
    return { failure: Promise.race(ends), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stops = (() => Promise<unknown>)[];

async function ensureTemporal({ options, env, leash, say }: Start, stops: Stops): Promise<string> {
  const running = runningTemporalAddress(env);
  if (running !== undefined) return running;
  const executable = await findTemporalProgram('temporal', { env, report: say });
  const server = await startDevServer({
    executable,
    port: options.ports.temporal,
    uiPort: options.ports.temporalUi,
    dbFile: join(options.dataDir, 'temporal.db'),
    logFile: join(options.dataDir, 'logs', 'temporal.log'),
    searchAttributes: searchAttributeKinds,
    leash,
  });
  stops.push(() => server.stop());
  return server.address;
}

async function startOurs(start: Start, address: string, stops: Stops): Promise<RunningProgram[]> {
  const { options, isDemo } = start;
  const { ports } = options;
  const env = { ...start.env, TEMPORAL_ADDRESS: address };
  const programs: RunningProgram[] = [];
  const run = async (name: string, args: readonly string[], port?: number): Promise<void> => {
    const program = await startNode(start, { name, args, env });
    stops.push(() => program.stop(STOP_GRACE_MS));
    programs.push(program);
    if (port === undefined || (await isListening(port, program.exited))) return;
    throw new StartFailed((await endOf(program, start)).sentence);
  };
  if (isDemo)
    await run('fake-graph', ['fake-graph/main.ts', ...fakeGraphArgs(start)], ports.fakeGraph);
  await run('starter', ['src/starter.ts'], ports.http);
  await run('worker', ['src/worker.ts']);
  return programs;
}

function fakeGraphArgs({ options: { ports, dataDir }, env }: Start): string[] {
  return [
    ...['--port', String(ports.fakeGraph)],
    ...['--state', join(dataDir, 'fake-graph.json')],
    ...['--app-id', env['META_APP_ID'] ?? ''],
    ...['--app-secret', env['META_APP_SECRET'] ?? ''],
    ...['--verify-token', env['META_VERIFY_TOKEN'] ?? ''],
    ...['--callback-url', `http://127.0.0.1:${ports.http}/v1/webhooks/meta`],
  ];
}

/** A program of this project, by its path from the root. */
export async function startNode(
  start: Pick<Start, 'options' | 'leash'>,
  { name, args, env }: { name: string; args: readonly string[]; env: NodeJS.ProcessEnv },
): Promise<RunningProgram> {
  const [file = '', ...rest] = args;
  return await startProgram({
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL(`../../${file}`, import.meta.url)), ...rest],
    env,
    logFile: logFileOf(start, name),
    leash: start.leash,
  });
}

async function refuseTakenPorts({ options: { ports }, env, isDemo, say }: Start): Promise<void> {
  const hasTemporal = runningTemporalAddress(env) !== undefined;
  const ours = [
    ports.http,
    ...(hasTemporal ? [] : [ports.temporal, ports.temporalUi]),
    ...(isDemo ? [ports.fakeGraph] : []),
  ];
  const taken = await takenPorts(ours, (first) => {
    say(`${areTaken(first)}, maybe still by a start that was killed. Waiting for its end …`);
  });
  if (taken.length === 0) return;
  throw new StartFailed(
    `${areTaken(taken)}: end what listens there, or choose others (npm start -- --help).`,
  );
}

function areTaken(ports: readonly number[]): string {
  const [only] = ports;
  return ports.length === 1 && only !== undefined
    ? `Port ${only} is taken`
    : `Ports ${ports.join(', ')} are taken`;
}

/** How a program ended, and where to look. */
export async function endOf(
  program: RunningProgram,
  start: Pick<Start, 'options'>,
): Promise<{ readonly isGood: boolean; readonly sentence: string }> {
  const { code, signal } = await program.exited;
  const how = signal ?? `exit code ${String(code)}`;
  const log = logFileOf(start, program.name);
  return {
    isGood: code === 0,
    sentence: `The ${program.name} ended (${how}). Its last words are in ${log}.`,
  };
}

function logFileOf(start: Pick<Start, 'options'>, name: string): string {
  return join(logDirOf(start), `${name}.log`);
}

function logDirOf({ options }: Pick<Start, 'options'>): string {
  return join(options.dataDir, 'logs');
}

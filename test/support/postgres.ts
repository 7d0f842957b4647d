// A PostgreSQL of its own for a test run: made when it starts, and gone when it ends, however it ends.
import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  chownSync,
  constants,
  globSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Secret } from '../../src/domain/secret.ts';
import { startLeash } from '../../src/embedded/child-process.ts';
import type { PostgresAddress } from '../../src/store/place.ts';
import { freePort } from './free-port.ts';

/** What another process needs to know of a server that runs. */
export interface PostgresServer {
  readonly port: number;
  readonly password: string;
}

export interface RunningPostgres extends PostgresServer {
  /** Ends it as a power cut would, but for what the system has in memory. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with the same data at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const USER = 'onboarding';
const START_MS = 30_000;
const STOP_MS = 5000;

const INSTALL =
  'The store on PostgreSQL cannot be tested: neither PATH nor /usr/lib/postgresql has initdb and postgres. On Debian: apt-get install postgresql';

/** The folder of PostgreSQL's programs, or in words why there is none. Debian keeps them out of PATH. */
export function findPostgres(): { readonly bin: string } | { readonly missing: string } {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  );
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...debian];
  const bin = folders.find(
    (folder) => hasProgram(folder, 'initdb') && hasProgram(folder, 'postgres'),
  );
  return bin === undefined ? { missing: INSTALL } : { bin };
}

function hasProgram(folder: string, name: string): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return folder !== '';
  } catch {
    return false;
  }
}

/** @throws when PostgreSQL is not installed, or does not start. */
export async function startPostgres(): Promise<RunningPostgres> {
  const found = findPostgres();
  if ('missing' in found) throw new Error(found.missing);
  const { bin } = found;
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const owner = ownerOf(folder);
  const data = join(folder, 'data');
  const password = randomBytes(16).toString('hex');
  await initialise({ bin, folder, password, owner });

  const port = await freePort();
  const leash = startLeash();
  const start = async (): Promise<ChildProcess> => {
    const log = openSync(join(folder, 'log'), 'a');
    const settings = [
      ...['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='],
      // Only a power cut would tell the difference. The second is a trap: what is ours must not depend on it.
      ...['fsync=off', 'synchronous_commit=off'],
    ].flatMap((setting) => ['-c', setting]);
    const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], {
      ...owner,
      detached: true, // Ctrl-C must not end it before the tests that use it.
      stdio: ['ignore', log, log],
    });
    if (server.pid !== undefined) leash.hold(server.pid);
    await untilReady({ port, password }, server);
    return server;
  };
  let server = await start();
  return {
    port,
    password,
    kill: () => end(server, 'SIGKILL'),
    restart: async () => {
      server = await start();
    },
    stop: async () => {
      await end(server, 'SIGINT');
      leash.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root, so root hands the folder to somebody who may do nothing else. */
function ownerOf(folder: string): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  const idOf = (what: string): number =>
    Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }));
  const owner = { uid: idOf('-u'), gid: idOf('-g') };
  chownSync(folder, owner.uid, owner.gid);
  return owner;
}

async function initialise(args: {
  readonly bin: string;
  readonly folder: string;
  readonly password: string;
  readonly owner: Pick<SpawnOptions, 'uid' | 'gid'>;
}): Promise<void> {
  const { bin, folder, password, owner } = args;
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  const options = ['--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
  const initdb = spawn(
    join(bin, 'initdb'),
    [
      '--pgdata',
      join(folder, 'data'),
      ...options,
      '--encoding',
      'UTF8',
      '--locale',
      'C',
      '--no-sync',
    ],
    { ...owner, stdio: ['ignore', 'ignore', 'pipe'], timeout: START_MS },
  );
  let said = '';
  initdb.stderr.on('data', (bytes) => (said += String(bytes)));
  await once(initdb, 'close');
  if (initdb.exitCode !== 0) throw new Error(`initdb failed: ${said}`);
}

async function untilReady(at: PostgresServer, server: ChildProcess): Promise<void> {
  const giveUpAtMs = Date.now() + START_MS;
  for (;;) {
    const failure = await askPostgres(at, 'select 1').then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (server.exitCode !== null || Date.now() > giveUpAtMs) {
      throw new Error('PostgreSQL did not start', { cause: failure });
    }
    await sleep(20);
  }
}

async function end(server: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill(signal);
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Asks the server itself, not a database of a test. */
async function askPostgres(at: PostgresServer, sql: string): Promise<void> {
  const client = clientOf(at, 'postgres');
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A connection as another program would have it. */
export function clientOf({ port, password }: PostgresServer, database: string): Client {
  const client = new Client({ host: '127.0.0.1', port, user: USER, password, database });
  // The statement that fails tells it.
  client.on('error', () => undefined);
  return client;
}

/** Of a database; without a name, of the one that every server has. */
export function addressOf(server: PostgresServer, database = 'postgres'): PostgresAddress {
  return {
    ...{ host: '127.0.0.1', port: server.port, database, user: USER },
    password: new Secret(server.password),
    tls: false,
  };
}

/** A new, empty database. */
export async function createDatabase(server: PostgresServer): Promise<PostgresAddress> {
  const database = `store_${randomUUID().replaceAll('-', '')}`;
  await askPostgres(server, `create database ${database}`);
  return addressOf(server, database);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { searchAttributeKinds } from '../../src/contract/search-attributes.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startDevServer } from '../../src/embedded/temporal-dev-server.ts';
import { createGraphClient, type GraphClient } from '../../src/graph/client.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { PostgresAddress } from '../../src/store/place.ts';
import type { Store } from '../../src/store/store.ts';
import { APP_ID, APP_SECRET, startFakeMeta, VERIFY_TOKEN, type FakeMeta } from './fake-meta.ts';
import { freePort } from './free-port.ts';

/** The real Temporal server on its own file, fake-graph in real time, and a store that other processes open too. */
export interface RealEngine {
  readonly dir: string;
  readonly temporalAddress: string;
  /** Ends the server as a machine that loses its power does. */
  killTemporal(): void;
  /** Stands still with its sockets open, until the answer is called. */
  freezeTemporal(): () => void;
  /** Starts it again on the same file and port. */
  restartTemporal(): Promise<void>;
  readonly client: Client;
  readonly meta: FakeMeta;
  readonly graph: GraphClient;
  readonly store: Store;
  /** What a worker or a starter is told of these parts. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function startRealEngine(
  temporalCli: string,
  options: {
    readonly callbackUrl?: string;
    readonly postgres?: PostgresAddress;
    readonly dynamicConfig?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<RealEngine> {
  const { postgres, dynamicConfig = {}, ...meta } = options;
  const dir = await mkdtemp(join(tmpdir(), 'real-engine-'));
  const temporal = {
    executable: temporalCli,
    port: await freePort(),
    dbFile: join(dir, 'temporal.db'),
    logFile: join(dir, 'temporal.log'),
    searchAttributes: searchAttributeKinds,
    dynamicConfig,
  };
  let server = await startDevServer(temporal);
  const connection = await Connection.connect({ address: server.address });
  const fake = await startFakeMeta({ clock: 'real', ...meta });
  const paths = { store: join(dir, 'store.db'), keyFile: join(dir, 'key.json') };
  const store = await openStore({
    place:
      postgres === undefined
        ? { kind: 'sqlite', path: paths.store }
        : { kind: 'postgres', ...postgres },
    keyFile: paths.keyFile,
    nowMs: Date.now,
  });
  const graph = createGraphClient({
    baseUrl: fake.url,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: new Secret(APP_SECRET),
    timeoutMs: 2000,
  });
  return {
    dir,
    temporalAddress: server.address,
    freezeTemporal: () => {
      const { pid } = server;
      process.kill(pid, 'SIGSTOP');
      return () => void process.kill(pid, 'SIGCONT');
    },
    killTemporal: () => {
      process.kill(server.pid, 'SIGKILL');
    },
    restartTemporal: async () => {
      server = await startDevServer(temporal);
    },
    client: new Client({ connection, identity: 'real-engine' }),
    meta: fake,
    graph,
    store,
    env: {
      ...process.env,
      META_APP_ID: APP_ID,
      META_APP_SECRET: APP_SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      GRAPH_BASE_URL: fake.url,
      TEMPORAL_ADDRESS: server.address,
      STORE_PATH: paths.store,
      ...(postgres !== undefined && { DATABASE_URL: urlOf(postgres) }),
      KEY_FILE: paths.keyFile,
    },
    close: async () => {
      await connection.close();
      await server.stop();
      await graph.close();
      await store.close();
      await fake.close();
      await rm(dir, { recursive: true });
    },
  };
}

function urlOf({ host, port, database, user, password }: PostgresAddress): string {
  return `postgres://${user}:${password?.reveal() ?? ''}@${host}:${port}/${database}`;
}

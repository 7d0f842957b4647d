// A worker of its own that kills itself at a named point of the register activity, as a machine that loses its power does.
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/index.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient, type GraphClient } from '../../src/graph/client.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

const need = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name}: missing`);
  return value;
};
const point = process.env['CRASH_AT'];
const die = (at: string): void => {
  if (at === point) process.kill(process.pid, 'SIGKILL');
};
// Long enough for the request to reach the other process.
const ON_ITS_WAY_MS = 300;
const GRAPH_TIMEOUT_MS = 1000;

function crashingGraph(graph: GraphClient): GraphClient {
  return {
    ...graph,
    register: async (args) => {
      die('claimed');
      const answer = graph.register(args);
      if (point === 'in-flight') await Promise.race([sleep(ON_ITS_WAY_MS), answer]);
      die('in-flight');
      await answer;
      die('answered');
    },
  };
}

function crashingStore(store: Store): Store {
  const attempts: Store['attempts'] = {
    ...store.attempts,
    startSending: async (phoneNumberId, n) => {
      die('reserved');
      return await store.attempts.startSending(phoneNumberId, n);
    },
    close: async (phoneNumberId, n, result) => {
      const closed = await store.attempts.close(phoneNumberId, n, result);
      die('recorded');
      return closed;
    },
  };
  return { ...store, attempts };
}

const store = await openSqliteStore({
  path: need('STORE_PATH'),
  sealingKeyFile: need('KEY_FILE'),
  nowMs: Date.now,
});
const graph = createGraphClient({
  baseUrl: need('GRAPH_BASE_URL'),
  version: 'v25.0',
  appId: need('META_APP_ID'),
  appSecret: new Secret(need('META_APP_SECRET')),
  timeoutMs: GRAPH_TIMEOUT_MS,
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: need('TEMPORAL_ADDRESS') }),
  taskQueue: need('TASK_QUEUE'),
  workflowBundle: { codePath: need('WORKFLOW_BUNDLE') },
  activities: createActivities({
    graph: crashingGraph(graph),
    store: crashingStore(store),
    nowMs: Date.now,
    monotonicMs: () => performance.now(),
    appId: need('META_APP_ID'),
    graphTimeoutMs: GRAPH_TIMEOUT_MS,
  }),
  stickyQueueScheduleToStartTimeout: 500,
});
await worker.run();

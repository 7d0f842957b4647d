// A worker of its own that dies or freezes at a named point, as a machine does that loses its power or sleeps.
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/index.ts';
import type { OnboardingActivities } from '../../src/contract/activities.ts';
import { readDatabaseUrl } from '../../src/database-url.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient, type GraphClient } from '../../src/graph/client.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StorePlace } from '../../src/store/place.ts';
import type { Store } from '../../src/store/store.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';

const need = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name}: missing`);
  return value;
};
const amount = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const crashAt = process.env['CRASH_AT'];
let freezeAt = process.env['FREEZE_AT'];
const reach = (point: string): void => {
  if (point === crashAt) process.kill(process.pid, 'SIGKILL');
  if (point !== freezeAt) return;
  freezeAt = undefined;
  process.stdout.write(`frozen at ${point}\n`);
  process.kill(process.pid, 'SIGSTOP');
  // A signal stops the threads of a process one after the other; this one goes no further meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
};
// Long enough for the request to reach the other process.
const ON_ITS_WAY_MS = 300;
const GRAPH_TIMEOUT_MS = amount('GRAPH_TIMEOUT_MS', 1000);

function crashingGraph(graph: GraphClient): GraphClient {
  return {
    ...graph,
    register: async (args) => {
      reach('claimed');
      const answer = graph.register(args);
      if (crashAt === 'in-flight') await Promise.race([sleep(ON_ITS_WAY_MS), answer]);
      reach('in-flight');
      await answer;
      reach('answered');
    },
  };
}

function crashingStore(store: Store): Store {
  const attempts: Store['attempts'] = {
    ...store.attempts,
    startSending: async (phoneNumberId, n) => {
      reach('reserved');
      const isMine = await store.attempts.startSending(phoneNumberId, n);
      reach('sending');
      return isMine;
    },
    close: async (phoneNumberId, n, result) => {
      const closed = await store.attempts.close(phoneNumberId, n, result);
      reach('recorded');
      return closed;
    },
  };
  return { ...store, attempts };
}

/** Points before and after a whole step. After: it took effect, and nobody has heard. */
function around<Args, Result>(
  nameOf: (args: Args) => string,
  step: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return async (args) => {
    reach(`${nameOf(args)}:before`);
    const result = await step(args);
    reach(`${nameOf(args)}:after`);
    return result;
  };
}

function crashingActivities(activities: OnboardingActivities): OnboardingActivities {
  return {
    ...activities,
    observeNumber: around(({ goal }) => goal, activities.observeNumber),
    reserveAttempt: around(() => 'reserve', activities.reserveAttempt),
    register: around(() => 'register', activities.register),
    announce: around(() => 'announce', activities.announce),
  };
}

function placeOf(databaseUrl: string | undefined): StorePlace {
  if (databaseUrl === undefined) return { kind: 'sqlite', path: need('STORE_PATH') };
  const address = readDatabaseUrl(databaseUrl);
  if (typeof address === 'string') throw new Error(`DATABASE_URL: ${address}`);
  return { kind: 'postgres', ...address };
}

installQuietRuntime();
const store = await openStore({
  place: placeOf(process.env['DATABASE_URL']),
  keyFile: need('KEY_FILE'),
  nowMs: Date.now,
});
const graph = createGraphClient({
  baseUrl: need('GRAPH_BASE_URL'),
  version: 'v25.0',
  appId: need('META_APP_ID'),
  appSecret: new Secret(need('META_APP_SECRET')),
  timeoutMs: GRAPH_TIMEOUT_MS,
});
const activities = createActivities({
  graph: crashingGraph(graph),
  store: crashingStore(store),
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  appId: need('META_APP_ID'),
  graphTimeoutMs: GRAPH_TIMEOUT_MS,
});
const connection = await NativeConnection.connect({ address: need('TEMPORAL_ADDRESS') });
const worker = await Worker.create({
  connection,
  taskQueue: need('TASK_QUEUE'),
  workflowBundle: { codePath: need('WORKFLOW_BUNDLE') },
  activities: { ...activities, ...crashingActivities(activities) },
  stickyQueueScheduleToStartTimeout: 500,
  shutdownGraceTime: amount('GRACE_MS', 0),
  shutdownForceTime: amount('FORCE_MS', 40_000),
  ...(process.env['MAX_CACHED'] !== undefined && { maxCachedWorkflows: amount('MAX_CACHED', 0) }),
});
await worker.run();
await connection.close();
await graph.close();
await store.close();

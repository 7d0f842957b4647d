import {
  MetricsBuffer,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createActivities, createDeliveryActivities } from './activities/index.ts';
import type { Config } from './config.ts';
import { connectionOptions, createDataConverter, WORKFLOW_INTERCEPTORS } from './connection.ts';
import { TASK_QUEUE } from './contract/onboarding.ts';
import { DELIVERY_QUEUE } from './contract/partner-events.ts';
import { runtimeOptions } from './logging.ts';
import { connectMeta } from './meta-connection.ts';
import { serveMetrics, type MetricsPage } from './metrics-page.ts';
import { createPartnerClient } from './partner/client.ts';
import { encodedBundleOf, refuseFailuresInClear } from './payloads/encoded-bundle.ts';
import { runProgram } from './program.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { addSdkMetrics } from './telemetry/sdk-metrics.ts';
import { traceProgram } from './trace-program.ts';

// Above the shutdown grace: after it, what still runs is cut off.
const FORCE_FACTOR = 2;
// After a killed worker, the first query to another one waits this long for the dead one's cache. The default is 10 s.
const STICKY_MS = 2000;
const PARTNER_TIMEOUT_MS = 10_000;
// A receiver of one partner, which our restart must not flood.
const CALLS_TO_PARTNER_AT_ONCE = 20;
// A busy worker says some thousand things a second about itself, and is listened to each second.
const SDK_UPDATES = { maxBufferSize: 100_000, useSecondsForDurations: true };
const LISTEN_MS = 1000;

/** The pre-built bundle where there is one; in development the sources, bundled at start. */
async function workflowCode({
  workflowBundle,
  temporal: { codec },
}: Config): Promise<Partial<WorkerOptions>> {
  if (workflowBundle === undefined) {
    return {
      workflowsPath: new URL('./workflows/index.ts', import.meta.url).pathname,
      interceptors: { workflowModules: WORKFLOW_INTERCEPTORS },
    };
  }
  const codePath = codec.isOn ? encodedBundleOf(workflowBundle) : workflowBundle;
  if (codec.isOn) await refuseFailuresInClear(codePath);
  return { workflowBundle: { codePath } };
}

/** What a worker is made of, whatever it works on. */
type Common = Pick<
  WorkerOptions,
  'connection' | 'namespace' | 'dataConverter' | 'shutdownGraceTime' | 'shutdownForceTime'
>;

/** Calls to the partner, apart from the onboardings: a receiver that hangs holds up events alone. */
async function deliveryWorker(
  { partnerEvents }: Config,
  {
    store,
    common,
    metrics,
  }: { readonly store: Store; readonly common: Common; readonly metrics: Metrics },
): Promise<{ readonly worker: Worker; close(): Promise<void> } | undefined> {
  if (partnerEvents === undefined) return undefined;
  const partner = createPartnerClient({
    ...partnerEvents,
    timeoutMs: PARTNER_TIMEOUT_MS,
    nowMs: Date.now,
  });
  const worker = await Worker.create({
    ...common,
    taskQueue: DELIVERY_QUEUE,
    activities: createDeliveryActivities({
      store,
      partner: metrics.countingDeliveries(partner, Date.now),
    }),
    maxConcurrentActivityTaskExecutions: CALLS_TO_PARTNER_AT_ONCE,
  });
  return { worker, close: () => partner.close() };
}

/** Until the program is stopped. One that fails ends the others. */
async function runAll(workers: readonly Worker[]): Promise<void> {
  const runs = workers.map(async (worker) => {
    try {
      await worker.run();
    } finally {
      for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
    }
  });
  await Promise.allSettled(runs);
  await Promise.all(runs);
}

await runProgram('worker', async ({ config, log }) => {
  const code = await workflowCode(config);
  const metrics = createMetrics();
  const { registry } = metrics;
  const updates = config.metrics.worker && new MetricsBuffer(SDK_UPDATES);
  Runtime.install(runtimeOptions(log, updates));
  const tracing = traceProgram('worker', config, log);
  const store = await openStore({ ...config.store, nowMs: Date.now });
  const graph = connectMeta(config, { store, log, metrics });
  const connection = await NativeConnection.connect(connectionOptions(config.temporal));
  const common = {
    connection,
    namespace: config.temporal.namespace,
    dataConverter: createDataConverter(config.temporal),
    // A register request on its way ends and is written down before the process does.
    shutdownGraceTime: config.shutdownGraceMs,
    shutdownForceTime: FORCE_FACTOR * config.shutdownGraceMs,
  };
  let page: MetricsPage | undefined;
  let deliveries: Awaited<ReturnType<typeof deliveryWorker>>;
  try {
    page = await serveMetrics(
      config.metrics.worker && { ...config.metrics.worker, prefix: 'WORKER_METRICS_' },
      {
        ...{ registry, log, refreshEveryMs: LISTEN_MS },
        ...(updates && { refresh: addSdkMetrics(registry, updates) }),
      },
    );
    const worker = await Worker.create({
      ...{ ...common, ...code, taskQueue: TASK_QUEUE },
      interceptors: { ...code.interceptors, activity: tracing.forActivities },
      activities: createActivities({
        graph,
        store,
        nowMs: Date.now,
        monotonicMs: () => performance.now(),
        appId: config.meta.appId,
        graphTimeoutMs: config.graph.timeoutMs,
        isPartnerTold: config.partnerEvents !== undefined,
        isAdopting: config.isAdopting,
        ...(config.meta.partner && { partner: config.meta.partner }),
      }),
      stickyQueueScheduleToStartTimeout: STICKY_MS,
    });
    deliveries = await deliveryWorker(config, { store, common, metrics });
    log.info({ address: config.temporal.address, taskQueue: TASK_QUEUE }, 'worker is ready');
    await runAll(deliveries === undefined ? [worker] : [worker, deliveries.worker]);
  } finally {
    // Also after a failure: a process that has dialled Temporal does not end by itself.
    await page?.close();
    await connection.close();
    await deliveries?.close();
    await graph.close();
    await store.close();
    await tracing.stop();
  }
});

import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from './activities/index.ts';
import type { Config } from './config.ts';
import { connectionOptions, createDataConverter } from './connection.ts';
import { TASK_QUEUE } from './contract/onboarding.ts';
import { runtimeOptions } from './logging.ts';
import { connectMeta } from './meta-connection.ts';
import { encodedBundleOf, refuseFailuresInClear } from './payloads/encoded-bundle.ts';
import { runProgram } from './program.ts';
import { openStore } from './store/open-store.ts';

// Above the shutdown grace: after it, what still runs is cut off.
const FORCE_FACTOR = 2;
// After a killed worker, the first query to another one waits this long for the dead one's cache. The default is 10 s.
const STICKY_MS = 2000;

/** The pre-built bundle where there is one; in development the sources, bundled at start. */
async function workflowCode({
  workflowBundle,
  temporal: { codec },
}: Config): Promise<Partial<WorkerOptions>> {
  if (workflowBundle === undefined) {
    return { workflowsPath: new URL('./workflows/index.ts', import.meta.url).pathname };
  }
  const codePath = codec.isOn ? encodedBundleOf(workflowBundle) : workflowBundle;
  if (codec.isOn) await refuseFailuresInClear(codePath);
  return { workflowBundle: { codePath } };
}

await runProgram('worker', async ({ config, log }) => {
  const code = await workflowCode(config);
  Runtime.install(runtimeOptions(log));
  const store = await openStore({ ...config.store, nowMs: Date.now });
  const graph = connectMeta(config, { store, log });
  const connection = await NativeConnection.connect(connectionOptions(config.temporal));
  try {
    const worker = await Worker.create({
      ...code,
      connection,
      namespace: config.temporal.namespace,
      taskQueue: TASK_QUEUE,
      dataConverter: createDataConverter(config.temporal),
      activities: createActivities({
        graph,
        store,
        nowMs: Date.now,
        monotonicMs: () => performance.now(),
        appId: config.meta.appId,
        graphTimeoutMs: config.graph.timeoutMs,
      }),
      // A register request on its way ends and is written down before the process does.
      shutdownGraceTime: config.shutdownGraceMs,
      shutdownForceTime: FORCE_FACTOR * config.shutdownGraceMs,
      stickyQueueScheduleToStartTimeout: STICKY_MS,
    });
    log.info({ address: config.temporal.address, taskQueue: TASK_QUEUE }, 'worker is ready');
    await worker.run();
  } finally {
    // Also after a failure: a process that has dialled Temporal does not end by itself.
    await connection.close();
    await graph.close();
    await store.close();
  }
});

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../src/activities/index.ts';
import { ONBOARD_PHONE_NUMBER, TASK_QUEUE, workflowIdOf } from '../src/contract/onboarding.ts';
import { findTemporalProgram } from '../src/embedded/temporal-binaries.ts';
import { APP_ID } from '../test/support/fake-meta.ts';
import { QUICK } from '../test/support/quick-timing.ts';
import { installQuietRuntime } from '../test/support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../test/support/real-engine.ts';
import { SCENARIOS, type Scenario } from '../test/replay/scenarios.ts';
import { acceptSignup } from '../test/support/signup.ts';
import { writeWorkflowBundle } from './bundle-workflows.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VALID = fileURLToPath(new URL('../test/replay/histories/valid/', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Plays one scenario on the real server and keeps its history, without the paths and names of this machine. */
async function record(engine: RealEngine, name: string, scenario: Scenario): Promise<void> {
  const nowMs = Date.now();
  const { order, signedUpAtMs = nowMs } = scenario.signup(nowMs);
  const input = await acceptSignup(engine, order, signedUpAtMs);
  const { phoneNumberId } = input;
  if (scenario.fault !== undefined) {
    const match = { number: phoneNumberId, times: 1, path: 'register' };
    await engine.meta.post('/faults', { match, ...scenario.fault });
  }
  const handle = await engine.client.workflow.start(ONBOARD_PHONE_NUMBER, {
    args: [{ ...input, timing: { ...QUICK, pollMs: scenario.pollMs ?? 60_000 } }],
    workflowId: workflowIdOf(phoneNumberId),
    taskQueue: TASK_QUEUE,
  });
  for (const step of scenario.steps) {
    await sleep(step.afterMs);
    if (step.patch !== undefined) await engine.meta.patch(`/numbers/${phoneNumberId}`, step.patch);
    if (step.signal !== undefined) await handle.signal(step.signal);
  }
  await handle.result().catch(() => undefined);
  const history = historyToJSON(await handle.fetchHistory()).replaceAll(ROOT, '');
  await writeFile(join(VALID, `${name}.json`), `${history}\n`);
  say(`${name}: recorded`);
}

installQuietRuntime();
const wanted = process.argv.slice(2);
const cli = await findTemporalProgram('temporal', { env: process.env, report: say });
const engine = await startRealEngine(cli);
const bundle = join(tmpdir(), `record-history-${process.pid.toString()}.js`);
const connection = await NativeConnection.connect({ address: engine.temporalAddress });
try {
  await writeWorkflowBundle(bundle);
  await mkdir(VALID, { recursive: true });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    identity: 'recorder',
    workflowBundle: { codePath: bundle },
    activities: createActivities({
      graph: engine.graph,
      store: engine.store,
      nowMs: Date.now,
      monotonicMs: () => performance.now(),
      appId: APP_ID,
      graphTimeoutMs: 1000,
    }),
  });
  const scenarios = Object.entries(SCENARIOS).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  const recordings = scenarios.map(([name, scenario]) => record(engine, name, scenario));
  const results = await worker.runUntil(Promise.allSettled(recordings));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
} finally {
  await connection.close();
  await engine.close();
  await rm(bundle, { force: true });
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../src/activities/index.ts';
import { WATCH_ACCOUNT, watchIdOf, watchSignalNames } from '../src/contract/account-watch.ts';
import {
  ONBOARD_PHONE_NUMBER,
  TASK_QUEUE,
  workflowIdOf,
  type OnboardingInput,
} from '../src/contract/onboarding.ts';
import { digitsOf } from '../src/domain/phone-number.ts';
import { findTemporalProgram } from '../src/embedded/temporal-binaries.ts';
import { APP_ID } from '../test/support/fake-meta.ts';
import { QUICK } from '../test/support/quick-timing.ts';
import { installQuietRuntime } from '../test/support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../test/support/real-engine.ts';
import { SCENARIOS, WATCHES, type AccountStep, type Scenario } from '../test/replay/scenarios.ts';
import { acceptSignup } from '../test/support/signup.ts';
import { writeWorkflowBundle } from './bundle-workflows.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VALID = fileURLToPath(new URL('../test/replay/histories/valid/', import.meta.url));
/** The watch merges what comes within ten seconds. */
const MERGED_MS = 13_000;
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
  const timing = { ...QUICK, pollMs: scenario.pollMs ?? 60_000, ...scenario.timing };
  const handle = await engine.client.workflow.start(ONBOARD_PHONE_NUMBER, {
    args: [{ ...input, timing }],
    workflowId: workflowIdOf(phoneNumberId),
    taskQueue: TASK_QUEUE,
  });
  for (const step of scenario.steps) {
    await sleep(step.afterMs);
    if (step.patch !== undefined) await engine.meta.patch(`/numbers/${phoneNumberId}`, step.patch);
    if (step.nameDecision !== undefined) await tell(engine, input, step.nameDecision);
    if (step.signal !== undefined) await handle.signal(step.signal);
  }
  await handle.result().catch(() => undefined);
  await keep(name, await handle.fetchHistory());
}

/** As the HTTP edge keeps a webhook about a name. */
async function tell(
  { store }: RealEngine,
  { phoneNumberId, wabaId }: Pick<OnboardingInput, 'phoneNumberId' | 'wabaId'>,
  nameDecision: NonNullable<Scenario['steps'][number]['nameDecision']>,
): Promise<void> {
  const number = await store.numbers.byId(phoneNumberId);
  const digits = digitsOf(number?.displayPhoneNumber ?? '');
  const hint = { digest: phoneNumberId, wabaId, field: 'phone_number_name_update', digits };
  await store.inbox.keep([{ ...hint, nameDecision }]);
}

/** A watch goes on for ever: what it has done so far is its history. */
async function recordWatch(
  engine: RealEngine,
  name: string,
  steps: readonly AccountStep[],
): Promise<void> {
  const review = { name_status: 'PENDING_REVIEW' };
  const { wabaId } = await acceptSignup(engine, { number: review }, Date.now());
  for (const step of steps) {
    const signup = await acceptSignup(engine, { waba: wabaId, number: review }, Date.now());
    const { phoneNumberId } = signup;
    if (step === 'access-is-lost') {
      await engine.meta.patch(`/numbers/${phoneNumberId}`, { tokens_revoked_after_ms: 0 });
    }
    await engine.client.workflow.signalWithStart(WATCH_ACCOUNT, {
      ...{ workflowId: watchIdOf(wabaId), taskQueue: TASK_QUEUE, args: [{ wabaId }] },
      signal: watchSignalNames.accountChanged,
    });
    await sleep(MERGED_MS);
  }
  const handle = engine.client.workflow.getHandle(watchIdOf(wabaId));
  await keep(name, await handle.fetchHistory());
  await handle.terminate('recorded');
}

async function keep(name: string, history: Parameters<typeof historyToJSON>[0]): Promise<void> {
  const text = historyToJSON(history).replaceAll(ROOT, '');
  await writeFile(join(VALID, `${name}.json`), `${text}\n`);
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
  const isWanted = ([name]: readonly [string, unknown]): boolean =>
    wanted.length === 0 || wanted.includes(name);
  const recordings = [
    ...Object.entries(SCENARIOS)
      .filter(isWanted)
      .map(([name, scenario]) => record(engine, name, scenario)),
    ...Object.entries(WATCHES)
      .filter(isWanted)
      .map(([name, steps]) => recordWatch(engine, name, steps)),
  ];
  const results = await worker.runUntil(Promise.allSettled(recordings));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
} finally {
  await connection.close();
  await engine.close();
  await rm(bundle, { force: true });
}

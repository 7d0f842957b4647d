import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities, createDeliveryActivities } from '../src/activities/index.ts';
import { WATCH_ACCOUNT, watchIdOf, watchSignalNames } from '../src/contract/account-watch.ts';
import { ONBOARD_PHONE_NUMBER, TASK_QUEUE, workflowIdOf } from '../src/contract/onboarding.ts';
import {
  CHANGE_DISPLAY_NAME,
  nameChangeIdOf,
  type NameChangeInput,
} from '../src/contract/name-change.ts';
import { DELIVERY_QUEUE, deliveryIdOf } from '../src/contract/partner-events.ts';
import { findTemporalProgram } from '../src/embedded/temporal-binaries.ts';
import { startsOf } from '../src/http/event-drain.ts';
import { clientTo, startReceiver, type Receiver } from '../test/partner/receiver.ts';
import { APP_ID, partnerOf } from '../test/support/fake-meta.ts';
import { QUICK } from '../test/support/quick-timing.ts';
import { installQuietRuntime } from '../test/support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../test/support/real-engine.ts';
import {
  DELIVERIES,
  POOLS,
  RENAMES,
  SCENARIOS,
  WATCHES,
  type AccountStep,
  type Scenario,
} from '../test/replay/scenarios.ts';
import { acceptSignup } from '../test/support/signup.ts';
import { writeWorkflowBundle } from './bundle-workflows.ts';
import { playPreverified } from './record-preverified.ts';
import { asIn, take } from './scenario-steps.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VALID = fileURLToPath(new URL('../test/replay/histories/valid/', import.meta.url));
/** The watch merges what comes within ten seconds. */
const MERGED_MS = 13_000;
const ADA = { actor: 'Ada' };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Plays one scenario on the real server and keeps its history, without the paths and names of this machine. */
async function record(engine: RealEngine, name: string, scenario: Scenario): Promise<void> {
  const nowMs = Date.now();
  const { order, signedUpAtMs = nowMs } = scenario.signup(nowMs);
  const accepted = await acceptSignup(engine, order, signedUpAtMs);
  const input = await asIn(engine, scenario, accepted);
  const { phoneNumberId } = input;
  if (scenario.fault !== undefined) {
    const match = { number: phoneNumberId, times: 1, path: 'register' };
    await engine.meta.post('/faults', { match, ...scenario.fault });
  }
  const timing = { ...QUICK, pollMs: scenario.pollMs ?? 60_000, ...scenario.timing };
  const { handOverAfterEvents } = scenario;
  const forced = handOverAfterEvents === undefined ? {} : { handOverAfterEvents };
  const handle = await engine.client.workflow.start(ONBOARD_PHONE_NUMBER, {
    args: [{ ...input, timing, ...forced }],
    workflowId: workflowIdOf(phoneNumberId),
    taskQueue: TASK_QUEUE,
  });
  for (const step of scenario.steps) await take(engine, { input, handle }, step);
  await handle.result().catch(() => undefined);
  await keep(name, await handle.fetchHistory());
}

/** Another name of a number that is done. */
async function recordRename(
  engine: RealEngine,
  name: string,
  { decision, fault }: (typeof RENAMES)[string],
): Promise<void> {
  const number = { name_status: 'APPROVED', rename_review: { decision, after_ms: 1000 } };
  const input = await acceptSignup(engine, { number }, Date.now());
  const { phoneNumberId, wabaId } = input;
  const { workflow } = engine.client;
  const timing = { ...QUICK, pollMs: 1000 };
  const onboarding = await workflow.start(ONBOARD_PHONE_NUMBER, {
    ...{ args: [{ ...input, timing }], taskQueue: TASK_QUEUE },
    workflowId: workflowIdOf(phoneNumberId),
  });
  await onboarding.result();
  for (const path of fault === undefined ? [] : [`/${phoneNumberId}$`, '/register']) {
    const match = { number: phoneNumberId, method: 'POST', times: 1, path };
    await engine.meta.post('/faults', { match, ...fault });
  }
  const order: NameChangeInput = {
    ...{ phoneNumberId, wabaId, requestedAtMs: Date.now(), name: 'Luckier Shrub', ...ADA, timing },
  };
  const handle = await workflow.start(CHANGE_DISPLAY_NAME, {
    ...{ args: [order], taskQueue: TASK_QUEUE, workflowId: nameChangeIdOf(phoneNumberId) },
  });
  await handle.result();
  await keep(name, await handle.fetchHistory());
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

/** One event of a new number, to a receiver that answers so. */
async function recordDelivery(
  { engine, receiver }: { readonly engine: RealEngine; readonly receiver: Receiver },
  name: string,
  answers: readonly number[],
): Promise<void> {
  const { phoneNumberId, wabaId } = await acceptSignup(engine, {}, Date.now());
  const event = { kind: 'ready', atMs: Date.now(), text: 'Ready to use.', actor: 'recorder' };
  await engine.store.numbers.announce({
    ...{ phoneNumberId, wabaId, stage: 'done', waitingFor: 'nobody', deadlineAtMs: 0 },
    ...{ progressJson: '{}', announcementKey: name },
    events: [{ ...event, deliverAs: 'number.ready' }],
  });
  const due = await engine.store.deliveries.due(100);
  const delivery = due.find((each) => each.phoneNumberId === phoneNumberId);
  if (delivery === undefined) throw new Error('no event is due');
  const started = startsOf(engine.client, Date.now)(delivery);
  for (const answer of answers) {
    receiver.mood = answer;
    const before = receiver.arrived.length;
    while (receiver.arrived.length === before) await sleep(50);
  }
  await started;
  const handle = engine.client.workflow.getHandle(deliveryIdOf(delivery.id));
  await handle.result().catch(() => undefined);
  await keep(name, await handle.fetchHistory());
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
const receiver = await startReceiver();
const partner = clientTo(receiver.url);
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
      partner: await partnerOf(engine.meta),
    }),
  });
  const caller = await Worker.create({
    ...{ connection, taskQueue: DELIVERY_QUEUE, identity: 'recorder' },
    activities: createDeliveryActivities({ store: engine.store, partner }),
  });
  const isWanted = ([name]: readonly [string, unknown]): boolean =>
    wanted.length === 0 || wanted.includes(name);
  const recordings = [
    ...Object.entries(SCENARIOS)
      .filter(isWanted)
      .map(([name, scenario]) => record(engine, name, scenario)),
    ...POOLS.map((name): readonly [string, unknown] => [name, undefined])
      .filter(isWanted)
      .map(async ([name]) => keep(name, await playPreverified(engine))),
    ...Object.entries(RENAMES)
      .filter(isWanted)
      .map(([name, rename]) => recordRename(engine, name, rename)),
    ...Object.entries(WATCHES)
      .filter(isWanted)
      .map(([name, steps]) => recordWatch(engine, name, steps)),
  ];
  // One after the other: there is one receiver.
  const deliveries = async (): Promise<void> => {
    for (const [name, answers] of Object.entries(DELIVERIES).filter(isWanted)) {
      await recordDelivery({ engine, receiver }, name, answers);
    }
  };
  const all = Promise.allSettled([...recordings, deliveries()]);
  const results = await worker.runUntil(caller.runUntil(all));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
} finally {
  receiver.close();
  await partner.close();
  await connection.close();
  await engine.close();
  await rm(bundle, { force: true });
}

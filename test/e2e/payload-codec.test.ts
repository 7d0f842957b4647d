import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';
import { createActivities } from '../../src/activities/index.ts';
import { connectClient, createDataConverter } from '../../src/connection.ts';
import {
  ONBOARD_PHONE_NUMBER,
  phoneNumberIdOf,
  queryNames,
  signalNames,
  updateNames,
  workflowIdOf,
  type OnboardingInput,
  type OnboardingResult,
  type Progress,
  type SentBy,
} from '../../src/contract/onboarding.ts';
import { causeEntry } from '../../src/domain/causes.ts';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { activateKey, addKey, removeKey } from '../../src/keyring/changes.ts';
import { createKeyring } from '../../src/keyring/keyring.ts';
import { refuseFailuresInClear } from '../../src/payloads/encoded-bundle.ts';
import { canariesIn } from '../support/canary.ts';
import { APP_ID } from '../support/fake-meta.ts';
import { QUICK } from '../support/quick-timing.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { acceptSignup } from '../support/signup.ts';
import { DAY_MS } from '../support/spans.ts';

installQuietRuntime();

const ACTOR = { name: 'the name of who retries', value: 'Canary Ada Lovelace' };
const SOURCE = { name: 'the input', value: 'embedded-signup' };
const SUMMARY = { name: 'the summary of an activity', value: 'register with Meta, once' };
const EXPIRED = { name: 'the message of a failure', value: causeEntry('deadline_passed').advice };
const APPROVED = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };

let engine: RealEngine;
let connection: NativeConnection;
let encodedBundle: string;
let encrypted: Client;

beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
  connection = await NativeConnection.connect({ address: engine.temporalAddress });
  encodedBundle = join(engine.dir, 'bundle.encoded.js');
  await writeWorkflowBundle(encodedBundle, undefined, 'encoded');
  encrypted = connectClient({
    ...{ address: engine.temporalAddress, namespace: 'default', tls: false, metadata: {} },
    codec: { isOn: true, keyFile: keyFile() },
  });
});

afterAll(async () => {
  await encrypted.connection.close();
  await connection.close();
  await engine.close();
});

const keyFile = (): string => engine.env['KEY_FILE'] ?? '';

/** A worker for as long as `play` takes, on a queue of its own. */
async function withWorker<T>(
  taskQueue: string,
  { isOn, codePath }: { readonly isOn: boolean; readonly codePath: string },
  play: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    dataConverter: createDataConverter({
      namespace: 'default',
      codec: { isOn, keyFile: keyFile() },
    }),
    activities: createActivities({
      graph: engine.graph,
      store: engine.store,
      nowMs: Date.now,
      monotonicMs: () => performance.now(),
      appId: APP_ID,
      graphTimeoutMs: 1000,
    }),
  });
  return await worker.runUntil(play());
}

type Onboarding = (input: OnboardingInput) => Promise<OnboardingResult>;

async function start(
  client: Client,
  taskQueue: string,
  signup: { readonly order: unknown; readonly signedUpAtMs?: number },
): Promise<WorkflowHandle<Onboarding>> {
  const input = await acceptSignup(engine, signup.order, signup.signedUpAtMs ?? Date.now());
  return await client.workflow.start<Onboarding>(ONBOARD_PHONE_NUMBER, {
    args: [{ ...input, timing: QUICK }],
    workflowId: workflowIdOf(input.phoneNumberId),
    taskQueue,
  });
}

/** What Temporal has of it, read without any key. */
async function rawHistory({ workflowId }: { workflowId: string }): Promise<Buffer> {
  const history = await engine.client.workflow.getHandle(workflowId).fetchHistory();
  return Buffer.from(historyToJSON(history));
}

async function registered(client: Client, isOn: boolean): Promise<Buffer> {
  const taskQueue = isOn ? 'encrypted' : 'clear';
  const codePath = isOn ? encodedBundle : inject('workflowBundlePath');
  const handle = await start(client, taskQueue, { order: APPROVED });
  await handle.signal(signalNames.retry, { actor: ACTOR.value });
  const result = await withWorker(taskQueue, { isOn, codePath }, () => handle.result());
  expect(result.outcome).toBe('ready');
  expect(await engine.meta.registersOf(numberOf(handle))).toHaveLength(1);
  return await rawHistory(handle);
}

describe('the history of a registered number', () => {
  it('can be read by everybody who reaches Temporal while the codec is off', async () => {
    const bytes = await registered(engine.client, false);
    expect(canariesIn(bytes, [ACTOR, SOURCE, SUMMARY])).toEqual(
      [ACTOR, SOURCE, SUMMARY].map(({ name }) => name),
    );
  });

  it('says nothing of it to who has no key while the codec is on', async () => {
    const bytes = await registered(encrypted, true);
    expect(canariesIn(bytes, [ACTOR, SOURCE, SUMMARY])).toEqual([]);
    expect(bytes.toString()).toContain(Buffer.from('binary/encrypted').toString('base64'));
  });
});

describe('the failure of a run whose deadline has passed', () => {
  async function expired(taskQueue: string, codePath: string) {
    const signedUpAtMs = Date.now() - 14 * DAY_MS - 60_000;
    const number = { otp_verified_at: null, last_onboarded_time: signedUpAtMs };
    const order = { scenario: 'otp_missing', number };
    const handle = await start(encrypted, taskQueue, { order, signedUpAtMs });
    const failure: unknown = await withWorker(taskQueue, { isOn: true, codePath }, () =>
      handle.result().catch((error: unknown) => error),
    );
    return { failure, bytes: await rawHistory(handle) };
  }

  it('is told to who has the keys, and to nobody else', async () => {
    const { failure, bytes } = await expired('expired', encodedBundle);
    expect(canariesIn(bytes, [EXPIRED])).toEqual([]);
    expect(failure).toMatchObject({ cause: { message: EXPIRED.value, type: 'SignupExpired' } });
  });

  it('is caught in clear when the workflow bundle lacks the failure converter', async () => {
    const { bytes } = await expired('leaking', inject('workflowBundlePath'));
    expect(canariesIn(bytes, [EXPIRED])).toEqual([EXPIRED.name]);
  });
});

describe('a worker whose codec is on', () => {
  it('does not start with workflow code that would tell failures in clear', async () => {
    const child = spawn(process.execPath, ['src/worker.ts'], {
      env: {
        ...engine.env,
        PAYLOAD_CODEC: 'on',
        WORKFLOW_BUNDLE: inject('workflowBundlePath'),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const complaint = await text(child.stderr);
    expect(complaint).toMatch(
      /^worker: PAYLOAD_CODEC is on, but .*\.encoded\.js is missing or lacks/,
    );
  });

  it('takes the code that was built for it', async () => {
    await expect(refuseFailuresInClear(inject('workflowBundlePath'))).rejects.toThrow(/lacks/);
    await expect(refuseFailuresInClear(encodedBundle)).resolves.toBeUndefined();
  });
});

describe('a message from a client without the codec (F39)', () => {
  it('is refused, stops nothing, and one with the codec is served after it', async () => {
    const taskQueue = 'plain-message';
    const handle = await start(encrypted, taskQueue, { order: { scenario: 'on_handset' } });
    const plain = engine.client.workflow.getHandle(handle.workflowId);
    await withWorker(taskQueue, { isOn: true, codePath: encodedBundle }, async () => {
      await waitingFor(handle, 'operator');
      await plain.signal(signalNames.retry, { actor: ACTOR.value });
      const update: { args: [SentBy] } = { args: [{ actor: ACTOR.value }] };
      await expect(
        plain.executeUpdate<Progress, [SentBy]>(updateNames.retryNow, update),
      ).rejects.toThrow();
      await expect(
        handle.executeUpdate<Progress, [SentBy]>(updateNames.retryNow, update),
      ).resolves.toBeDefined();
      await told(handle, 'A person asked to try again.');
    });
    await handle.terminate();
    const events = await eventsOf(handle);
    expect(events.filter(({ kind }) => kind === 'retried')).toMatchObject([
      { text: 'Retry had no effect: its input was not encrypted', actor: 'Temporal UI' },
      { text: 'A person asked to try again.', actor: ACTOR.value },
    ]);
  });
});

describe('a worker that lacks the key of a running onboarding (F39)', () => {
  it('waits, and goes on when the key is back, with one register request', async () => {
    const taskQueue = 'key-away';
    const handle = await start(encrypted, taskQueue, { order: APPROVED });
    const { id } = await createKeyring(keyFile()).active();
    await activateKey(keyFile(), await addKey(keyFile(), Date.now()));
    const whole = readFileSync(keyFile(), 'utf8');
    await removeKey(keyFile(), id);

    await withWorker(taskQueue, { isOn: true, codePath: encodedBundle }, async () => {
      await sleep(2500);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      expect(await engine.meta.registersOf(numberOf(handle))).toEqual([]);
      writeFileSync(keyFile(), whole, { mode: 0o600 });
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await engine.meta.registersOf(numberOf(handle))).toHaveLength(1);
    expect((await rawHistory(handle)).toString()).toContain('EVENT_TYPE_WORKFLOW_TASK_FAILED');
  });
});

async function waitingFor(handle: WorkflowHandle<Onboarding>, who: string): Promise<void> {
  for (;;) {
    const { waiting } = await handle.query<Progress>(queryNames.progress);
    if (waiting.for === who) return;
    await sleep(200);
  }
}

async function told(handle: WorkflowHandle<Onboarding>, text: string): Promise<void> {
  while (!(await eventsOf(handle)).some((event) => event.text === text)) await sleep(200);
}

function eventsOf(handle: WorkflowHandle<Onboarding>) {
  return engine.store.numbers.eventsOf(numberOf(handle));
}

function numberOf({ workflowId }: { readonly workflowId: string }): PhoneNumberId {
  const phoneNumberId = phoneNumberIdOf(workflowId);
  if (phoneNumberId === undefined) throw new Error('not an onboarding');
  return phoneNumberId;
}

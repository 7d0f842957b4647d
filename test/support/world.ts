import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { activityInfo } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/index.ts';
import {
  WATCH_ACCOUNT,
  watchIdOf,
  watchSignalNames,
  type AccountActivities,
} from '../../src/contract/account-watch.ts';
import type { OnboardingActivities } from '../../src/contract/activities.ts';
import {
  ONBOARD_PHONE_NUMBER,
  queryNames,
  TASK_QUEUE,
  workflowIdOf,
  type OnboardingInput,
  type OnboardingResult,
  type Progress,
} from '../../src/contract/onboarding.ts';
import {
  CHANGE_DISPLAY_NAME,
  followerIdOf,
  nameChangeIdOf,
  type NameChangeInput,
  type NameChangeResult,
} from '../../src/contract/name-change.ts';
import {
  PREVERIFY_PHONE_NUMBER,
  preverifyIdOf,
  type PreverifiedActivities,
  type PreverifiedOutcome,
  type PreverifyInput,
} from '../../src/contract/preverified.ts';
import { searchAttributeKinds } from '../../src/contract/search-attributes.ts';
import type { Task } from '../../src/domain/onboarding.ts';
import type { PhoneNumberId, WabaId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient } from '../../src/graph/client.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import {
  APP_ID,
  APP_SECRET,
  partnerOf,
  startFakeMeta,
  VERIFY_TOKEN,
  type FakeMeta,
} from './fake-meta.ts';
import { installQuietRuntime } from './quiet-runtime.ts';
import { answering, forced, runIdsOf } from './runs.ts';
import { acceptSignup } from './signup.ts';

const SECOND_MS = 1000;
const INDEXED_VALUE_TYPES = { Keyword: 2, Datetime: 6, Bool: 5 } as const;

export type PreverifiedHandle = WorkflowHandle<
  (input: PreverifyInput) => Promise<PreverifiedOutcome>
>;
export type Handle = WorkflowHandle<(input: OnboardingInput) => Promise<OnboardingResult>>;

type NameChangeHandle = WorkflowHandle<(input: NameChangeInput) => Promise<NameChangeResult>>;

/** All parts of an onboarding under one clock that skips: Temporal's test server, fake-graph, the store, a worker. */
export interface World {
  readonly meta: FakeMeta;
  readonly client: Client;
  /** What a command line is told of these parts. */
  readonly env: Readonly<Record<string, string>>;
  readonly store: Store;
  /** The world's time, with a grain of one second: every part agrees on it, whatever the machine's pace. */
  readonly nowMs: () => number;
  /** A signal ends it early, for a caller that knows better than the clock when all is done. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** A customer signs up, and the callback is accepted as the HTTP edge does. */
  signUp(order: unknown): Promise<OnboardingInput>;
  start(input: OnboardingInput): Promise<Handle>;
  /** How many runs followed each other under this id. */
  runsOf(workflowId: string): Promise<number>;
  /** Starts what came without a signup and waits in the outbox, as the drain does; answers with what it started. */
  startAdopted(): Promise<readonly Handle[]>;
  changeName(input: NameChangeInput): Promise<NameChangeHandle>;
  /** Starts the watch of an account, as the HTTP edge does beside each onboarding. */
  watch(wabaId: WabaId): Promise<void>;
  /** Starts the life of a pre-verified number, as the drain does. */
  preverify(preverifiedId: string): Promise<PreverifiedHandle>;
  progressOf(phoneNumberId: PhoneNumberId, task?: Task): Promise<Progress>;
  /** Runs the worker until `play` has ended. */
  play<T>(play: () => Promise<T>): Promise<T>;
  /** How many attempts of activities the worker has made; the local ones are not among them. */
  readonly activityAttempts: () => number;
  close(): Promise<void>;
}

installQuietRuntime();

/** The built parts a world stands on: paths of the time-skipping server and of the workflow bundle. */
export interface Ground {
  readonly temporalTestServer: string;
  readonly workflowBundlePath: string;
}

/** `graphTimeoutMs` is the HTTP deadline: longer where so much happens at once that a busy machine would miss it. */
export async function createWorld(
  ground: Ground,
  {
    graphTimeoutMs = 2000,
    maxCachedWorkflows,
  }: { readonly graphTimeoutMs?: number; readonly maxCachedWorkflows?: number } = {},
): Promise<World> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: ground.temporalTestServer } },
  });
  await addSearchAttributes(env);
  const meta = await startFakeMeta();
  const dir = await mkdtemp(join(tmpdir(), 'onboarding-world-'));
  const clock = await startClock(env, meta);
  const place = { path: join(dir, 'store.db'), sealingKeyFile: join(dir, 'key.json') };
  const store = await openSqliteStore({ ...place, nowMs: clock.nowMs });
  const graph = createGraphClient({
    baseUrl: meta.url,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: new Secret(APP_SECRET),
    timeoutMs: graphTimeoutMs,
    onUsage: (usage) => {
      if (usage.kind === 'account') void store.pacing.noteUse(usage.wabaId, usage.percent);
    },
  });
  const monotonicMs = (): number => performance.now();
  const over = new AbortController();
  let playing: Promise<unknown> = Promise.resolve();
  let attempts = 0;
  const activities = inStep(
    createActivities({
      graph,
      store,
      nowMs: clock.nowMs,
      monotonicMs,
      appId: APP_ID,
      graphTimeoutMs,
      isAdopting: true,
      partner: await partnerOf(meta),
    }),
    clock,
    () => {
      attempts += 1;
    },
  );
  const begin = async <Input extends object, Result>(
    type: string,
    workflowId: string,
    input: Input,
  ): Promise<WorkflowHandle<(input: Input) => Promise<Result>>> => {
    const given = forced(input);
    const args: [Input] = [given];
    const options = { args, workflowId, taskQueue: TASK_QUEUE };
    const handle = await env.client.workflow.start<(input: Input) => Promise<Result>>(
      type,
      options,
    );
    return answering(env.client, handle, given);
  };
  const start = (input: OnboardingInput): Promise<Handle> =>
    begin(ONBOARD_PHONE_NUMBER, workflowIdOf(input.phoneNumberId), input);
  return {
    ...{ meta, store, client: env.client },
    env: {
      META_APP_ID: APP_ID,
      META_APP_SECRET: APP_SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      GRAPH_BASE_URL: meta.url,
      TEMPORAL_ADDRESS: env.address,
      STORE_PATH: place.path,
      KEY_FILE: place.sealingKeyFile,
    },
    nowMs: clock.nowMs,
    sleep: async (durationMs, signal = over.signal) => {
      await env.connection.withAbortSignal(signal, () => env.sleep(durationMs));
      await clock.sync();
    },
    signUp: async (order) => {
      await clock.sync();
      return await acceptSignup({ meta, graph, store }, order, clock.nowMs());
    },
    start,
    runsOf: async (workflowId) => (await runIdsOf(env.client, workflowId)).length,
    startAdopted: async () => {
      const pending = await store.signups.pending(100);
      const adopted = pending.filter(({ source }) => source !== 'embedded-signup');
      const handles: Handle[] = [];
      for (const { id, phoneNumberId, wabaId, acceptedAtMs, how, source } of adopted) {
        const signedUpAtMs = acceptedAtMs;
        handles.push(await start({ phoneNumberId, wabaId, signedUpAtMs, ...how, source }));
        await store.signups.markStarted(id);
      }
      return handles;
    },
    watch: async (wabaId) => {
      await env.client.workflow.signalWithStart(WATCH_ACCOUNT, {
        ...{ workflowId: watchIdOf(wabaId), taskQueue: TASK_QUEUE },
        args: [{ wabaId }],
        signal: watchSignalNames.accountChanged,
      });
    },
    changeName: (input) => begin(CHANGE_DISPLAY_NAME, nameChangeIdOf(input.phoneNumberId), input),
    preverify: async (preverifiedId) => {
      await clock.sync();
      const input = { preverifiedId, addedAtMs: clock.nowMs(), pollMs: 6 * 3_600_000 };
      return await env.client.workflow.start<
        (input: PreverifyInput) => Promise<PreverifiedOutcome>
      >(PREVERIFY_PHONE_NUMBER, {
        ...{ args: [input], taskQueue: TASK_QUEUE, workflowId: preverifyIdOf(preverifiedId) },
      });
    },
    progressOf: (phoneNumberId, task) =>
      env.client.workflow
        .getHandle(followerIdOf({ phoneNumberId, task }))
        .query(queryNames.progress),
    play: async (play) => {
      const worker = await Worker.create({
        connection: env.nativeConnection,
        taskQueue: TASK_QUEUE,
        workflowBundle: { codePath: ground.workflowBundlePath },
        activities,
        ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
      });
      const running = worker.runUntil(env.connection.withAbortSignal(over.signal, play));
      playing = running.catch(() => undefined);
      return await running;
    },
    activityAttempts: () => attempts,
    close: async () => {
      // Whatever a test that ran out of time still waits for.
      over.abort();
      await playing;
      await env.teardown();
      await graph.close();
      await store.close();
      await meta.close();
      await rm(dir, { recursive: true });
    },
  };
}

interface Clock {
  readonly nowMs: () => number;
  /** Brings Meta's clock, and ours, to the time of the workflow server. */
  readonly sync: () => Promise<void>;
}

async function startClock(env: TestWorkflowEnvironment, meta: FakeMeta): Promise<Clock> {
  let nowMs = 0;
  const sync = async (): Promise<void> => {
    const serverMs = await env.currentTimeMs();
    nowMs = serverMs - (serverMs % SECOND_MS);
    await meta.post('/clock', { setTo: nowMs });
  };
  // Past the second in which Meta's side was started: its clock never goes back.
  await env.sleep(SECOND_MS);
  await sync();
  return { nowMs: () => nowMs, sync };
}

/** Every activity sees the time of the workflow server, as does Meta. */
function inStep(
  activities: OnboardingActivities & AccountActivities & PreverifiedActivities,
  clock: Clock,
  onAttempt: () => void,
): OnboardingActivities & AccountActivities & PreverifiedActivities {
  const step =
    <Args, Result>(activity: (args: Args) => Promise<Result>) =>
    async (args: Args): Promise<Result> => {
      if (!activityInfo().isLocal) onAttempt();
      await clock.sync();
      return await activity(args);
    };
  return {
    observeNumber: step(activities.observeNumber),
    subscribeApp: step(activities.subscribeApp),
    reserveAttempt: step(activities.reserveAttempt),
    register: step(activities.register),
    registerOnPremises: step(activities.registerOnPremises),
    submitName: step(activities.submitName),
    setPin: step(activities.setPin),
    deregister: step(activities.deregister),
    settleAttempt: step(activities.settleAttempt),
    announce: step(activities.announce),
    observeAccount: step(activities.observeAccount),
    observePreverified: step(activities.observePreverified),
    tellPreverified: step(activities.tellPreverified),
  };
}

async function addSearchAttributes(env: TestWorkflowEnvironment): Promise<void> {
  const searchAttributes = Object.fromEntries(
    Object.entries(searchAttributeKinds).map(([name, kind]) => [name, INDEXED_VALUE_TYPES[kind]]),
  );
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes,
  });
}

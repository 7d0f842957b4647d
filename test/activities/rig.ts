import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApplicationFailure,
  ApplicationFailureCategory,
  defaultFailureConverter,
  defaultPayloadConverter,
} from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { createActivities } from '../../src/activities/index.ts';
import type { ActivityDeps } from '../../src/activities/deps.ts';
import type { AccountActivities } from '../../src/contract/account-watch.ts';
import type { OnboardingActivities } from '../../src/contract/activities.ts';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createGraphClient, type GraphClient } from '../../src/graph/client.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { APP_ID, APP_SECRET, startFakeMeta, type FakeMeta } from '../support/fake-meta.ts';
import { freePort } from '../support/free-port.ts';
import { acceptSignup } from '../support/signup.ts';

/** Short, so that a Meta that hangs costs a test a moment only. */
export const GRAPH_TIMEOUT_MS = 250;
export const PATIENT_MS = 10_000;
export const START_TO_CLOSE_MS = 30_000;
// Long enough for a write of our own, far too short for a lock that a test holds.
const BUSY_TIMEOUT_MS = 20;

type Info = NonNullable<ConstructorParameters<typeof MockActivityEnvironment>[0]>;

/** What an activity works with, all of it real: Meta over HTTP, the store on disk. Only time stands still. */
export interface Rig {
  readonly meta: FakeMeta;
  readonly store: Store;
  readonly storePath: string;
  /** The same database, for an activity whose store can no longer answer. */
  readonly closedStore: Store;
  readonly clock: { nowMs: number; monotonicMs: number };
  /** Nobody listens where this one calls. */
  readonly unreachable: GraphClient;
  /** Waits longer for Meta than any test does. */
  readonly patient: GraphClient;
  signUp(order?: unknown): Promise<OnboardingInput>;
  armFault(phoneNumberId: string, fault: object): Promise<void>;
  activities(changes?: Partial<ActivityDeps>): OnboardingActivities & AccountActivities;
  close(): Promise<void>;
}

export async function createRig(): Promise<Rig> {
  const meta = await startFakeMeta();
  const { nowMs } = z.object({ nowMs: z.number() }).parse(await meta.post('/clock'));
  const clock = { nowMs, monotonicMs: 0 };
  const dir = await mkdtemp(join(tmpdir(), 'activities-'));
  const storePath = join(dir, 'store.db');
  const openStore = (): Promise<Store> =>
    openSqliteStore({
      path: storePath,
      sealingKeyFile: join(dir, 'key.json'),
      nowMs: () => clock.nowMs,
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    });
  const store = await openStore();
  const closedStore = await openStore();
  await closedStore.close();
  const graph = clientOf(meta.url);
  const unreachable = clientOf(`http://127.0.0.1:${await freePort()}`);
  const patient = clientOf(meta.url, PATIENT_MS);
  const deps: ActivityDeps = {
    graph,
    store,
    nowMs: () => clock.nowMs,
    monotonicMs: () => clock.monotonicMs,
    appId: APP_ID,
    graphTimeoutMs: GRAPH_TIMEOUT_MS,
  };
  return {
    ...{ meta, store, storePath, closedStore, clock, unreachable, patient },
    signUp: (order = { scenario: 'review_forever' }) =>
      acceptSignup({ meta, graph, store }, order, clock.nowMs),
    armFault: async (phoneNumberId, fault) => {
      await meta.post('/faults', { match: { number: phoneNumberId }, ...fault });
    },
    activities: (changes = {}) => createActivities({ ...deps, ...changes }),
    close: async () => {
      await Promise.all([graph.close(), unreachable.close(), patient.close()]);
      await store.close();
      await meta.close();
      await rm(dir, { recursive: true });
    },
  };
}

function clientOf(
  baseUrl: string,
  timeoutMs = GRAPH_TIMEOUT_MS,
): ReturnType<typeof createGraphClient> {
  return createGraphClient({
    baseUrl,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: new Secret(APP_SECRET),
    timeoutMs,
  });
}

/** The first attempt of an activity, with the Start-To-Close of production. */
export function environment(info: Info = {}): MockActivityEnvironment {
  const given = { startToCloseTimeoutMs: START_TO_CLOSE_MS, ...info };
  // Refusals are what these tests are about: nothing is printed.
  return new MockActivityEnvironment(given, {
    logger: new DefaultLogger('ERROR', () => undefined),
  });
}

export function run<Args, Result>(
  activity: (args: Args) => Promise<Result>,
  args: Args,
  info: Info = {},
): Promise<Result> {
  return environment(info).run(activity, args);
}

/** What an activity failed with, as Temporal takes it. */
export interface Failed {
  readonly type: string | undefined;
  readonly message: string;
  readonly nonRetryable: boolean;
  readonly isBenign: boolean;
  readonly retryDelayMs: unknown;
  readonly details: readonly unknown[];
  /** Every byte of the failure that leaves this process. */
  readonly wire: string;
}

export async function failureOf(running: Promise<unknown>): Promise<Failed> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error('no ApplicationFailure was thrown');
  return {
    type: error.type ?? undefined,
    message: error.message,
    nonRetryable: error.nonRetryable ?? false,
    isBenign: error.category === ApplicationFailureCategory.BENIGN,
    retryDelayMs: error.nextRetryDelay,
    details: error.details ?? [],
    wire: wireOf(error),
  };
}

function wireOf(error: Error): string {
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
  return JSON.stringify(failure, (_key, value: unknown) =>
    value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
  );
}

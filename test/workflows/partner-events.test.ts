import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createParkEvent } from '../../src/activities/deliver-event.ts';
import { createDeliveryActivities } from '../../src/activities/index.ts';
import { TASK_QUEUE } from '../../src/contract/onboarding.ts';
import { DELIVERY_QUEUE, deliveryIdOf } from '../../src/contract/partner-events.ts';
import { startDeliveries, startsOf } from '../../src/http/event-drain.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { DeliveryRow, Store } from '../../src/store/store.ts';
import { clientTo, startReceiver, type Receiver } from '../partner/receiver.ts';
import { ACCOUNT, newSignup, NUMBER, T0_MS } from '../store/builders.ts';
import { builtWorkflows, providedGround } from '../support/bundle.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { DAY_MS, MINUTE_MS } from '../support/spans.ts';

installQuietRuntime();

let env: TestWorkflowEnvironment;
let dir: string;
let store: Store;
let receiver: Receiver;
let partner: ReturnType<typeof clientTo>;

beforeEach(async () => {
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: providedGround().temporalTestServer } },
  });
  dir = await mkdtemp(join(tmpdir(), 'partner-events-'));
  store = await openSqliteStore({
    path: join(dir, 'store.db'),
    sealingKeyFile: join(dir, 'key.json'),
    nowMs: () => T0_MS,
  });
  await store.signups.accept(newSignup());
  receiver = await startReceiver();
  partner = clientTo(receiver.url);
});

afterEach(async () => {
  receiver.close();
  await env.teardown();
  await partner.close();
  await store.close();
  await rm(dir, { recursive: true });
});

/** Runs what a worker with a receiver runs, until `play` has ended. */
async function play(
  work: () => Promise<void>,
  deliveries: Pick<Store, 'deliveries'> = store,
): Promise<void> {
  const connection = env.nativeConnection;
  const runs = await Worker.create({
    ...{ connection, taskQueue: TASK_QUEUE, workflowBundle: builtWorkflows() },
    activities: { parkEvent: createParkEvent({ store }) },
  });
  const calls = await Worker.create({
    ...{ connection, taskQueue: DELIVERY_QUEUE },
    activities: createDeliveryActivities({ store: deliveries, partner }),
  });
  await runs.runUntil(calls.runUntil(work));
}

/** Something happens to the number. */
async function tell(...types: readonly string[]): Promise<void> {
  await store.numbers.announce({
    ...{ phoneNumberId: NUMBER, wabaId: ACCOUNT, stage: 'registering', waitingFor: 'meta' },
    ...{ deadlineAtMs: T0_MS, progressJson: '{}', announcementKey: types.join() },
    events: types.map((type) => ({
      ...{ kind: type, atMs: T0_MS, text: `It is ${type}.`, actor: 'Meta', deliverAs: type },
    })),
  });
}

/** What the HTTP edge does each second. Answers with the one event that went out. */
async function drain(): Promise<DeliveryRow> {
  const [event, ...others] = await store.deliveries.due(10);
  if (event === undefined || others.length > 0) throw new Error('not one event is due');
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deliver = startsOf(env.client, Date.now);
  if (!(await startDeliveries({ store, deliver, log }))) throw new Error('not started');
  return event;
}

const endOf = ({ id }: DeliveryRow): Promise<unknown> =>
  env.client.workflow.getHandle(deliveryIdOf(id)).result();

async function stateOf({ id }: DeliveryRow): Promise<string | undefined> {
  return (await store.deliveries.byId(id))?.state;
}

async function causeOf(run: Promise<unknown>): Promise<unknown> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  return error instanceof WorkflowFailedError ? error.cause : error;
}

/** The server's clock goes on when a run has ended, so its history is asked. */
async function durationOf({ id }: DeliveryRow): Promise<number> {
  const { events = [] } = await env.client.workflow.getHandle(deliveryIdOf(id)).fetchHistory();
  const [startedAtMs, endedAtMs] = [events?.at(0), events?.at(-1)].map((event) =>
    tsToMs(event?.eventTime),
  );
  return (endedAtMs ?? 0) - (startedAtMs ?? 0);
}

const idsArrived = (): string[] => receiver.arrived.map(({ id }) => id);

describe('an event whose receiver is there', () => {
  it('is delivered once, and the next one follows it', async () => {
    await tell('number.verified', 'number.registered');
    await play(async () => {
      const first = await drain();
      await endOf(first);
      const second = await drain();
      await endOf(second);
      expect(receiver.arrived.map(({ event }) => event.type)).toEqual([
        'number.verified',
        'number.registered',
      ]);
      expect(await stateOf(second)).toBe('delivered');
      expect(await store.deliveries.due(10)).toEqual([]);
    });
  });

  it('arrives again under its id when the word of its arrival is lost (I5)', async () => {
    await tell('number.ready');
    let isLost = false;
    const forgetful: Store['deliveries'] = {
      ...store.deliveries,
      settle: (...args) => {
        if (isLost) return store.deliveries.settle(...args);
        isLost = true;
        return Promise.reject(new StoreUnavailable('gone for a moment'));
      },
    };
    await play(
      async () => {
        const event = await drain();
        await endOf(event);
        expect(idsArrived()).toEqual([event.id, event.id]);
        expect(await stateOf(event)).toBe('delivered');
      },
      { deliveries: forgetful },
    );
  });

  it('is sent once more when a person asks for it', async () => {
    await tell('number.ready');
    await play(async () => {
      const event = await drain();
      await endOf(event);
      await store.deliveries.redeliver(event.id);
      await endOf(await drain());
      expect(idsArrived()).toEqual([event.id, event.id]);
      expect(await stateOf(event)).toBe('delivered');
    });
  });
});

describe('an event whose receiver is down', () => {
  it('is tried for three days, then given up, seen, and sent later by hand', async () => {
    await tell('number.verified', 'number.registered');
    receiver.mood = 503;
    await play(async () => {
      const event = await drain();
      const cause = await causeOf(endOf(event));
      const tookMs = await durationOf(event);
      expect(cause).toBeInstanceOf(ApplicationFailure);
      expect(cause).toMatchObject({
        type: 'NotDelivered',
        message: 'Given up: the receiver answered HTTP 503.',
      });
      expect(tookMs).toBeGreaterThan(3 * DAY_MS - 16 * MINUTE_MS);
      expect(tookMs).toBeLessThan(3 * DAY_MS + MINUTE_MS);
      // Every quarter of an hour, and more often at first.
      expect(receiver.arrived.length).toBeGreaterThan(280);
      expect(receiver.arrived.length).toBeLessThan(310);
      expect(new Set(idsArrived())).toEqual(new Set([event.id]));
      expect(await store.deliveries.undelivered()).toMatchObject([{ id: event.id }]);

      receiver.mood = 200;
      const next = await drain();
      await endOf(next);
      expect(receiver.arrived.at(-1)?.event.type).toBe('number.registered');
      await store.deliveries.redeliver(event.id);
      await endOf(await drain());
      expect(idsArrived().at(-1)).toBe(event.id);
      expect(await store.deliveries.undelivered()).toEqual([]);
    });
  });

  it('arrives with the next try when the receiver is back after a day', async () => {
    await tell('number.ready');
    receiver.mood = 500;
    await play(async () => {
      const event = await drain();
      await env.sleep(DAY_MS);
      const tries = receiver.arrived.length;
      expect(tries).toBeGreaterThan(95);
      expect(tries).toBeLessThan(110);
      receiver.mood = 200;
      await endOf(event);
      expect(receiver.arrived).toHaveLength(tries + 1);
      expect(await stateOf(event)).toBe('delivered');
    });
  });

  it('is given up at once when the receiver says that it is gone for good', async () => {
    await tell('number.ready');
    receiver.mood = 410;
    await play(async () => {
      const event = await drain();
      expect(await causeOf(endOf(event))).toMatchObject({ type: 'NotDelivered' });
      expect(receiver.arrived).toHaveLength(1);
      expect(await stateOf(event)).toBe('undelivered');
    });
  });

  it('holds its number up no longer when a person cancels it', async () => {
    await tell('number.verified', 'number.registered');
    receiver.mood = 503;
    await play(async () => {
      const event = await drain();
      await expect.poll(idsArrived).toHaveLength(1);
      await env.client.workflow.getHandle(deliveryIdOf(event.id)).cancel();
      expect(await causeOf(endOf(event))).toBeInstanceOf(CancelledFailure);
      expect(await stateOf(event)).toBe('undelivered');
      expect(await store.deliveries.due(10)).toMatchObject([{ type: 'number.registered' }]);
    });
  });

  it('is not sent any more when its number is forgotten', async () => {
    await tell('number.verified');
    receiver.mood = 503;
    await play(async () => {
      const event = await drain();
      await expect.poll(idsArrived).toHaveLength(1);
      await store.erasure.begin(NUMBER);
      await store.erasure.eraseRows(NUMBER);
      await endOf(event);
      expect(receiver.arrived).toHaveLength(1);
    });
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { TASK_QUEUE, workflowIdOf, type OnboardingInput } from '../../src/contract/onboarding.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { createOnboardings, type Onboardings } from '../../src/http/onboardings.ts';
import { QUICK } from '../support/quick-timing.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { acceptSignup } from '../support/signup.ts';
import {
  startPassThrough,
  STATUS,
  type PassThrough,
  type RpcPlan,
} from '../support/grpc-pass-through.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { IN_REVIEW, startWorker, untilShown, type FaultyWorker } from './lives.ts';

installQuietRuntime();

const METHODS = [
  'StartWorkflowExecution',
  'SignalWorkflowExecution',
  'UpdateWorkflowExecution',
  'RespondActivityTaskCompleted',
  'RespondWorkflowTaskCompleted',
];
const LIVES = 3;
const BURST_MS = 5000;

let engine: RealEngine;
let between: PassThrough;
let connection: Connection;
let worker: FaultyWorker;
let onboardings: Onboardings;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
  between = await startPassThrough(engine.temporalAddress);
  connection = await Connection.connect({ address: between.address });
  onboardings = createOnboardings({
    client: new Client({ connection }),
    timing: { ...DEFAULT_TIMING, ...QUICK },
    nowMs: Date.now,
  });
  worker = await startWorker(engine, TASK_QUEUE, { TEMPORAL_ADDRESS: between.address });
});
afterAll(async () => {
  await worker.stop(20_000);
  await connection.close();
  between.close();
  await engine.close();
});

/** As the outbox and a person do it: again, until it is done. */
async function persist<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call();
    } catch {
      await sleep(200);
    }
  }
}

/** A signup, as the outbox carries it over to Temporal. */
async function carryOver(): Promise<Life> {
  const input = await acceptSignup(engine, IN_REVIEW, Date.now());
  const signups = await engine.store.signups.pending(100);
  const signup = signups.find(({ phoneNumberId }) => phoneNumberId === input.phoneNumberId);
  if (signup === undefined) throw new Error('the signup is not in the outbox');
  await persist(() => onboardings.start(signup));
  return { input, handle: engine.client.workflow.getHandle(workflowIdOf(input.phoneNumberId)) };
}

/** Numbers that each get a hint and a person's retry, and end once Meta approves their names. */
async function live(): Promise<void> {
  const lives: Life[] = [];
  while (lives.length < LIVES) lives.push(await carryOver());
  for (const life of lives) {
    const { phoneNumberId } = life.input;
    await untilShown(engine, life, ['following-name', 'meta']);
    await persist(() => onboardings.hint(phoneNumberId));
    const by = { actor: 'a person', requestId: `retry of ${phoneNumberId}` };
    await persist(() => onboardings.order(phoneNumberId, 'retryNow', by));
    await engine.meta.decideName(phoneNumberId, 'APPROVED');
  }
  for (const life of lives) {
    await judge(engine, life);
    expect(await retriesOf(life.input)).toBe(1);
    expect(await runsOf(life.input)).toBe(1);
  }
}

async function retriesOf({ phoneNumberId }: OnboardingInput): Promise<number> {
  const events = await engine.store.numbers.eventsOf(phoneNumberId);
  return events.filter(({ kind }) => kind === 'retried').length;
}

async function runsOf({ phoneNumberId }: OnboardingInput): Promise<number> {
  const query = `WorkflowId = '${workflowIdOf(phoneNumberId)}'`;
  return (await engine.client.workflow.count(query)).count;
}

const firstAndThird =
  (method: string, when: 'before' | 'after'): RpcPlan =>
  (called, nth) =>
    called === method && (nth === 1 || nth === 3)
      ? { when, status: STATUS.UNAVAILABLE }
      : undefined;

// One after the other: each counts its calls from one.
describe('with a pass-through between the SDK and Temporal', () => {
  it.each(METHODS)('F09: an answer to %s that is lost has one effect', async (method) => {
    between.plan(firstAndThird(method, 'after'));
    await live();
    expect(between.spoilt()).toEqual([`${method} 1 after`, `${method} 3 after`]);
  });

  it.each(METHODS)('F10: a %s that never arrives has its effect once it does', async (method) => {
    between.plan(firstAndThird(method, 'before'));
    await live();
    expect(between.spoilt()).toEqual([`${method} 1 before`, `${method} 3 before`]);
  });

  it.each(Object.entries(STATUS))(
    'F10: a burst of %s for two calls of three loses nothing',
    async (_name, status) => {
      const endsAtMs = Date.now() + BURST_MS;
      between.plan((_method, nth) =>
        Date.now() < endsAtMs && nth % 3 !== 0 ? { when: 'before', status } : undefined,
      );
      await live();
      expect(between.spoilt()).not.toEqual([]);
    },
  );
});

it('I8: the lives of these numbers replay clean', replayLives);

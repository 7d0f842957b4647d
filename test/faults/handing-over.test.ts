import { readFile } from 'node:fs/promises';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createActivities } from '../../src/activities/index.ts';
import type { OnboardingActivities } from '../../src/contract/activities.ts';
import { signalNames, workflowIdOf } from '../../src/contract/onboarding.ts';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { APP_ID, partnerOf } from '../support/fake-meta.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { runIdsOf } from '../support/runs.ts';
import { judge, keepHistory, replayLives } from './judge.ts';
import { beginLife, IN_REVIEW, startWorker, until, untilShown } from './lives.ts';

installQuietRuntime();

const SIGNALS = 400;
/** Longer than a workflow task may last, which Temporal then prolongs. */
const LONG_MS = 12_000;
const DAY_MS = 86_400_000;

let engine: RealEngine;
beforeAll(async () => {
  // Temporal suggests to go on in a new run after 60 events instead of 4,096.
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': 60 };
  engine = await startRealEngine(inject('temporalCli'), { dynamicConfig });
});
afterAll(async () => {
  await engine.close();
});

const named = (n: number): string => `Ada ${n.toString()}`;

async function whoRetried(phoneNumberId: PhoneNumberId): Promise<string[]> {
  const events = await engine.store.numbers.eventsOf(phoneNumberId);
  return events.filter(({ kind }) => kind === 'retried').map(({ actor }) => actor);
}

/** Runs a worker in this process, whose announcements `meanwhile` goes along with, until `play` has ended. */
async function play(
  taskQueue: string,
  meanwhile: OnboardingActivities['announce'],
  story: () => Promise<void>,
): Promise<void> {
  const activities = createActivities({
    ...{ graph: engine.graph, store: engine.store, appId: APP_ID, graphTimeoutMs: 1000 },
    ...{ nowMs: Date.now, monotonicMs: () => performance.now() },
    partner: await partnerOf(engine.meta),
  });
  const connection = await NativeConnection.connect({ address: engine.temporalAddress });
  const worker = await Worker.create({
    ...{ connection, taskQueue, workflowBundle: { codePath: inject('workflowBundlePath') } },
    activities: {
      ...activities,
      announce: async (announcement: Parameters<OnboardingActivities['announce']>[0]) => {
        await activities.announce(announcement);
        await meanwhile(announcement);
      },
    },
  });
  await worker.runUntil(story);
  await connection.close();
}

describe('F34: a number that is sent many messages', () => {
  it('loses none of 400, in order, while one run after the other hands over', async () => {
    const worker = await startWorker(engine, 'handing-over');
    const life = await beginLife(engine, 'handing-over', { order: IN_REVIEW });
    const { phoneNumberId } = life.input;
    await untilShown(engine, life, ['following-name', 'meta']);
    const actors = Array.from({ length: SIGNALS }, (_, n) => named(n));
    for (const actor of actors) await life.handle.signal(signalNames.retry, { actor });
    await until(
      () => whoRetried(phoneNumberId),
      (told) => told.length >= SIGNALS,
    );
    expect(await whoRetried(phoneNumberId)).toEqual(actors);
    await engine.meta.decideName(phoneNumberId, 'APPROVED');
    await life.handle.signal(signalNames.numberChanged);
    await judge(engine, life);
    const runIds = await runIdsOf(engine.client, workflowIdOf(phoneNumberId));
    expect(runIds.length).toBeGreaterThan(3);
    const { typedSearchAttributes } = await engine.client.workflow
      .getHandle(workflowIdOf(phoneNumberId))
      .describe();
    const wabaId = defineSearchAttributeKey('WabaId', SearchAttributeType.KEYWORD);
    expect(typedSearchAttributes.get(wabaId)).toBe(life.input.wabaId);
    for (const runId of runIds) {
      const handle = engine.client.workflow.getHandle(workflowIdOf(phoneNumberId), runId);
      await keepHistory({ ...life, handle });
    }
    await worker.stop(5000);
    // Temporal's number for a handler that was cut off.
    expect(await readFile(worker.logFile, 'utf8')).not.toContain('TMPRL1102');
  });

  it('loses none that comes while its workflow task is open', async () => {
    const taskQueue = 'open-task';
    const actors = Array.from({ length: 20 }, (_, n) => named(n));
    let isSent = false;
    // A local activity is a part of its task.
    const meanwhile = async ({ phoneNumberId }: { readonly phoneNumberId: PhoneNumberId }) => {
      if (isSent) return;
      isSent = true;
      const handle = engine.client.workflow.getHandle(workflowIdOf(phoneNumberId));
      for (const actor of actors) await handle.signal(signalNames.retry, { actor });
    };
    await play(taskQueue, meanwhile, async () => {
      const life = await beginLife(engine, taskQueue, { order: IN_REVIEW });
      const { phoneNumberId } = life.input;
      await untilShown(engine, life, ['following-name', 'meta']);
      await engine.meta.decideName(phoneNumberId, 'APPROVED');
      await life.handle.signal(signalNames.numberChanged);
      await judge(engine, life);
      expect(await whoRetried(phoneNumberId)).toEqual(actors);
    });
  });

  it('begins anew with a signup that comes while people are told that it has expired', async () => {
    const taskQueue = 'last-moment';
    const telling = { sinceMs: 0, signedUpAtMs: 0 };
    const meanwhile: OnboardingActivities['announce'] = async ({ phoneNumberId, progress }) => {
      if (progress.outcome === undefined || telling.signedUpAtMs !== 0) return;
      telling.sinceMs ||= Date.now();
      // By then Temporal has begun another task, which hears of the signal; the first one has decided on the end.
      if (Date.now() - telling.sinceMs < LONG_MS) throw new Error('the store does not answer');
      telling.signedUpAtMs = Date.now();
      const handle = engine.client.workflow.getHandle(workflowIdOf(phoneNumberId));
      await handle.signal(signalNames.signedUpAgain, { signedUpAtMs: telling.signedUpAtMs });
    };
    await play(taskQueue, meanwhile, async () => {
      const almostOver = Date.now() - 14 * DAY_MS + 4000;
      const order = { scenario: 'on_handset', number: { last_onboarded_time: almostOver } };
      const life = await beginLife(engine, taskQueue, { order, signedUpAtMs: almostOver });
      const { phoneNumberId } = life.input;
      const row = await until(
        () => engine.store.numbers.byId(phoneNumberId),
        (found) => found?.deadlineAtMs === telling.signedUpAtMs + 14 * DAY_MS,
      );
      expect(row).not.toHaveProperty('outcome');
      expect(await runIdsOf(engine.client, workflowIdOf(phoneNumberId))).toHaveLength(2);
      await engine.client.workflow.getHandle(workflowIdOf(phoneNumberId)).terminate();
    });
  });
});

it('I8: the lives of these numbers replay clean', replayLives);

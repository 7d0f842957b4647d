import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { queryNames, type Progress } from '../../src/contract/onboarding.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLives, IN_REVIEW, startWorker, until, untilShown } from './lives.ts';

installQuietRuntime();

const TASK_QUEUE = 'no-cache';
/**
 * Five, and two task time-outs: without a cache SDK 1.24.0 loses the answer of a task in which a local activity ran, and says
 * that this is its own bug. Source: temporalio/sdk-rust, pull request 1482.
 */
const ANSWER_MS = 25_000;

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

/** Refused while the last task of the run has failed. */
async function progressOf({ handle }: Life): Promise<Progress | undefined> {
  return await handle.query<Progress>(queryNames.progress).catch(() => undefined);
}

it('F11: numbers of a worker that replays all of a life for every task are registered once, end ready, and answer rightly', async () => {
  const worker = await startWorker(engine, TASK_QUEUE, { MAX_CACHED: '0' });
  const lives = await beginLives(engine, TASK_QUEUE, { order: IN_REVIEW, amount: 8 });
  for (const life of lives) {
    await untilShown(engine, life, ['following-name', 'meta']);
    const askedAtMs = Date.now();
    const progress = await until(
      () => progressOf(life),
      (answer) => answer !== undefined,
    );
    expect(Date.now() - askedAtMs).toBeLessThan(ANSWER_MS);
    expect(progress).toMatchObject({
      stage: 'following-name',
      waiting: { for: 'meta', refusal: { cause: 'name_in_review' } },
      tracks: { registration: 'registered', name: 'PENDING_REVIEW' },
    });
  }
  for (const { input } of lives) await engine.meta.decideName(input.phoneNumberId, 'APPROVED');
  for (const life of lives) await judge(engine, life);
  await worker.stop(5000);
});

it('I8: the lives of these numbers replay clean', replayLives);

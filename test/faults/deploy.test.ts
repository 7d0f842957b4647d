import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLife, NAMED, startWorker, until, type FaultyWorker } from './lives.ts';

installQuietRuntime();

const HANG_MS = 3000;
const GRAPH_TIMEOUT_MS = 5000;
// Three times the HTTP deadline, as the configuration demands.
const timing = { startToCloseMs: 15_000 };

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

interface Deploy {
  readonly taskQueue: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A number whose register request has reached Meta, and hangs there. */
async function inMidRequest({ taskQueue, env }: Deploy): Promise<[FaultyWorker, Life]> {
  const graph = { GRAPH_TIMEOUT_MS: GRAPH_TIMEOUT_MS.toString() };
  const worker = await startWorker(engine, taskQueue, { ...graph, ...env });
  const order = { ...NAMED, number: { ...NAMED.number, otp_verified_at: null } };
  const life = await beginLife(engine, taskQueue, { order, timing });
  const { phoneNumberId } = life.input;
  const match = { path: 'register', number: phoneNumberId, times: 1 };
  await engine.meta.post('/faults', { match, kind: 'hang', when: 'after', ms: HANG_MS });
  await engine.meta.patch(`/numbers/${phoneNumberId}`, { otp_verified_at: Date.now() });
  await until(
    () => engine.meta.registersOf(phoneNumberId),
    (posts) => posts.length === 1,
  );
  return [worker, life];
}

describe(
  'F05: a worker told to stop while Meta takes 3 s to answer a register request',
  { concurrent: true },
  () => {
    it.for([
      ['ends and writes the answer down within its grace of 20 s', { GRACE_MS: '20000' }],
      ['without grace still waits for what Meta has begun', { GRACE_MS: '0' }],
    ] as const)('%s', async ([title, env]) => {
      const taskQueue = title;
      const [worker, life] = await inMidRequest({ taskQueue, env });
      expect(await worker.stop(40_000)).toEqual({ code: 0, signal: null });
      const { phoneNumberId } = life.input;
      expect(await engine.store.attempts.of(phoneNumberId)).toMatchObject([{ state: 'ok' }]);

      const heir = await startWorker(engine, taskQueue);
      await judge(engine, life);
      expect(await engine.meta.registersOf(phoneNumberId)).toHaveLength(1);
      await heir.stop(5000);
    });

    it('that is cut off before the answer leaves a number that a read finds registered', async () => {
      const taskQueue = 'cut off';
      const env = { GRACE_MS: '0', FORCE_MS: '300' };
      const [worker, life] = await inMidRequest({ taskQueue, env });
      expect(await worker.stop(40_000)).toEqual({ code: 1, signal: null });
      const { phoneNumberId } = life.input;
      expect(await engine.store.attempts.of(phoneNumberId)).toMatchObject([{ state: 'sending' }]);

      const heir = await startWorker(engine, taskQueue);
      await judge(engine, life);
      expect(await engine.meta.registersOf(phoneNumberId)).toMatchObject([
        { answerDelivered: false },
      ]);
      await heir.stop(5000);
    });
  },
);

it('I8: the lives of these numbers replay clean', replayLives);

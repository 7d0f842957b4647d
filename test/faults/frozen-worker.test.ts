import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { signalNames } from '../../src/contract/onboarding.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLife, NAMED, startWorker, until } from './lives.ts';

installQuietRuntime();

// Start-To-Close is 3 s.
const LEAST_FROZEN_MS = 8000;

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

/** The frozen one may have been given a task more, which takes 10 s to come back. */
async function untilClosed({ input }: Life, state: 'not_sent' | 'unknown'): Promise<void> {
  await until(
    () => engine.store.attempts.of(input.phoneNumberId),
    ([first]) => first?.state === state,
  );
}

describe('F04: a worker frozen with SIGSTOP for 8 s and more', { concurrent: true }, () => {
  it('before it claims its row sends nothing when it wakes, as others have closed the row', async () => {
    const taskQueue = 'reserved';
    const zombie = await startWorker(engine, taskQueue, { FREEZE_AT: 'reserved' });
    const life = await beginLife(engine, taskQueue, { order: NAMED });
    await zombie.frozen();
    const heir = await startWorker(engine, taskQueue);
    await sleep(LEAST_FROZEN_MS);
    await untilClosed(life, 'not_sent');
    const { phoneNumberId } = life.input;
    zombie.thaw();
    expect(await zombie.stop(20_000)).toEqual({ code: 0, signal: null });
    expect(await engine.meta.registersOf(phoneNumberId)).toHaveLength(0);

    // Spares the test the half minute after which it would go on by itself.
    await life.handle.signal(signalNames.retry);
    await judge(engine, life);
    await heir.stop(5000);
  });

  it('after it has claimed its row sends nothing when it wakes, as too much time has passed', async () => {
    const taskQueue = 'sending';
    const zombie = await startWorker(engine, taskQueue, { FREEZE_AT: 'sending' });
    const life = await beginLife(engine, taskQueue, { order: NAMED });
    await zombie.frozen();
    const heir = await startWorker(engine, taskQueue);
    await sleep(LEAST_FROZEN_MS);
    await untilClosed(life, 'unknown');
    zombie.thaw();
    expect(await zombie.stop(20_000)).toEqual({ code: 0, signal: null });
    await judge(engine, life);

    const { phoneNumberId } = life.input;
    expect(await engine.meta.registersOf(phoneNumberId)).toHaveLength(1);
    expect(await engine.store.attempts.of(phoneNumberId)).toMatchObject([
      { state: 'unknown' },
      { state: 'ok' },
    ]);
    await heir.stop(5000);
  });
});

it('I8: the lives of these numbers replay clean', replayLives);

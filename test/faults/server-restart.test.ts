import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { signalNames } from '../../src/contract/onboarding.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLives, IN_REVIEW, startWorker, until } from './lives.ts';

installQuietRuntime();

const TASK_QUEUE = 'server-restart';
const LIVES = 20;
const SIGNALS_EACH = 10;

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

/** Sends one signal after the other, each under a name of its own; answers with those that the server has accepted. */
async function signalOn({ handle }: Life): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (let n = 1; n <= SIGNALS_EACH; n += 1) {
    const actor = `person ${n}`;
    const isAccepted = await handle.signal(signalNames.retry, { actor }).then(
      () => true,
      () => false,
    );
    if (isAccepted) accepted.push(actor);
    await sleep(300);
  }
  return accepted;
}

async function heardBy({ input }: Life): Promise<readonly string[]> {
  const events = await engine.store.numbers.eventsOf(input.phoneNumberId);
  return events.filter(({ kind }) => kind === 'retried').map(({ actor }) => actor);
}

it(`F08: a server killed and restarted amid ${LIVES} runs and ${LIVES * SIGNALS_EACH} signals loses none that it accepted`, async () => {
  const worker = await startWorker(engine, TASK_QUEUE);
  const lives = await beginLives(engine, TASK_QUEUE, { order: IN_REVIEW, amount: LIVES });
  const signalling = lives.map(signalOn);
  // The worker is there, and the others are on their way.
  await until(
    () => engine.meta.ledger(),
    (calls) => calls.some(({ path }) => path.endsWith('/register')),
  );
  for (let kills = 0; kills < 2; kills += 1) {
    await sleep(500);
    engine.killTemporal();
    await sleep(500);
    await engine.restartTemporal();
  }
  const accepted = await Promise.all(signalling);
  expect(accepted.flat().length).toBeGreaterThan(LIVES);

  for (const { input } of lives) await engine.meta.decideName(input.phoneNumberId, 'APPROVED');
  for (const [n, life] of lives.entries()) {
    await judge(engine, life);
    const heard = await heardBy(life);
    expect(heard).toEqual(expect.arrayContaining([...(accepted[n] ?? [])]));
    expect(new Set(heard).size).toBe(heard.length);
  }
  await worker.stop(5000);
});

it('I8: the lives of these numbers replay clean', replayLives);

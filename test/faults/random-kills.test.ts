import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLife, NAMED, startWorker } from './lives.ts';

installQuietRuntime();

const SEED = Number(process.env['FAULTS_SEED'] ?? 20_251);
const TASK_QUEUE = 'random-kills';
const LIVES = 40;
const KILLS = 16;

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

/** Numbers from 0 to 1, the same for the same seed. Source: Park and Miller, 1988. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Of two workers now the one, now the other dies, and another takes its place. */
async function killInTurn(random: () => number): Promise<void> {
  const workers = [await startWorker(engine, TASK_QUEUE), await startWorker(engine, TASK_QUEUE)];
  for (let kills = 0; kills < KILLS; kills += 1) {
    await sleep(500 + 2500 * random());
    const doomed = workers.shift();
    doomed?.kill();
    expect(await doomed?.exited).toEqual({ code: null, signal: 'SIGKILL' });
    workers.push(await startWorker(engine, TASK_QUEUE));
  }
}

it(`F03: ${LIVES} numbers are registered once each and end ready, whoever was killed when (seed ${SEED})`, async () => {
  const random = randomOf(SEED);
  const killing = killInTurn(random);
  const lives: Life[] = [];
  for (let n = 0; n < LIVES; n += 1) {
    lives.push(await beginLife(engine, TASK_QUEUE, { order: NAMED }));
    await sleep(500 * random());
  }
  await killing;
  for (const life of lives) await judge(engine, life);
});

it('I8: the lives of these numbers replay clean', replayLives);

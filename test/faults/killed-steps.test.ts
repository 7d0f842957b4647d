import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLife, startWorker, untilShown } from './lives.ts';

installQuietRuntime();

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

/** Every step of such a number takes a wait: for its code, its review, its certificate. */
const SLOW = { scenario: 'otp_missing', number: { issues_certificate: false } };

const STEPS: readonly (readonly [step: string, point: string])[] = [
  ['verifying', 'ownership-settled'],
  ['reserving', 'reserve'],
  ['registering', 'register'],
  ['the poll', 'name-decided'],
  ['collecting the certificate', 'certificate-shown'],
  ['announcing', 'announce'],
];

/** Meta and the customer do their part, each once the number is seen to wait for it. */
async function moveOn(life: Life): Promise<void> {
  const { meta } = engine;
  const { phoneNumberId } = life.input;
  await untilShown(engine, life, ['verifying', 'customer']);
  await meta.patch(`/numbers/${phoneNumberId}`, { otp_verified_at: Date.now() });
  await untilShown(engine, life, ['following-name', 'meta']);
  await meta.decideName(phoneNumberId, 'APPROVED');
  await untilShown(engine, life, ['collecting-certificate', 'meta']);
  await meta.patch(`/numbers/${phoneNumberId}`, {
    issues_certificate: true,
    name_status: 'APPROVED',
  });
}

// No second try: a number registered twice once is a number registered twice.
describe('a worker killed with SIGKILL', { concurrent: true }, () => {
  it.for(
    STEPS.flatMap(([step, point]) => [
      ['F01', 'before', step, `${point}:before`] as const,
      ['F02', 'after', step, `${point}:after`] as const,
    ]),
  )('%s: %s %s leaves a number that is registered once and ends ready', async ([, , , point]) => {
    const taskQueue = point;
    const doomed = await startWorker(engine, taskQueue, { CRASH_AT: point });
    const life = await beginLife(engine, taskQueue, { order: SLOW });
    const moved = moveOn(life);
    expect(await doomed.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const heir = await startWorker(engine, taskQueue);
    await moved;
    await judge(engine, life);
    await heir.stop(5000);
  });
});

it('I8: the lives of these numbers replay clean', replayLives);

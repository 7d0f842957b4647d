import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { DAY_MS, MINUTE_MS } from '../support/spans.ts';
import { judge, replayLives } from './judge.ts';
import { beginLife, IN_REVIEW, startWorker, untilShown, type FaultyWorker } from './lives.ts';

installQuietRuntime();

const TASK_QUEUE = 'server-away';
/** From the signup to the deadline: long enough to begin to wait. */
const LEFT_MS = 8000;
const OUTAGE_MS = 10_000;

let engine: RealEngine;
let worker: FaultyWorker;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
  worker = await startWorker(engine, TASK_QUEUE);
});
afterAll(async () => {
  await worker.stop(20_000);
  await engine.close();
});

async function outage(meanwhile: () => Promise<unknown>): Promise<void> {
  engine.killTemporal();
  await meanwhile();
  await sleep(OUTAGE_MS);
  await engine.restartTemporal();
}

/** Nobody has proved its ownership, and its 14 days are nearly over. */
async function lateLife() {
  const signedUpAtMs = Date.now() - 14 * DAY_MS + LEFT_MS;
  const number = { otp_verified_at: null, last_onboarded_time: signedUpAtMs };
  const order = { scenario: 'otp_missing', number };
  const life = await beginLife(engine, TASK_QUEUE, { order, signedUpAtMs });
  await untilShown(engine, life, ['verifying', 'customer']);
  return { life, deadlineAtMs: signedUpAtMs + 14 * DAY_MS };
}

describe('F07: a number that waits while Temporal is away', () => {
  it('hears of its approval once it is back', async () => {
    const life = await beginLife(engine, TASK_QUEUE, { order: IN_REVIEW });
    await untilShown(engine, life, ['following-name', 'meta']);
    await outage(() => engine.meta.decideName(life.input.phoneNumberId, 'APPROVED'));
    await judge(engine, life);
  });

  it('across its deadline expires within a minute of its return, and asks nothing after that', async () => {
    const { life, deadlineAtMs } = await lateLife();
    await outage(() => Promise.resolve());
    const backAtMs = Date.now();
    expect(backAtMs).toBeGreaterThan(deadlineAtMs);
    await expect(life.handle.result()).rejects.toMatchObject({ cause: { type: 'SignupExpired' } });
    expect(Date.now() - backAtMs).toBeLessThan(MINUTE_MS);
    const { phoneNumberId } = life.input;
    const late = (await engine.meta.ledgerOf(phoneNumberId)).filter(
      ({ at_ms: atMs }) => atMs >= deadlineAtMs,
    );
    expect(new Set(late.map(({ method }) => method))).toEqual(new Set(['GET']));
    await sleep(3000);
    const all = await engine.meta.ledgerOf(phoneNumberId);
    expect(all.filter(({ at_ms: atMs }) => atMs >= deadlineAtMs)).toHaveLength(late.length);
  });

  it('is saved by that read when it was registered meanwhile', async () => {
    const { life } = await lateLife();
    const { phoneNumberId } = life.input;
    await outage(() =>
      engine.meta.patch(`/numbers/${phoneNumberId}`, {
        ...{ registered_at: Date.now(), name_status: 'APPROVED', review: null },
      }),
    );
    expect((await life.handle.result()).outcome).toBe('ready');
    expect(await engine.meta.registersOf(phoneNumberId)).toEqual([]);
  });

  it('I8: its life replays clean', replayLives);
});

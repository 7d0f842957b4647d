import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { judge, replayLives } from './judge.ts';
import { beginLife, NAMED, startWorker } from './lives.ts';

installQuietRuntime();

const SHIM = fileURLToPath(new URL('shifted-clock.mjs', import.meta.url));

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

describe('F36: a number whose worker has a wrong clock', () => {
  it.each([
    ['an hour ahead', HOUR_MS],
    ['an hour behind', -HOUR_MS],
    ['20 days ahead', 20 * DAY_MS],
    ['20 days behind', -20 * DAY_MS],
  ])('%s is registered once and ends ready, not expired', async (where, shiftMs) => {
    const env = { NODE_OPTIONS: `--import ${SHIM}`, SHIFT_MS: String(shiftMs) };
    const worker = await startWorker(engine, where, env);
    const life = await beginLife(engine, where, { order: NAMED });
    await judge(engine, life);
    expect(await worker.stop(20_000)).toEqual({ code: 0, signal: null });
  });

  it('I8: their lives replay clean', replayLives);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';
import { signalNames } from '../../src/contract/onboarding.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives } from './judge.ts';
import { beginLife, IN_REVIEW, startWorker, until, untilShown } from './lives.ts';

installQuietRuntime();

const TASK_QUEUE = 'wrong-build';
const SWAPPED = fileURLToPath(new URL('../replay/broken/swapped-steps.ts', import.meta.url));

let engine: RealEngine;
let dir = '';
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
  dir = await mkdtemp(join(tmpdir(), 'wrong-build-'));
  await writeWorkflowBundle(join(dir, 'bundle.js'), SWAPPED);
});
afterAll(async () => {
  await engine.close();
  await rm(dir, { recursive: true });
});

describe('F38: a number whose worker was replaced by a build that decides otherwise', () => {
  it('stands still without any effect, and goes on once the build is taken back', async () => {
    const good = await startWorker(engine, TASK_QUEUE);
    const life = await beginLife(engine, TASK_QUEUE, { order: IN_REVIEW });
    await untilShown(engine, life, ['following-name', 'meta']);
    await good.stop(20_000);
    const { phoneNumberId } = life.input;
    const before = (await engine.meta.ledgerOf(phoneNumberId)).length;

    const bad = await startWorker(engine, TASK_QUEUE, { WORKFLOW_BUNDLE: join(dir, 'bundle.js') });
    await life.handle.signal(signalNames.numberChanged);
    await until(
      () => life.handle.fetchHistory(),
      ({ events }) =>
        events?.some(({ workflowTaskFailedEventAttributes: failed }) =>
          failed?.failure?.message?.includes('TMPRL1100'),
        ) === true,
    );
    await sleep(1000);
    await bad.stop(20_000);
    expect((await life.handle.describe()).status.name).toBe('RUNNING');
    const reads = (await engine.meta.ledgerOf(phoneNumberId)).slice(before);
    expect(reads.filter(({ method }) => method !== 'GET')).toEqual([]);

    const again = await startWorker(engine, TASK_QUEUE);
    await engine.meta.decideName(phoneNumberId, 'APPROVED');
    await life.handle.signal(signalNames.numberChanged);
    await judge(engine, life);
    await again.stop(20_000);
  });

  it('I8: its life replays clean', replayLives);
});

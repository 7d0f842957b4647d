import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  ONBOARD_PHONE_NUMBER,
  workflowIdOf,
  type OnboardingInput,
  type OnboardingResult,
} from '../../src/contract/onboarding.ts';
import { startProgram, type RunningProgram } from '../../src/embedded/child-process.ts';
import { QUICK } from '../support/quick-timing.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { acceptSignup } from '../support/signup.ts';

const PROGRAM = fileURLToPath(new URL('./crashing-worker.ts', import.meta.url));
installQuietRuntime();

let engine: RealEngine;
const histories: string[] = [];
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
});
afterAll(async () => {
  await engine.close();
});

async function startWorker(taskQueue: string, crashAt: string): Promise<RunningProgram> {
  return await startProgram({
    name: 'worker',
    command: process.execPath,
    args: [PROGRAM],
    env: {
      ...engine.env,
      TASK_QUEUE: taskQueue,
      WORKFLOW_BUNDLE: inject('workflowBundlePath'),
      CRASH_AT: crashAt,
    },
    logFile: join(engine.dir, `${taskQueue}.log`),
  });
}

/** One onboarding whose first worker dies at the point, and whose second finishes it. */
async function surviveKill(taskQueue: string, point: Point): Promise<OnboardingInput> {
  const input = await acceptSignup(
    engine,
    { scenario: 'review_forever', number: { name_status: 'APPROVED' } },
    Date.now(),
  );
  const { phoneNumberId } = input;
  if (point.hang !== undefined) {
    const match = { path: 'register', number: phoneNumberId, times: 1 };
    await engine.meta.post('/faults', { match, kind: 'hang', when: point.hang, ms: 900 });
  }
  const doomed = await startWorker(taskQueue, point.at);
  const handle = await engine.client.workflow.start<
    (input: OnboardingInput) => Promise<OnboardingResult>
  >(ONBOARD_PHONE_NUMBER, {
    args: [{ ...input, timing: QUICK }],
    workflowId: workflowIdOf(phoneNumberId),
    taskQueue,
  });
  expect(await doomed.exited).toEqual({ code: null, signal: 'SIGKILL' });
  const heir = await startWorker(taskQueue, 'never');
  try {
    expect((await handle.result()).outcome).toBe('ready');
    histories.push(historyToJSON(await handle.fetchHistory()));
  } finally {
    await heir.stop(5000);
  }
  return input;
}

interface Point {
  readonly at: 'reserved' | 'claimed' | 'in-flight' | 'answered' | 'recorded';
  readonly hang?: 'before' | 'after';
}

const POINTS: readonly (readonly [string, Point])[] = [
  ['before the row is claimed', { at: 'reserved' }],
  ['after the row is claimed, before the request', { at: 'claimed' }],
  ['in the request, before Meta acted', { at: 'in-flight', hang: 'before' }],
  ['in the request, after Meta acted', { at: 'in-flight', hang: 'after' }],
  ['after the answer, before it is written down', { at: 'answered' }],
  ['after it is written down', { at: 'recorded' }],
];

// No second try: a number registered twice once is a number registered twice.
describe('F01 F02: a worker killed with SIGKILL', { retry: 0 }, () => {
  it.concurrent.for(POINTS.flatMap((point) => [1, 2].map((round) => [round, ...point] as const)))(
    '(%i) %s registers the number once',
    { timeout: 100_000 },
    async ([round, name, point]) => {
      const taskQueue = `${point.at}-${point.hang ?? 'none'}-${round.toString()}`;
      const { phoneNumberId } = await surviveKill(taskQueue, point);

      const calls = await engine.meta.ledgerOf(phoneNumberId);
      const registers = calls.filter(({ path }) => path.endsWith('/register'));
      expect(
        registers.filter(({ effectApplied }) => effectApplied),
        name,
      ).toHaveLength(1);
      const lostAnswers = registers.filter(({ answerDelivered }) => !answerDelivered).length;
      expect(registers.length).toBeLessThanOrEqual(1 + lostAnswers);
      expect(registers.every(({ concurrent }) => concurrent === 1)).toBe(true);
      expect(new Set(registers.map(({ pinSha256 }) => pinSha256)).size).toBe(1);
      const story = calls.map(({ path }) => (path.endsWith('/register') ? 'POST' : 'GET'));
      expect(story.join(' ')).not.toContain('POST POST');
    },
  );
});

describe('I8: the twelve lives', () => {
  it('replay clean, each with its kill in it', async () => {
    expect(histories).toHaveLength(12);
    const workflowBundle = { codePath: inject('workflowBundlePath') };
    for (const history of histories) {
      await Worker.runReplayHistory({ workflowBundle }, JSON.parse(history));
    }
  });
});

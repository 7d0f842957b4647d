import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import {
  ONBOARD_PHONE_NUMBER,
  workflowIdOf,
  type OnboardingInput,
} from '../../src/contract/onboarding.ts';
import type { Timing } from '../../src/domain/timing.ts';
import { startLeash, startProgram, type RunningProgram } from '../../src/embedded/child-process.ts';
import { QUICK } from '../support/quick-timing.ts';
import type { RealEngine } from '../support/real-engine.ts';
import { acceptSignup } from '../support/signup.ts';
import type { Life } from './judge.ts';

const PROGRAM = fileURLToPath(new URL('../e2e/crashing-worker.ts', import.meta.url));
const PATIENCE_MS = 90_000;
const LOOK_AGAIN_MS = 100;

/** Nothing is left to wait for once such a number is registered. */
export const NAMED = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };
/** Its review ends when the test says so. */
export const IN_REVIEW = { scenario: 'review_forever' };

export interface FaultyWorker extends RunningProgram {
  readonly logFile: string;
  /** Resolves once the worker stands still at its point. */
  frozen(): Promise<void>;
  /** Lets it go on. */
  thaw(): void;
  kill(): void;
}

let workers = 0;
// A test that fails half-way leaves nobody behind.
const leash = startLeash({ graceMs: 0 });

/** What the worker is to suffer is told by its environment. */
export async function startWorker(
  engine: RealEngine,
  taskQueue: string,
  env: NodeJS.ProcessEnv = {},
): Promise<FaultyWorker> {
  workers += 1;
  const logFile = join(engine.dir, `worker-${workers}.log`);
  const program = await startProgram({
    name: 'worker',
    command: process.execPath,
    args: [PROGRAM],
    env: {
      ...engine.env,
      TASK_QUEUE: taskQueue,
      WORKFLOW_BUNDLE: inject('workflowBundlePath'),
      ...env,
    },
    logFile,
    leash,
  });
  return {
    ...program,
    logFile,
    frozen: async () => {
      await until(
        () => readFile(logFile, 'utf8'),
        (log) => /^frozen at /m.test(log),
      );
    },
    thaw: () => {
      process.kill(program.pid, 'SIGCONT');
    },
    kill: () => {
      process.kill(program.pid, 'SIGKILL');
    },
  };
}

/** A customer signs up, and the run of the number is started. */
export async function beginLife(
  engine: RealEngine,
  taskQueue: string,
  {
    order,
    timing = {},
    signedUpAtMs = Date.now(),
  }: {
    readonly order: unknown;
    readonly timing?: Partial<Timing>;
    readonly signedUpAtMs?: number;
  },
): Promise<Life> {
  const input = await acceptSignup(engine, order, signedUpAtMs);
  return await startRun(engine, taskQueue, { input, timing });
}

/** Starts the run of a signup that was accepted before. */
export async function startRun(
  engine: RealEngine,
  taskQueue: string,
  { input, timing = {} }: { readonly input: OnboardingInput; readonly timing?: Partial<Timing> },
): Promise<Life> {
  const handle: Life['handle'] = await engine.client.workflow.start(ONBOARD_PHONE_NUMBER, {
    args: [{ ...input, timing: { ...QUICK, ...timing } }],
    workflowId: workflowIdOf(input.phoneNumberId),
    taskQueue,
  });
  return { input, handle };
}

/** One signup after the other: so many at once would wait for each other longer than a call to Meta may take. */
export async function beginLives(
  engine: RealEngine,
  taskQueue: string,
  { order, amount }: { readonly order: unknown; readonly amount: number },
): Promise<readonly Life[]> {
  const lives: Life[] = [];
  while (lives.length < amount) lives.push(await beginLife(engine, taskQueue, { order }));
  return lives;
}

/** Resolves once people are shown the number in this stage, with this party to move. */
export async function untilShown(
  { store }: RealEngine,
  { input }: Life,
  [stage, waitingFor]: readonly [string, string],
): Promise<void> {
  await until(
    () => store.numbers.byId(input.phoneNumberId),
    (row) => row?.stage === stage && row.waitingFor === waitingFor,
  );
}

/** Asks until the answer is as wanted. Vitest's own `poll` cannot be used by tests that run at the same time. */
export async function until<Answer>(
  ask: () => Promise<Answer>,
  isAsWanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isAsWanted(answer)) return answer;
    if (Date.now() > giveUpAtMs) throw new Error(`it stays ${JSON.stringify(answer)}`);
    await sleep(LOOK_AGAIN_MS);
  }
}

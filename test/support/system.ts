import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { startProgram, type RunningProgram } from '../../src/embedded/child-process.ts';
import { freePort } from './free-port.ts';
import { startRealEngine, type RealEngine } from './real-engine.ts';

const LOOK_AGAIN_MS = 100;
// A call that a killed server had taken is given up on after 30 s, and everything is slow on a busy machine.
const PATIENCE_MS = 75_000;

const numberSchema = z.looseObject({
  stage: z.string(),
  waiting_for: z.string(),
  cause: z.string().optional(),
  outcome: z.string().optional(),
});

export type NumberView = z.output<typeof numberSchema>;

/** The programs as they are deployed: starter and worker as processes, webhooks from fake-graph to the starter. */
export interface System {
  readonly engine: RealEngine;
  /** Of the HTTP edge. */
  readonly url: string;
  readonly worker: RunningProgram;
  /** Everything the HTTP edge has ever answered, headers and bodies. */
  readonly answers: readonly string[];
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>;
  /** The number, once it is as the predicate wants it. */
  numberWhen(id: string, isAsWanted: (number: NumberView) => boolean): Promise<NumberView>;
  startWorker(): Promise<RunningProgram>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What the programs are told. It may depend on where Temporal is. */
export type Given = NodeJS.ProcessEnv | ((engine: RealEngine) => Promise<NodeJS.ProcessEnv>);

/** Paths of what was built and found before. */
export interface SystemGround {
  readonly temporalCli: string;
  readonly workflowBundlePath: string;
}

export async function startSystemOn(ground: SystemGround, given: Given): Promise<System> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port.toString()}`;
  const callbackUrl = `${url}/v1/webhooks/meta`;
  const engine = await startRealEngine(ground.temporalCli, { callbackUrl });
  const env = typeof given === 'function' ? await given(engine) : given;
  const answers: string[] = [];
  const start = (name: string): Promise<RunningProgram> =>
    startProgram({
      name,
      command: process.execPath,
      args: [fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url))],
      env: {
        ...engine.env,
        PORT: port.toString(),
        WORKFLOW_BUNDLE: ground.workflowBundlePath,
        LOG_LEVEL: 'trace',
        SIGNUPS_PER_MINUTE: '10000',
        ...env,
      },
      logFile: join(engine.dir, `${name}.log`),
    });
  const call: System['call'] = async (method, path, body) => {
    const answer = await request(`${url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(env['API_TOKEN'] === undefined ? {} : { authorization: `Bearer ${env['API_TOKEN']}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    answers.push(JSON.stringify(answer.headers), text);
    return { status: answer.statusCode, body: JSON.parse(text) };
  };
  const starter = await start('starter');
  const worker = await start('worker');
  await untilReady(() => call('GET', '/readyz'));
  return {
    engine,
    url,
    worker,
    answers,
    call,
    numberWhen: async (id, isAsWanted) => {
      const giveUpAtMs = Date.now() + PATIENCE_MS;
      for (;;) {
        const { body } = await call('GET', `/v1/numbers/${id}`);
        const number = numberSchema.parse(body);
        if (isAsWanted(number)) return number;
        if (Date.now() > giveUpAtMs) throw new Error(`number stays ${JSON.stringify(body)}`);
        await sleep(LOOK_AGAIN_MS);
      }
    },
    startWorker: () => start('worker'),
    close: async () => {
      await starter.stop(5000);
      await worker.stop(5000);
      await engine.close();
    },
  };
}

async function untilReady(ask: () => Promise<Answer>): Promise<void> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(LOOK_AGAIN_MS);
  }
}

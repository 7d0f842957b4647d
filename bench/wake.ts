import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeWorkflowBundle } from '../scripts/bundle-workflows.ts';
import { findTemporalProgram } from '../src/embedded/temporal-binaries.ts';
import type { FakeMeta } from '../test/support/fake-meta.ts';
import { planOf } from './wake/bare-plan.ts';
import { figuresOf, GOALS, missedBy, type Measured } from './wake/figures.ts';
import { cpuMsOf, memoryKiBOf } from './wake/process-use.ts';
import {
  finish,
  historyOf,
  lastPartOf,
  openRig,
  park,
  parkBare,
  tell,
  type Parked,
  type Rig,
} from './wake/rig.ts';

const HELP = `Parks numbers that wait for their names, on the real programs, Temporal's dev server and the emulator, and wakes some by
webhooks. Beside them, in the same minutes and on the same server, a bare workflow with the same number of activities and waits.

  --numbers <count>   how many wait (1000)
  --samples <count>   how many are woken (200)
  --json              {"wakeP50Ms", "wakeP99Ms", "bareP50Ms", "cpuRatio", "parkedKiB"}

wakeP50Ms, wakeP99Ms  webhook accepted to the number's first Graph call, by the emulator's ledger
bareP50Ms             signal sent to the bare workflow's first request, by the same ledger
cpuRatio              the worker's CPU time of an onboarding, over that of a bare workflow
parkedKiB             memory of the worker for each number that waits

Exit code 1 unless wakeP50Ms / bareP50Ms <= ${GOALS.wakeRatio}, cpuRatio <= ${GOALS.cpuRatio} and parkedKiB <= ${GOALS.parkedKiB}. Needs Linux's /proc.
`;

/** So many go through before anything is measured. */
const WARM_UP = 50;
/** How many onboardings the CPU time of one is the mean of. */
const COHORT = 100;
const BETWEEN_MS = 150;
const SETTLE_MS = 5000;

const { values } = parseArgs({
  options: {
    numbers: { type: 'string', default: '1000' },
    samples: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = values.json ? () => undefined : say;

async function measure(rig: Rig): Promise<Measured> {
  const { worker } = rig.system;
  const warm = await park(rig, WARM_UP);
  await finish(rig, warm.slice(0, 1));
  const plan = planOf(await historyOf(rig, first(warm)));
  report(`a bare workflow does ${JSON.stringify(plan)}`);
  await finish(rig, warm.slice(1));

  const cpuMs = { ours: await cpuOfOurs(rig), bare: await cpuOfBare(rig, plan) };
  report(`CPU ms: ${JSON.stringify(cpuMs)}`);

  const parked = Number(values.numbers);
  await sleep(SETTLE_MS);
  const beforeKiB = await memoryKiBOf(worker.pid);
  const numbers = await park(rig, parked);
  await sleep(SETTLE_MS);
  const memory = { beforeKiB, afterKiB: await memoryKiBOf(worker.pid), parked };
  report(`${parked.toString()} numbers wait: ${JSON.stringify(memory)}`);
  return { cpuMs, memory, ...(await wakeSome(rig, numbers, plan)) };
}

async function cpuOfOurs(rig: Rig): Promise<number> {
  const { pid } = rig.system.worker;
  await sleep(SETTLE_MS);
  const before = await cpuMsOf(pid);
  const numbers = await park(rig, COHORT);
  await finish(rig, numbers);
  return ((await cpuMsOf(pid)) - before) / COHORT;
}

async function cpuOfBare(rig: Rig, plan: ReturnType<typeof planOf>): Promise<number> {
  const { pid } = rig.bareWorker;
  const namesOf = (batch: string, amount: number): readonly string[] =>
    Array.from({ length: amount }, (_, n) => `bare-${batch}-${n.toString()}`);
  const warm = await parkBare(rig, { names: namesOf('warm', WARM_UP), plan });
  for (const handle of warm) await handle.signal('go');
  await Promise.all(warm.map((handle) => handle.result()));
  await sleep(SETTLE_MS);
  const before = await cpuMsOf(pid);
  const handles = await parkBare(rig, { names: namesOf('cpu', COHORT), plan });
  for (const handle of handles) await handle.signal('go');
  await Promise.all(handles.map((handle) => handle.result()));
  return ((await cpuMsOf(pid)) - before) / COHORT;
}

/** One of ours, one bare, in turn: whatever else the machine does comes to both. */
async function wakeSome(
  rig: Rig,
  numbers: readonly Parked[],
  plan: ReturnType<typeof planOf>,
): Promise<Pick<Measured, 'wakesMs' | 'baresMs'>> {
  const sampled = numbers.slice(0, Number(values.samples));
  const names = sampled.map((_, n) => `bare-woken-${n.toString()}`);
  const handles = await parkBare(rig, { names, plan });
  await sleep(SETTLE_MS);
  const sent: { readonly path: string; readonly atMs: number; readonly isBare: boolean }[] = [];
  for (const [n, number] of sampled.entries()) {
    const acceptedAtMs = await tell(rig.system, number, 'PENDING');
    sent.push({ path: number.phoneNumberId, atMs: acceptedAtMs, isBare: false });
    await sleep(BETWEEN_MS);
    sent.push({ path: names[n] ?? '', atMs: Date.now(), isBare: true });
    await handles[n]?.signal('go');
    await sleep(BETWEEN_MS);
  }
  await sleep(SETTLE_MS);
  const tookMs = await firstCallsAfter(rig.system.engine.meta, sent);
  const of = (isBare: boolean): readonly number[] =>
    tookMs.filter((_, n) => sent[n]?.isBare === isBare);
  return { wakesMs: of(false), baresMs: of(true) };
}

/** How long after each instant the ledger has the first call with this path; without end if it has none. */
async function firstCallsAfter(
  meta: FakeMeta,
  sent: readonly { readonly path: string; readonly atMs: number }[],
): Promise<readonly number[]> {
  const reads = (await meta.ledger()).filter(({ method }) => method === 'GET');
  return sent.map(({ path, atMs }) => {
    const call = reads.find((each) => each.at_ms >= atMs && lastPartOf(each.path) === path);
    return (call?.at_ms ?? Infinity) - atMs;
  });
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('nobody is there');
  return one;
}

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-wake-'));
  const workflowBundlePath = join(dir, 'workflows.js');
  await writeWorkflowBundle(workflowBundlePath);
  const temporalCli = await findTemporalProgram('temporal', { env: process.env, report });
  const rig = await openRig({ temporalCli, workflowBundlePath });
  try {
    const figures = figuresOf(await measure(rig));
    if (values.json) say(JSON.stringify(figures));
    else for (const [name, figure] of Object.entries(figures)) say(`${name.padEnd(12)}${figure}`);
    const missed = missedBy(figures);
    for (const goal of missed) report(`missed: ${goal}`);
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    await rig.close();
    await rm(dir, { recursive: true });
  }
}

if (values.help) say(HELP);
else await main();

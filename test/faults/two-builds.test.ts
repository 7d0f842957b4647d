import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';
import { signalNames } from '../../src/contract/onboarding.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { replayLivesOn } from './judge.ts';
import { startWorker, until } from './lives.ts';
import { isStuck, letGo, marksIn, standEverywhere, takeUp, type Standee } from './standees.ts';
import { STANDINGS } from './waits.ts';

installQuietRuntime();

const RUNS = 100;
const EVERYWHERE = Object.values(STANDINGS);

/** What a run has marked that came to the changed place on that build. */
const MARKS = {
  before: [],
  changed: ['look-before-following'],
  undone: ['look-before-following', 'follow-without-a-look'],
} as const;
type Build = keyof typeof MARKS;

let engine: RealEngine;
let dir = '';
let builds: Readonly<Record<Build, string>>;
beforeAll(async () => {
  engine = await startRealEngine(inject('temporalCli'));
  dir = await mkdtemp(join(tmpdir(), 'two-builds-'));
  builds = {
    before: inject('workflowBundlePath'),
    changed: await build('with-a-look'),
    undone: await build('without-it-again'),
  };
});
afterAll(async () => {
  await engine.close();
  await rm(dir, { recursive: true });
});

async function build(name: string): Promise<string> {
  const path = join(dir, `${name}.js`);
  await writeWorkflowBundle(path, fileURLToPath(new URL(`./builds/${name}.ts`, import.meta.url)));
  return path;
}

/** A worker of that build works as long as `act` takes. */
async function on(name: Build, taskQueue: string, act: () => Promise<void>): Promise<void> {
  const worker = await startWorker(engine, taskQueue, { WORKFLOW_BUNDLE: builds[name] });
  await act();
  expect(await worker.stop(30_000)).toEqual({ code: 0, signal: null });
}

interface Journey extends Standee {
  readonly begunOn: Build;
}

async function beginOn(begunOn: Build, taskQueue: string, amount: number): Promise<Journey[]> {
  const standings = Array.from({ length: amount }, (_, n) => EVERYWHERE[n % EVERYWHERE.length]);
  const given = standings.filter((standing) => standing !== undefined);
  const standees = await standEverywhere(engine, taskQueue, given);
  return standees.map((standee) => ({ ...standee, begunOn }));
}

/** All end, and each went the way of the build on which it came to the changed place. */
async function endOn(build: Build, journeys: readonly Journey[]): Promise<void> {
  await letGo(engine, journeys);
  for (const { standing, life, begunOn } of journeys) {
    const cameOn = standing.following === 'ahead' ? build : begunOn;
    const marks = standing.following === 'never' ? [] : MARKS[cameOn];
    expect(await marksIn(life)).toEqual(marks);
    expect(await isStuck(life)).toBe(false);
  }
}

describe('F37: numbers whose workers are replaced by a build with a change behind patched()', () => {
  it(`go on from every stage and wait, ${RUNS} of them, and go on when the change is taken back`, async () => {
    const taskQueue = 'there and back';
    let begun: readonly Journey[] = [];
    await on('before', taskQueue, async () => {
      begun = await beginOn('before', taskQueue, RUNS);
    });
    await on('changed', taskQueue, async () => {
      await takeUp(begun);
      begun = [...begun, ...(await beginOn('changed', taskQueue, EVERYWHERE.length))];
      await endOn(
        'changed',
        begun.filter((_, n) => n % 2 === 0),
      );
    });
    await on('undone', taskQueue, async () => {
      const left = begun.filter((_, n) => n % 2 === 1);
      await takeUp(left);
      const last = await beginOn('undone', taskQueue, EVERYWHERE.length);
      await endOn('undone', [...left, ...last]);
    });
  }, 600_000);

  it('stand still without any effect on a build that does not know the change, where they have marked it', async () => {
    const taskQueue = 'too far back';
    const names = ['waits for the review of its name', 'is on a handset'] as const;
    const standings = names.flatMap((name) => STANDINGS[name] ?? []);
    let standees: readonly Standee[] = [];
    await on('changed', taskQueue, async () => {
      standees = await standEverywhere(engine, taskQueue, standings);
    });
    const [marked, unmarked] = standees;
    if (marked === undefined || unmarked === undefined) throw new Error('nobody stands there');
    const { phoneNumberId } = marked.life.input;
    const before = await engine.meta.ledgerOf(phoneNumberId);

    await on('before', taskQueue, async () => {
      await marked.life.handle.signal(signalNames.numberChanged);
      await until(() => isStuck(marked.life), Boolean);
      await letGo(engine, [unmarked]);
      await sleep(1000);
    });
    expect((await marked.life.handle.describe()).status.name).toBe('RUNNING');
    expect(await engine.meta.ledgerOf(phoneNumberId)).toEqual(before);

    await on('undone', taskQueue, () => letGo(engine, [marked]));
  });

  it('I8: leave lives that all replay clean on the build that takes the change back', async () => {
    await replayLivesOn(builds.undone);
  });
});

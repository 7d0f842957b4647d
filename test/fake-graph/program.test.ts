import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { parseOptions } from '../../fake-graph/options.ts';
import { SCENARIOS } from '../../fake-graph/scenarios.ts';
import { startFakeGraph } from '../../fake-graph/server.ts';
import { clientOf, startReceiver } from './harness.ts';

const FIELDS =
  'status,name_status,certificate,new_display_name,new_name_status,code_verification_status,is_pin_enabled';

type Program = ChildProcessByStdio<null, Readable, Readable>;

let folder: string;
const running: Program[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fake-graph-'));
});
afterEach(() => {
  for (const program of running.splice(0)) program.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function spawnProgram(...args: string[]): Program {
  const program = spawn(process.execPath, ['fake-graph/main.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  running.push(program);
  return program;
}

const ended = (program: Program) =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    let said = '';
    program.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    program.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    program.once('close', (code) => {
      resolve({ code, said });
    });
  });

async function startProgram(...args: string[]) {
  const program = spawnProgram('--port', '0', ...args);
  const line = await new Promise<string>((resolve, reject) => {
    program.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
    program.once('close', () => {
      reject(new Error('ended before it listened'));
    });
  });
  const [, url = ''] = /^fake-graph listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line) ?? [];
  return { program, meta: clientOf(url), line };
}

async function kill(program: Program) {
  const end = ended(program);
  program.kill('SIGKILL');
  await end;
}

test('says where it listens in one line, and ends with 0 on SIGTERM even while a request hangs', async () => {
  const { program, meta, line } = await startProgram();
  expect(line).toMatch(/^fake-graph listening on http:\/\/127\.0\.0\.1:\d+\n$/);
  const { number, token } = await meta.onboard();
  await meta.order('POST', 'faults', { kind: 'hang', ms: 60_000 });
  const request = meta.register(number, token).catch(() => 'gone');
  await expect.poll(async () => (await meta.ledger(number)).length).toBe(1);
  const end = ended(program);
  program.kill('SIGTERM');
  expect((await end).code).toBe(0);
  expect(await request).toBe('gone');
});

test('says that its port is taken', async () => {
  const fake = await startFakeGraph();
  const { code, said } = await ended(spawnProgram('--port', new URL(fake.url).port));
  expect([code, said]).toEqual([1, 'fake-graph: the port is taken; give another with --port\n']);
  await fake.close();
});

test.each([
  [['--port', 'x'], '--port is a number'],
  [['--host', '0.0.0.0'], '--host must be a loopback name'],
  [['--clock', 'fast'], '--clock is real, frozen or scaled'],
  [['--nonsense'], '--nonsense'],
])('refuses %j in words', (args, words) => {
  expect(() => parseOptions(args)).toThrow(words);
});

test('reads its command line', () => {
  expect(parseOptions(['--help'])).toBe('help');
  const args = ['--port', '0', '--clock', 'scaled:1440', '--app-id', '12', '--seed', 'x'];
  expect(parseOptions(args)).toEqual({
    port: 0,
    host: '127.0.0.1',
    clock: { mode: 'scaled', factor: 1440 },
    app: { id: '12' },
    seed: 'x',
  });
});

test('ends with one line and 1 when it cannot start', async () => {
  const { code, said } = await ended(spawnProgram('--scenario', 'nope'));
  expect(code).toBe(1);
  expect(said).toMatch(/^fake-graph: unknown scenario 'nope'[^\n]+\n$/);
});

test('goes on after a SIGKILL where it was, with an effect whose answer was lost', async () => {
  const state = join(folder, 'world.json');
  const first = await startProgram('--state', state, '--clock', 'frozen');
  const { number, token } = await first.meta.onboard({ scenario: 'on_handset' });
  await first.meta.register(number, token);
  await first.meta.order('PATCH', `numbers/${number}`, { on_handset: false });
  await first.meta.advance('23h');
  const before = await first.meta.order('GET', 'clock');
  await first.meta.order('POST', 'faults', { kind: 'hang', when: 'after', ms: 60_000 });
  const lost = first.meta.register(number, token).catch(() => 'lost');
  await expect.poll(async () => (await first.meta.ledger(number))[1]?.effectApplied).toBe(true);
  await kill(first.program);
  expect(await lost).toBe('lost');

  const { meta } = await startProgram('--state', state);
  expect(await meta.order('GET', 'clock')).toEqual(before);
  const rows = await meta.ledger(number);
  expect(rows.map((row) => [row.effectApplied, row.answerDelivered])).toEqual([
    [false, true],
    [true, false],
  ]);
  await meta.advance('1h');
  const seen = await meta.read(number, token, 'status,name_status,certificate');
  expect(seen).toMatchObject({ status: 'CONNECTED', name_status: 'APPROVED' });
  expect(seen).toHaveProperty('certificate');
});

test('delivers after a restart what was not delivered before it', async () => {
  const state = join(folder, 'world.json');
  const receiver = await startReceiver([503]);
  const first = await startFakeGraph({
    state,
    clock: { mode: 'frozen', factor: 1 },
    app: { callback_url: receiver.url },
  });
  await clientOf(first.url).onboard();
  expect(receiver.heard).toHaveLength(1);
  await first.close();

  const second = await startFakeGraph({ state });
  await clientOf(second.url).advance('1m');
  expect(receiver.heard).toHaveLength(2);
  expect(receiver.heard[1]?.body).toEqual(receiver.heard[0]?.body);
  await second.close();
  await receiver.close();
});

test('lets a scaled clock stand still while it is down, and a real one go on', async () => {
  const DOWN_MS = 300;
  const gainedOver = async (clock: { mode: 'real' | 'scaled'; factor: number }) => {
    const state = join(folder, `${clock.mode}.json`);
    const nowOf = async (url: string) =>
      Number((await clientOf(url).order('GET', 'clock'))['nowMs']);
    const startedAtMs = performance.now();
    const first = await startFakeGraph({ state, clock });
    const before = await nowOf(first.url);
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
    const second = await startFakeGraph({ state });
    const after = await nowOf(second.url);
    await second.close();
    return { gained: (after - before) / clock.factor, real: performance.now() - startedAtMs };
  };
  const scaled = await gainedOver({ mode: 'scaled', factor: 86_400 });
  expect(scaled.gained).toBeLessThan(scaled.real - DOWN_MS + 5);
  expect((await gainedOver({ mode: 'real', factor: 1 })).gained).toBeGreaterThan(DOWN_MS - 5);
});

test('loses a line cut short by a kill, and nothing before it', async () => {
  const state = join(folder, 'world.json');
  const first = await startFakeGraph({ state });
  const { number, token } = await clientOf(first.url).onboard();
  const whole = readFileSync(state);
  await clientOf(first.url).register(number, token);
  const cut = readFileSync(state).subarray(0, whole.length + 40);
  await first.close();
  writeFileSync(state, cut);

  const second = await startFakeGraph({ state });
  const meta = clientOf(second.url);
  expect(await meta.read(number, token, 'status')).toMatchObject({ status: 'PENDING' });
  await meta.register(number, token);
  await second.close();
  const third = await startFakeGraph({ state });
  expect(await clientOf(third.url).read(number, token, 'status')).toMatchObject({
    status: 'CONNECTED',
  });
  await third.close();
});

test('keeps every effect of many acts: what it goes on with answers as before', async () => {
  const state = join(folder, 'world.json');
  const receiver = await startReceiver(Array.from({ length: 500 }, () => 503));
  const app = { callback_url: receiver.url };
  const first = await startFakeGraph({ state, clock: { mode: 'frozen', factor: 1 }, app });
  const before = clientOf(first.url);
  await before.order('POST', 'reset', { seed: 5 });
  await before.order('POST', 'faults', { kind: 'error', code: 2, probability: 0.3 });
  const known: string[] = [];
  for (const scenario of Object.keys(SCENARIOS).filter((name) => name !== 'ten_thousand_numbers')) {
    const { number, waba, token } = await before.onboard({ scenario });
    known.push(number);
    await before.graph('POST', `${waba}/subscribed_apps`, { token });
    await before.register(number, token);
    await before.graph('POST', `${number}?new_display_name=Shrub`, { token });
    await before.advance('7h');
  }
  await before.order('DELETE', 'faults');
  const rows = await before.ledger();
  const partner = String((await before.order('POST', 'tokens', { kind: 'system' }))['value']);
  const everything = async (client: typeof before) => [
    (await client.ledger()).slice(0, rows.length),
    await Promise.all(known.map((number) => client.read(number, partner, FIELDS))),
    await client.webhooks(),
    await client.order('GET', 'clock'),
  ];
  const seen = await everything(before);
  await first.close();
  const second = await startFakeGraph({ state });
  expect(await everything(clientOf(second.url))).toEqual(seen);
  await second.close();
  await receiver.close();
});

test('writes for a request what it changed, not the world of three thousand numbers', async () => {
  const state = join(folder, 'world.json');
  const fake = await startFakeGraph({ state });
  const meta = clientOf(fake.url);
  await meta.order('POST', 'numbers', { count: 3000, waba: '500' });
  const { number, token } = await meta.onboard();
  const sizeBefore = statSync(state).size;
  expect(sizeBefore).toBeGreaterThan(1_500_000);
  for (let i = 0; i < 100; i += 1) await meta.graph('GET', number, { token });
  expect((statSync(state).size - sizeBefore) / 100).toBeLessThan(3000);
  await fake.close();
});

test('refuses a state file that is not its own', async () => {
  const state = join(folder, 'world.json');
  writeFileSync(state, '{"seed":1}');
  await expect(startFakeGraph({ state })).rejects.toThrow(
    `the state file ${state} is not one of this program`,
  );
});

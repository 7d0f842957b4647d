import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { removeKey } from '../../src/keyring/changes.ts';
import { commandLine, openHome, type Home } from '../cli/command-line.ts';
import { newSignup, NUMBER } from '../store/builders.ts';

const listSchema = z.object({
  keys: z.array(z.object({ id: z.string(), state: z.string(), rows: z.number() })),
});
const newSchema = z.object({ id: z.string() });

async function openSealed(): Promise<Home> {
  const home = await openHome();
  await home.store.signups.accept(newSignup());
  await home.store.credentials.ensurePin(NUMBER);
  return home;
}

async function keys({ env }: Home, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await commandLine(['keys', ...args], { env });
  expect(`${code ?? ''}${err}`).toBe('0');
  return out;
}

async function listOf(home: Home) {
  return listSchema.parse(JSON.parse(await keys(home, 'list', '--json'))).keys;
}

async function newKey(home: Home): Promise<string> {
  return newSchema.parse(JSON.parse(await keys(home, 'new', '--json'))).id;
}

it('takes a service from one key to the next: new, activate, rotate, retire', async () => {
  const home = await openSealed();
  const pin = (await home.store.credentials.pinOf(NUMBER))?.reveal();
  const [first] = await listOf(home);
  const id = await newKey(home);
  expect(await listOf(home)).toMatchObject([
    { id: first?.id, state: 'active', rows: 2 },
    { id, state: 'decrypt-only', rows: 0 },
  ]);

  await keys(home, 'activate', id);
  expect(await keys(home, 'rotate')).toBe(
    `Sealed anew with the active key: 2 data keys, 0 values without one.\nNo row needs ${first?.id ?? ''} any more.\n`,
  );
  await keys(home, 'retire', first?.id ?? '', '--after-retention');
  expect(await listOf(home)).toMatchObject([{ id, state: 'active', rows: 2 }]);
  expect((await home.store.credentials.pinOf(NUMBER))?.reveal()).toBe(pin);
});

it('retires no key that a row needs', async () => {
  const home = await openSealed();
  const [first] = await listOf(home);
  await keys(home, 'activate', await newKey(home));
  const before = readFileSync(home.env['KEY_FILE'] ?? '', 'utf8');
  const ended = await commandLine(['keys', 'retire', first?.id ?? ''], { env: home.env });
  expect(ended).toMatchObject({ code: 5, out: '' });
  expect(ended.err).toMatch(/^keys retire: 2 rows need \w+; activate another key/);
  expect(readFileSync(home.env['KEY_FILE'] ?? '', 'utf8')).toBe(before);
});

it('retires no key that histories in Temporal may need, until somebody answers for it', async () => {
  const home = await openHome();
  const [first] = await listOf(home);
  await keys(home, 'activate', await newKey(home));
  const { env } = home;
  const args = ['keys', 'retire', first?.id ?? ''];
  const refused = await commandLine(args, { env });
  expect(refused).toMatchObject({ code: 5, out: '' });
  expect(refused.err).toMatch(/^keys retire: histories in Temporal may need/);
  expect(await listOf(home)).toHaveLength(2);
  expect(await commandLine([...args, '--after-retention'], { env })).toMatchObject({ code: 0 });
  expect(await listOf(home)).toHaveLength(1);
});

it('shows a key that rows need and the file lacks, and ends a rotation with what it had to leave', async () => {
  const home = await openSealed();
  const [first] = await listOf(home);
  const whole = readFileSync(home.env['KEY_FILE'] ?? '', 'utf8');
  const added = await newKey(home);
  await keys(home, 'activate', added);
  const { keys: ring } = z
    .object({ keys: z.array(z.looseObject({ id: z.string() })) })
    .parse(JSON.parse(readFileSync(home.env['KEY_FILE'] ?? '', 'utf8')));
  const lacking = { keys: ring.filter(({ id }) => id === added) };
  writeFileSync(home.env['KEY_FILE'] ?? '', JSON.stringify(lacking));
  expect(await listOf(home)).toMatchObject([
    { id: added, state: 'active', rows: 0 },
    { id: first?.id, state: 'missing', rows: 2 },
  ]);
  const ended = await commandLine(['keys', 'rotate'], { env: home.env });
  expect(ended).toMatchObject({ code: 5 });
  expect(ended.err).toMatch(/^keys rotate: 2 rows did not open/);
  writeFileSync(home.env['KEY_FILE'] ?? '', whole);
  expect(await home.store.credentials.pinOf(NUMBER)).toBeDefined();
});

it('prints no key, whatever is asked', async () => {
  const home = await openSealed();
  const outputs = [
    await keys(home, 'new'),
    await keys(home, 'list'),
    await keys(home, 'list', '--json'),
  ].join('');
  const { keys: ring } = z
    .object({ keys: z.array(z.object({ key: z.string() })) })
    .parse(JSON.parse(readFileSync(home.env['KEY_FILE'] ?? '', 'utf8')));
  expect(ring.filter(({ key }) => outputs.includes(key))).toEqual([]);
});

it.each([
  ['activate', []],
  ['retire', ['--after-retention']],
])('refuses to %s a key that is not there', async (verb, flags) => {
  const home = await openHome();
  const ended = await commandLine(['keys', verb, 'k9', ...flags], { env: home.env });
  expect(ended).toMatchObject({
    code: 5,
    err: `keys ${verb}: no key k9; keys list shows the ids\n`,
  });
});

const reportSchema = z.object({
  checks: z.array(z.object({ kind: z.string(), name: z.string(), detail: z.string() })),
});

async function doctorOf({ env }: Home, nowMs = Date.now) {
  const { out } = await commandLine(['doctor', '--json'], { env, nowMs });
  const { checks } = reportSchema.parse(JSON.parse(out));
  return checks.find(({ name }) => name === 'sealing key');
}

it('has the doctor say which key is missing, and when the active one is too old', async () => {
  const home = await openHome();
  await home.store.credentials.ensurePin(NUMBER);
  const [first] = await listOf(home);
  expect(await doctorOf(home)).toMatchObject({ kind: 'ok' });
  const days = (count: number) => (): number => Date.now() + count * 86_400_000;
  expect(await doctorOf(home, days(90))).toMatchObject({ kind: 'ok' });
  expect(await doctorOf(home, days(92))).toMatchObject({ kind: 'warning' });

  const id = await newKey(home);
  await keys(home, 'activate', id);
  const file = home.env['KEY_FILE'] ?? '';
  await removeKey(file, first?.id ?? '');
  const detail = `keys: ${first?.id ?? ''} (needed by 1 rows) missing`;
  expect(await doctorOf(home)).toMatchObject({ kind: 'failed', detail });
});

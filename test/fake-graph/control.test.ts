import { readFileSync } from 'node:fs';

import { request } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { SCENARIOS } from '../../fake-graph/scenarios.ts';
import { startFakeGraph } from '../../fake-graph/server.ts';
import { APP_ID, APP_SECRET, errorOf, startFrozen, startReceiver } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
beforeEach(async () => {
  meta = await startFrozen();
});
afterEach(() => meta.close());

test('stands still on a frozen clock, and moves only forward', async () => {
  const now = async () => (await meta.order('GET', 'clock'))['now'];
  expect(await now()).toBe('2026-11-22T10:00:00.000Z');
  await meta.order('POST', 'clock', { advance: '3d4h5m6s7ms' });
  expect(await now()).toBe('2026-11-25T14:05:06.007Z');
  await meta.order('POST', 'clock', { setTo: '2026-12-01T00:00:00Z' });
  await meta.order('POST', 'clock', { setTo: '2026-11-22T10:00:00Z' });
  expect(await now()).toBe('2026-12-01T00:00:00.000Z');
});

test('has an app of its own, whatever another emulator of the same process is told', async () => {
  const other = await startFakeGraph({ port: 0, app: { secret: 'of the other' } });
  const one = await startFrozen();
  const { code } = await one.signUp();
  const query = `client_id=${APP_ID}&client_secret=${APP_SECRET}&code=${code}`;
  expect(await one.graph('GET', `oauth/access_token?${query}`)).toMatchObject({ status: 200 });
  await one.close();
  await other.close();
});

test('runs faster than life on a scaled clock, events included', async () => {
  const receiver = await startReceiver();
  await meta.order('POST', 'reset', { app: { callback_url: receiver.url } });
  const { number, waba, token } = await meta.onboard();
  await meta.graph('POST', `${waba}/subscribed_apps`, { token });
  // A day in a tenth of a second.
  await meta.order('POST', 'clock', { mode: 'scaled:864000' });
  await expect.poll(() => receiver.heard.length, { timeout: 3000 }).toBe(2);
  expect(await meta.read(number, token, 'name_status')).toMatchObject({ name_status: 'APPROVED' });
  await receiver.close();
});

test('ends a review in real time without being asked', async () => {
  await meta.order('POST', 'clock', { mode: 'real' });
  const { number, token } = await meta.onboard({ number: { review: { after_ms: 50 } } });
  await expect
    .poll(async () => (await meta.read(number, token, 'name_status'))['name_status'])
    .toBe('APPROVED');
});

test('passes events in order of time on the way to the instant asked for', async () => {
  const receiver = await startReceiver();
  await meta.order('POST', 'reset', { app: { callback_url: receiver.url } });
  for (const hours of [3, 1, 2]) {
    const { waba, token } = await meta.onboard({
      name: `Shrub ${hours}`,
      number: { review: { after_ms: hours * 3_600_000 } },
    });
    await meta.graph('POST', `${waba}/subscribed_apps`, { token });
  }
  receiver.heard.length = 0;
  await meta.advance('1d');
  const names = receiver.heard.map(({ body }) => /Shrub \d/.exec(body.toString())?.[0]);
  expect(names).toEqual(['Shrub 1', 'Shrub 2', 'Shrub 3']);
  await receiver.close();
});

test.each([
  ['POST clock', { advance: 'soon' }, 'a span like 3d4h'],
  ['POST clock', { mode: 'fast' }, 'mode is'],
  ['POST reset', { scenario: 'nope' }, "unknown scenario 'nope'"],
  ['POST reset', { switches: { authHttp: 418 } }, 'authHttp'],
  ['POST signup', { scenario: 'nope' }, 'unknown scenario'],
  ['POST signup', { number: { on_hanset: true } }, 'on_hanset'],
  ['POST signup', { waba: '../me' }, '1 to 20 digits'],
  ['POST numbers/1/name-decision', { decision: 'APPROVED' }, 'no number 1'],
  ['PATCH tokens', { value: 'x', revoked: true }, 'no such token'],
  ['POST handshake', {}, 'no callback_url'],
])('refuses %s %j in words', async (order, body, words) => {
  const [method = '', path = ''] = order.split(' ');
  const answer = await meta.send(method, `/_fake/${path}`, { body });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(words);
});

test('names the orders it knows when it does not know one', async () => {
  const answer = await meta.send('POST', '/_fake/rest');
  expect(answer.status).toBe(404);
  expect(answer.text).toContain('POST reset');
});

test('leaves no number behind when a signup is refused', async () => {
  await meta.send('POST', '/_fake/signup', { body: { waba: '500', scenario: 'nope' } });
  expect(errorOf(await meta.graph('GET', '500', { token: await meta.tokenFor('500') })).code).toBe(
    100,
  );
});

test('adds a number by hand: no signup, no proof, no window', async () => {
  const made = await meta.order('POST', 'numbers', {
    id: '77',
    waba: '500',
    verified_name: 'Shrub',
  });
  expect(made).toEqual({ phone_number_id: '77', waba_id: '500' });
  const token = await meta.tokenFor('500');
  await meta.advance('30d');
  expect(
    await meta.read(
      '77',
      token,
      'status,verified_name,code_verification_status,last_onboarded_time',
    ),
  ).toEqual({
    id: '77',
    status: 'PENDING',
    verified_name: 'Shrub',
    code_verification_status: 'NOT_VERIFIED',
  });
});

test('plays what a person does to a number: banned, taken off, gone', async () => {
  const { number, token } = await meta.onboard({ scenario: 'already_connected' });
  const patch = (body: unknown) => meta.order('PATCH', `numbers/${number}`, body);
  const status = async () => (await meta.read(number, token, 'status'))['status'];
  await patch({ status: 'BANNED' });
  expect(await status()).toBe('BANNED');
  await patch({ status: null, registered_at: null });
  expect(await status()).toBe('DISCONNECTED');
  await patch({ gone: true });
  expect(errorOf(await meta.graph('GET', number, { token })).error_subcode).toBe(33);
});

test('starts a fresh world on a reset and keeps the app', async () => {
  const { number, token } = await meta.onboard();
  await meta.order('POST', 'reset', { app: { secret: 'another' } });
  expect(errorOf(await meta.graph('GET', number, { token })).code).toBe(190);
  const debug = await meta.graph('GET', 'debug_token?input_token=x', {
    token: '670843887433847|another',
  });
  expect(debug.status).toBe(200);
  expect(await meta.ledger()).toHaveLength(2);
});

test('gives numbers the scenario of the reset unless their signup names one', async () => {
  await meta.order('POST', 'reset', { scenario: 'already_connected' });
  const { number, token } = await meta.onboard();
  expect(await meta.read(number, token, 'status')).toMatchObject({ status: 'CONNECTED' });
  const other = await meta.onboard({ scenario: 'happy' });
  expect(await meta.read(other.number, other.token, 'status')).toMatchObject({ status: 'PENDING' });
});

test.each(Object.keys(SCENARIOS))('plays %s and tells of it in the README', async (scenario) => {
  const { number, token } = await meta.onboard({ scenario });
  expect(await meta.read(number, token, 'status')).toHaveProperty('status');
  expect(readFileSync('fake-graph/README.md', 'utf8').includes(`| \`${scenario}\``)).toBe(true);
});

test('shows the world on a page that escapes every name', async () => {
  const { number, token } = await meta.onboard({ name: '<script>alert(1)</script>' });
  await meta.register(number, token);
  const page = await meta.send('GET', '/_fake');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.text).toContain(number);
  expect(page.text).toContain('&#60;script&#62;');
  expect(page.text).not.toContain('<script>');
});

test('shows on its page the clock, and of many numbers the latest', async () => {
  await meta.order('POST', 'numbers', { count: 150 });
  await meta.order('POST', 'clock', { mode: 'scaled:1440' });
  const { text } = await meta.send('GET', '/_fake');
  expect(text).toContain('scaled:1440');
  expect(text).toContain('the latest 100 of 150');
  expect(text).toContain('+1 631-555-0150');
  expect(text).not.toContain('+1 631-555-0050');
});

test('is healthy', async () => {
  expect(await meta.order('GET', 'healthz')).toEqual({ ok: true });
});

test('refuses its control API to pages of other origins and to other names', async () => {
  const ask = async (headers: Record<string, string>) => {
    const answer = await request(`${meta.url}/_fake/ledger`, { headers });
    await answer.body.dump();
    return answer.statusCode;
  };
  expect(await ask({ origin: 'http://evil.example' })).toBe(403);
  expect(await ask({ host: 'evil.example' })).toBe(403);
  expect(await ask({ origin: meta.url })).toBe(200);
});

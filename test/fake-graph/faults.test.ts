import { afterEach, beforeEach, expect, test } from 'vitest';

import { bodyOf, errorOf, startFrozen, startReceiver } from './harness.ts';
import type { Onboarded } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
let onboarded: Onboarded;
beforeEach(async () => {
  meta = await startFrozen();
  onboarded = await meta.onboard();
});
afterEach(() => meta.close());

const fault = (kind: string, more: Record<string, unknown> = {}, match = {}) =>
  meta.order('POST', 'faults', { kind, match: { path: '/register', ...match }, ...more });
const register = (signal?: AbortSignal) =>
  meta.graph('POST', `${onboarded.number}/register`, {
    token: onboarded.token,
    body: { messaging_product: 'whatsapp', pin: '123456' },
    ...(signal && { signal }),
  });
const read = (fields: string) => meta.read(onboarded.number, onboarded.token, fields);
const isConnected = async () => (await read('status'))['status'] === 'CONNECTED';
const registerRows = async () =>
  (await meta.ledger(onboarded.number)).filter((row) => row.path.endsWith('/register'));

test('loses a request before it has any effect', async () => {
  await fault('drop_before');
  await expect(register()).rejects.toThrow();
  expect(await isConnected()).toBe(false);
  expect(await registerRows()).toMatchObject([
    { fault: 'drop_before', effectApplied: false, answerDelivered: false },
  ]);
});

test('loses the answer after the effect', async () => {
  await fault('drop_after');
  await expect(register()).rejects.toThrow();
  expect(await isConnected()).toBe(true);
  expect(await registerRows()).toMatchObject([{ effectApplied: true, answerDelivered: false }]);
});

test('answers 500 with 131000 after the effect', async () => {
  await fault('http_500_after');
  expect(errorOf(await register())).toMatchObject({ http: 500, code: 131000 });
  expect(await isConnected()).toBe(true);
});

test('answers success, and shows it minutes later', async () => {
  await fault('effect_late', { minutes: 3 });
  expect(bodyOf(await register())).toEqual({ success: true });
  await meta.advance('2m59s999ms');
  expect(await isConnected()).toBe(false);
  const path = `${onboarded.waba}/phone_numbers?fields=status`;
  const { token } = onboarded;
  expect(bodyOf(await meta.graph('GET', path, { token }))).toMatchObject({
    data: [{ status: 'PENDING' }],
  });
  await meta.advance('1ms');
  expect(await isConnected()).toBe(true);
});

test('refuses with the error it was told, and counts the attempt', async () => {
  await fault(
    'error',
    {
      code: 131031,
      subcode: 7,
      http: 403,
      details: 'Wrong PIN',
      error_user_msg: 'Das war falsch.',
      is_transient: true,
    },
    { times: 10 },
  );
  expect(errorOf(await register())).toMatchObject({
    http: 403,
    code: 131031,
    error_subcode: 7,
    is_transient: true,
    message: '(#131031) Business Account locked',
    error_user_msg: 'Das war falsch.',
    error_data: { messaging_product: 'whatsapp', details: 'Wrong PIN' },
  });
  for (let i = 0; i < 9; i += 1) await register();
  expect(errorOf(await register()).code).toBe(133016);
});

test('lets an error hide an effect, if told to', async () => {
  await fault('error', { code: 2, effect: 'applied' });
  expect(errorOf(await register())).toMatchObject({ http: 503, code: 2 });
  expect(await isConnected()).toBe(true);
});

test.each([
  ['before', false],
  ['after', true],
])('hangs %s the effect', async (when, hasEffect) => {
  await fault('hang', { when, ms: 60_000 });
  await expect(register(AbortSignal.timeout(100))).rejects.toThrow();
  await expect.poll(isConnected, { timeout: 1000 }).toBe(hasEffect);
  expect(await registerRows()).toMatchObject([
    { effectApplied: hasEffect, answerDelivered: false },
  ]);
});

test('answers after the hang when the caller is patient', async () => {
  await fault('hang', { when: 'before', ms: 50 });
  const startedAtMs = performance.now();
  expect((await register()).status).toBe(200);
  expect(performance.now() - startedAtMs).toBeGreaterThan(45);
});

test('drips the answer byte by byte', async () => {
  await fault('drip', { interval_ms: 5 });
  const startedAtMs = performance.now();
  expect(bodyOf(await register())).toEqual({ success: true });
  expect(performance.now() - startedAtMs).toBeGreaterThan(50);
});

test.each([
  { kind: 'html', status: 502, text: /^<!DOCTYPE html>/, connected: false },
  {
    kind: 'html',
    more: { http: 200, effect: 'applied' },
    status: 200,
    text: /^<!/,
    connected: true,
  },
  { kind: 'empty', status: 200, text: /^$/, connected: true },
  { kind: 'success_false', status: 200, text: /^\{"success":false\}$/, connected: false },
  {
    kind: 'success_with_error',
    status: 200,
    text: /^\{"error":\{.*"success":true\}$/,
    connected: true,
  },
])('answers $kind $more', async ({ kind, more, status, text, connected }) => {
  await fault(kind, more);
  const answer = await register();
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(text);
  expect(await isConnected()).toBe(connected);
});

test('cuts the answer in the middle', async () => {
  await fault('truncated');
  await expect(register()).rejects.toThrow();
  expect(await registerRows()).toMatchObject([{ effectApplied: true, answerDelivered: false }]);
});

test('answers with far too much', async () => {
  await fault('huge', { bytes: 2_000_000 });
  expect((await register()).text.length).toBeGreaterThan(2_000_000);
});

test('answers with a little that unpacks to far too much', async () => {
  await fault('gzip_bomb', { bytes: 3_000_000 });
  const answer = await register();
  expect(answer.headers['content-encoding']).toBe('gzip');
  expect(Number(answer.headers['content-length'])).toBeLessThan(10_000);
  await fault('gzip_bomb', { bytes: 3_000_000 });
  const unpacked = await fetch(`${meta.url}/v25.0/${onboarded.number}/register`, {
    method: 'POST',
    body: new URLSearchParams({ messaging_product: 'whatsapp', pin: '123456' }),
    headers: { authorization: `Bearer ${onboarded.token}` },
  });
  expect((await unpacked.text()).length).toBeGreaterThan(3_000_000);
});

test('throttles by the real limit when others use up the calls of the account', async () => {
  const get = () => meta.graph('GET', onboarded.number, { token: onboarded.token });
  const match = { path: onboarded.number };
  await fault('throttle', { calls: 199 }, match);
  expect((await get()).status).toBe(200);
  const refused = await get();
  expect(errorOf(refused).code).toBe(80007);
  expect(String(refused.headers['x-business-use-case-usage'])).toContain(
    '"call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":60',
  );
  await meta.advance('1h');
  expect((await get()).status).toBe(200);
});

test('strikes at random, and the same again with the same seed', async () => {
  const outcomes = async (seed: number) => {
    await meta.order('DELETE', 'faults');
    const match = { method: 'GET' };
    await meta.order('POST', 'faults', { kind: 'error', code: 2, probability: 0.5, seed, match });
    const statuses = [];
    for (let i = 0; i < 20; i += 1)
      statuses.push((await meta.graph('GET', onboarded.number, { token: onboarded.token })).status);
    return statuses;
  };
  const first = await outcomes(1);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await outcomes(1)).toEqual(first);
  expect(await outcomes(2)).not.toEqual(first);
});

test('draws the kind of a random fault, too, and tells it in the ledger', async () => {
  await meta.order('POST', 'faults', { probability: 1, seed: 7, match: { method: 'GET' } });
  for (let i = 0; i < 20; i += 1)
    await meta.graph('GET', onboarded.number, { token: onboarded.token }).catch(() => 'lost');
  const kinds = new Set((await meta.ledger(onboarded.number)).map((row) => row.fault));
  expect(kinds.size).toBeGreaterThan(3);
  expect(kinds).not.toContain('random');
});

test('burns the attempts of a number by the requests of another partner', async () => {
  await fault('other_partner_register', { requests: 9 });
  expect((await register()).status).toBe(200);
  expect(errorOf(await register()).code).toBe(133016);
});

test('finds another partner’s PIN on the number that he registered first', async () => {
  await meta.order('POST', 'reset', { switches: { accountModel: 'old' } });
  onboarded = await meta.onboard();
  await fault('other_partner_register', { pin: '999999' });
  expect(errorOf(await register()).code).toBe(133005);
  expect(await isConnected()).toBe(true);
});

test('has a registered number taken off by another partner before it is read', async () => {
  await register();
  await fault('other_partner_deregister', {}, { path: onboarded.number });
  expect(await read('status,platform_type')).toMatchObject({
    status: 'DISCONNECTED',
    platform_type: 'NOT_APPLICABLE',
  });
});

test('has the override of an account wiped, but not its subscription', async () => {
  const receiver = await startReceiver();
  const { waba, token } = onboarded;
  const path = `${waba}/subscribed_apps`;
  await meta.graph('POST', path, { token });
  const body = { override_callback_uri: receiver.url, verify_token: 'fake-verify-token' };
  expect((await meta.graph('POST', path, { token, body })).status).toBe(200);
  expect((await meta.graph('GET', path, { token })).text).toContain(receiver.url);
  await fault('override_wiped', {}, { path });
  const { text } = await meta.graph('GET', path, { token });
  expect(text).toContain('whatsapp_business_api_data');
  expect(text).not.toContain(receiver.url);
  await receiver.close();
});

test('redirects elsewhere', async () => {
  await fault('redirect', { location: 'http://169.254.169.254/' });
  const answer = await register();
  expect([answer.status, answer.headers['location']]).toEqual([302, 'http://169.254.169.254/']);
});

test.each([[0], [19], [1_000_000], ['abc'], [undefined]])(
  'throttles with %j minutes to wait',
  async (minutes) => {
    await fault('throttle', { code: 80008, ...(minutes !== undefined && { minutes }) });
    const answer = await register();
    expect(errorOf(answer)).toMatchObject({ http: 400, code: 80008 });
    const header: unknown = JSON.parse(String(answer.headers['x-business-use-case-usage']));
    const entry = { type: 'whatsapp_business_management' };
    expect(header).toMatchObject({
      [onboarded.waba]: [
        minutes === undefined ? entry : { ...entry, estimated_time_to_regain_access: minutes },
      ],
    });
    expect(JSON.stringify(header).includes('regain')).toBe(minutes !== undefined);
  },
);

test('revokes the token from this request on', async () => {
  await fault('revoke_token');
  expect(errorOf(await register()).code).toBe(190);
  expect(errorOf(await register()).code).toBe(190);
});

test('leaves a field out, makes up a value, adds keys; in lists too', async () => {
  const path = `${onboarded.waba}/phone_numbers?fields=status,name_status`;
  const list = async () =>
    bodyOf(await meta.graph('GET', path, { token: onboarded.token }))['data'];
  const match = { path: 'phone_numbers' };
  await fault('omit_field', { field: 'status' }, match);
  expect(await list()).toEqual([{ name_status: 'PENDING_REVIEW', id: onboarded.number }]);
  await fault('new_enum', { field: 'name_status', value: 'FOO' }, match);
  expect(await list()).toMatchObject([{ name_status: 'FOO', status: 'PENDING' }]);
  await fault('extra_keys', {}, { path: onboarded.number });
  expect(Object.keys(await read('status'))).toHaveLength(3);
});

test('strikes the nth matching request, as often as told, then no more', async () => {
  await fault('error', { code: 2 }, { path: '/v25\\.0/\\d+$', method: 'get', nth: 2, times: 2 });
  const statuses = [];
  for (let i = 0; i < 5; i += 1)
    statuses.push((await meta.graph('GET', onboarded.number, { token: onboarded.token })).status);
  expect(statuses).toEqual([200, 503, 503, 200, 200]);
});

test('strikes one number and not another', async () => {
  const other = await meta.onboard();
  await fault('error', { code: 2 }, { number: other.number, times: 'always' });
  expect((await register()).status).toBe(200);
  for (let i = 0; i < 3; i += 1)
    expect((await meta.register(other.number, other.token)).status).toBe(503);
});

test('forgets its faults', async () => {
  await fault('error', { code: 2 }, { times: 'always' });
  const { id } = await fault('error', { code: 1 });
  expect(await meta.order('DELETE', `faults?id=${String(id)}`)).toEqual({ faults: 1 });
  expect(errorOf(await register()).code).toBe(2);
  expect(await meta.order('DELETE', 'faults')).toEqual({ faults: 0 });
  expect((await register()).status).toBe(200);
});

test('refuses a fault it cannot play', async () => {
  await expect(fault('explode')).rejects.toThrow('400');
  await expect(fault('empty', {}, { path: '(' })).rejects.toThrow('regular expression');
});

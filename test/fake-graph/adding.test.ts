import { afterEach, beforeEach, expect, test } from 'vitest';

import { bodyOf, errorOf, startFrozen, startReceiver } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
let token: string;
const WABA = '500';
beforeEach(async () => {
  meta = await startFrozen();
  await meta.order('POST', 'wabas', { id: WABA });
  token = await meta.tokenFor(WABA);
});
afterEach(() => meta.close());

const NEW = { cc: '1', phone_number: '4195551518', verified_name: 'Lucky Shrub' };
const add = (more: Record<string, unknown> = {}, waba = WABA) =>
  meta.graph('POST', `${waba}/phone_numbers`, { token, body: { ...NEW, ...more } });

test('adds a number nobody has verified, and registers it after a code', async () => {
  const id = String(bodyOf(await add())['id']);
  const fields = 'display_phone_number,verified_name,status,code_verification_status';
  expect(await meta.read(id, token, fields)).toEqual({
    id,
    display_phone_number: '+1 419-555-1518',
    verified_name: 'Lucky Shrub',
    status: 'PENDING',
    code_verification_status: 'NOT_VERIFIED',
  });
  expect(errorOf(await meta.register(id, token)).code).toBe(133006);
  await meta.graph('POST', `${id}/request_code?code_method=VOICE&language=en_US`, { token });
  const { code } = await meta.order('GET', `numbers/${id}/otp`);
  await meta.graph('POST', `${id}/verify_code?code=${String(code)}`, { token });
  expect((await meta.register(id, token)).status).toBe(200);
});

test('has no window of a signup: it is registered a month later, after a code', async () => {
  const id = String(bodyOf(await add())['id']);
  await meta.advance('30d');
  await meta.graph('POST', `${id}/request_code?code_method=SMS&language=en_US`, { token });
  const { code } = await meta.order('GET', `numbers/${id}/otp`);
  await meta.graph('POST', `${id}/verify_code?code=${String(code)}`, { token });
  expect((await meta.register(id, token)).status).toBe(200);
});

test('takes digits with the country code too, and a pre-verified number as proved', async () => {
  const partner = String((await meta.order('POST', 'tokens', { kind: 'system' }))['value']);
  const path = '506914307656634/add_phone_numbers?phone_number=14195551518';
  const preverified = String(bodyOf(await meta.graph('POST', path, { token: partner }))['id']);
  expect(errorOf(await add({ preverified_id: preverified })).code).toBe(100);
  const code = `${preverified}/request_code?code_method=SMS&language=en_US`;
  await meta.graph('POST', code, { token: partner });
  const sent = String((await meta.order('GET', `numbers/${preverified}/otp`))['code']);
  await meta.graph('POST', `${preverified}/verify_code?code=${sent}`, { token: partner });
  const added = await add({ phone_number: '14195551518', preverified_id: preverified });
  const id = String(bodyOf(added)['id']);
  expect((await meta.register(id, token)).status).toBe(200);
  expect((await meta.graph('GET', preverified, { token: partner })).status).toBe(400);
});

test.each([
  [{ cc: '0' }],
  [{ cc: '' }],
  [{ phone_number: '+14195551518' }],
  [{ phone_number: '12' }],
  [{ verified_name: 'L' }],
  [{ verified_name: 'x'.repeat(76) }],
  [{ preverified_id: '4711' }],
])('refuses to add %j', async (more) => {
  expect(errorOf(await add(more))).toMatchObject({ http: 400, code: 100 });
  expect(bodyOf(await meta.graph('GET', `${WABA}/phone_numbers`, { token }))).toEqual({ data: [] });
});

test('knows a number that is in this account, or in another one', async () => {
  await add();
  expect(errorOf(await add()).code).toBe(2388103);
  await meta.order('POST', 'wabas', { id: '600' });
  token = await meta.tokenFor('600');
  expect(errorOf(await add({}, '600')).code).toBe(2388012);
  expect((await add({ migrate_phone_number: true }, '600')).status).toBe(200);
});

test('holds two numbers in a new portfolio and twenty in a verified one', async () => {
  await meta.order('PATCH', `wabas/${WABA}`, { business_verification_status: 'not_verified' });
  const addNth = (nth: number) => add({ phone_number: `419555${1000 + nth}` });
  await addNth(1);
  await addNth(2);
  expect(errorOf(await addNth(3)).code).toBe(2388386);
  await meta.order('PATCH', `wabas/${WABA}`, { business_verification_status: 'verified' });
  for (let nth = 3; nth <= 20; nth += 1) expect((await addNth(nth)).status).toBe(200);
  expect(errorOf(await addNth(21)).code).toBe(2388386);
});

test('adds nothing to a restricted account before the restriction ends', async () => {
  const restricted = { restricted_until: '2026-11-23T10:00:00Z' };
  await meta.order('PATCH', `wabas/${WABA}`, restricted);
  expect(errorOf(await add()).code).toBe(200000);
  await meta.advance('1d');
  expect((await add()).status).toBe(200);
});

test('sends the messages of one number elsewhere after a handshake, until an empty override', async () => {
  const receiver = await startReceiver();
  const { number, token: own } = await meta.onboard();
  const set = (override_callback_uri: string, verify_token?: string) =>
    meta.graph('POST', number, {
      token: own,
      body: { webhook_configuration: { override_callback_uri, verify_token } },
    });
  expect(errorOf(await set(receiver.url, 'wrong')).code).toBe(100);
  expect((await set(receiver.url, 'fake-verify-token')).status).toBe(200);
  const configuration = async () =>
    (await meta.read(number, own, 'webhook_configuration'))['webhook_configuration'];
  expect(await configuration()).toEqual({ phone_number: receiver.url });
  expect((await set('')).status).toBe(200);
  expect(await configuration()).toBeUndefined();
  for (const webhook_configuration of [{}, 'x', { override_callback_uri: 5 }])
    expect(
      errorOf(await meta.graph('POST', number, { token: own, body: { webhook_configuration } })),
    ).toMatchObject({ http: 400, code: 100 });
  expect(errorOf(await set(`http://127.0.0.1/${'x'.repeat(200)}`)).code).toBe(100);
  await receiver.close();
});

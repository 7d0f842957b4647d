import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { APP_SECRET, bodyOf, errorOf, startFrozen } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
let token: string;
const PARTNER = '506914307656634';
const DIGITS = '15550783881';
const listSchema = z.object({ data: z.array(z.looseObject({ id: z.string() })) });

beforeEach(async () => {
  meta = await startFrozen();
  token = String((await meta.order('POST', 'tokens', { kind: 'system' }))['value']);
});
afterEach(() => meta.close());

const call = (method: string, path: string, body?: unknown) =>
  meta.graph(method, path, { token, body });
const add = async (digits = DIGITS) =>
  String(bodyOf(await call('POST', `${PARTNER}/add_phone_numbers?phone_number=${digits}`))['id']);
const ask = (id: string) => call('POST', `${id}/request_code?code_method=SMS&language=en_US`);
const codeOf = async (id: string) => String((await meta.order('GET', `numbers/${id}/otp`))['code']);
const list = async (query = '') =>
  listSchema
    .parse(bodyOf(await call('GET', `${PARTNER}/preverified_numbers?${query}`)))
    .data.map(({ id }) => id);

async function verified(digits?: string) {
  const id = await add(digits);
  await ask(id);
  expect((await call('POST', `${id}/verify_code?code=${await codeOf(id)}`)).status).toBe(200);
  return id;
}

test('adds a number of the partner, proves it by a code and shows until when', async () => {
  const id = await add();
  expect(await meta.read(id, token)).toEqual({
    id,
    phone_number: DIGITS,
    code_verification_status: 'NOT_VERIFIED',
    owner_business: { id: PARTNER, name: 'The partner' },
  });
  await ask(id);
  expect(errorOf(await call('POST', `${id}/verify_code?code=000000`)).code).toBe(136025);
  await call('POST', `${id}/verify_code?code=${await codeOf(id)}`);
  expect(await meta.read(id, token)).toMatchObject({
    code_verification_status: 'VERIFIED',
    code_verification_time: '2026-11-22T10:00:00+0000',
    verification_expiry_time: '2027-02-20T10:00:00+0000',
  });
});

test('holds a proof for 90 days to the millisecond, and renews it in the last 45 only', async () => {
  const id = await verified();
  await meta.advance('44d23h59m59s999ms');
  expect(errorOf(await ask(id)).code).toBe(136024);
  await meta.advance('1ms');
  expect((await ask(id)).status).toBe(200);
  const status = async () => (await meta.read(id, token))['code_verification_status'];
  await meta.advance('44d23h59m59s999ms');
  expect(await status()).toBe('VERIFIED');
  await meta.advance('1ms');
  expect(await status()).toBe('EXPIRED');
  await call('POST', `${id}/verify_code?code=${await codeOf(id)}`);
  expect(await status()).toBe('VERIFIED');
});

test('removes a number nobody has verified after 90 days', async () => {
  const id = await add();
  await meta.advance('89d23h59m59s999ms');
  expect(await list()).toEqual([id]);
  await meta.advance('1ms');
  expect(await list()).toEqual([]);
  expect(errorOf(await call('GET', id))).toMatchObject({ code: 100, error_subcode: 33 });
});

test('lists by status and by number, in order of creation, in pages', async () => {
  const first = await verified('15550783881');
  const second = await add('15550783882');
  expect(await list()).toEqual([first, second]);
  expect(await list('code_verification_status=VERIFIED')).toEqual([first]);
  expect(await list('phone_number=15550783882')).toEqual([second]);
  expect(await list('limit=1')).toEqual([first]);
});

test('shares a number with a partner, takes it back, and deletes it', async () => {
  const id = await verified();
  const share = `${PARTNER}/share_preverified_numbers?partner_business_id=777&preverified_id=${id}`;
  const partners = async () => listSchema.parse(bodyOf(await call('GET', `${id}/partners`))).data;
  await call('POST', share);
  expect(await partners()).toEqual([{ id: '777', name: 'Partner 777' }]);
  await call('DELETE', share);
  expect(await partners()).toEqual([]);
  expect(bodyOf(await call('DELETE', id))).toEqual({ success: true });
  expect(errorOf(await call('GET', id)).error_subcode).toBe(33);
});

test('becomes another number on the customer’s account when it is claimed', async () => {
  const id = await verified();
  const signup = await meta.signUp({ preverified: id, name: 'Lucky Shrub' });
  expect(signup.phone_number_id).not.toBe(id);
  expect(errorOf(await call('GET', id)).error_subcode).toBe(33);
  const fields = 'display_phone_number,code_verification_status,is_preverified_number';
  expect(await meta.read(signup.phone_number_id, token, fields)).toEqual({
    id: signup.phone_number_id,
    display_phone_number: '+1 555-078-3881',
    code_verification_status: 'VERIFIED',
    is_preverified_number: true,
  });
  await meta.advance('89d23h59m59s999ms');
  expect((await meta.register(signup.phone_number_id, token)).status).toBe(200);
});

test('cannot be claimed without a proof, and the customer’s account is not made', async () => {
  const id = await add();
  const answer = await meta.send('POST', '/_fake/signup', { body: { preverified: id, waba: '9' } });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('not verified')]);
  expect(errorOf(await call('GET', '9')).error_subcode).toBe(33);
});

test('is registered after a new code when its 90 days have lapsed, without another signup', async () => {
  const { number } = await meta.onboard({ scenario: 'preverified_lapsed' });
  expect(errorOf(await meta.register(number, token)).code).toBe(133006);
  await ask(number);
  await call('POST', `${number}/verify_code?code=${await codeOf(number)}`);
  expect((await meta.register(number, token)).status).toBe(200);
});

test.each([
  ['a number that is none', `${PARTNER}/add_phone_numbers?phone_number=abc`, 100],
  ['a partner without an id', `${PARTNER}/share_preverified_numbers?preverified_id=1`, 100],
  ['a call it does not know', `${PARTNER}/nothing`, 2500],
  ['the portfolio of nobody', '4711/add_phone_numbers?phone_number=15550783881', 100],
])('refuses %s', async (_, path, code) => {
  expect(errorOf(await call('POST', path)).code).toBe(code);
});

test('refuses a number that was added already', async () => {
  await add();
  const again = await call('POST', `${PARTNER}/add_phone_numbers?phone_number=${DIGITS}`);
  expect(errorOf(again).code).toBe(100);
});

test('opens to the partner’s own token with the right to manage the business, to no other', async () => {
  const id = await verified();
  const { token: customers } = await meta.onboard();
  expect(errorOf(await meta.graph('GET', id, { token: customers })).code).toBe(200);
  const scopes = ['whatsapp_business_management', 'business_management'];
  const all = { wabas: [], scopes };
  const wide = String((await meta.order('POST', 'tokens', all))['value']);
  expect(errorOf(await meta.graph('GET', id, { token: wide })).error_subcode).toBe(33);
});

test('fetches the token of a customer whose signup the partner hosts, the same each time', async () => {
  const { number, waba } = await meta.onboard();
  const { owner_business_info: owner } = await meta.read(waba, token, 'owner_business_info');
  const { id } = z.object({ id: z.string() }).parse(owner);
  const proof = createHmac('sha256', APP_SECRET).update(token).digest('hex');
  const path = `${id}/system_user_access_tokens?fetch_only=true`;
  expect(errorOf(await call('POST', path)).message).toContain('appsecret_proof');
  const fetched = bodyOf(await call('POST', `${path}&appsecret_proof=${proof}`))['access_token'];
  const again = bodyOf(await call('POST', `${path}&appsecret_proof=${proof}`))['access_token'];
  expect(again).toBe(fetched);
  expect(await meta.read(number, String(fetched), 'status')).toMatchObject({ status: 'PENDING' });
});

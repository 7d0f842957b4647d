import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { bodyOf, startFrozen } from './harness.ts';
import type { Answered, Onboarded } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
let number: Onboarded;
let token: string;
let cert: string;
beforeEach(async () => {
  meta = await startFrozen();
  await start({ scenario: 'onprem_working' });
});
afterEach(() => meta.close());

const loginSchema = z.object({
  users: z.tuple([z.object({ token: z.string(), expires_after: z.string() })]),
});
const errorSchema = z.object({ code: z.number(), title: z.string(), details: z.string() });

async function logIn(credentials = 'admin:fake-onprem-password') {
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const answer = await fetch(`${meta.url}/v1/users/login`, {
    method: 'POST',
    headers: { authorization },
  });
  return { status: answer.status, text: await answer.text(), headers: {} };
}

async function start(given: Record<string, unknown>) {
  number = await meta.onboard({ displayPhoneNumber: '+1 631-555-1111', ...given });
  cert = String((await meta.read(number.number, number.token, 'certificate'))['certificate']);
  token = loginSchema.parse(bodyOf(await logIn())).users[0].token;
}

const account = (more: Record<string, unknown> = {}) =>
  meta.send('POST', '/v1/account', {
    token,
    body: { cc: '1', phone_number: '6315551111', method: 'sms', cert, ...more },
  });
const refusalOf = (answer: Answered) => {
  const errors = z.array(errorSchema).parse(bodyOf(answer)['errors']);
  return { http: answer.status, code: errors[0]?.code, details: errors[0]?.details };
};
const platform = () => meta.read(number.number, number.token, 'platform_type,status');

test('logs in for seven days with the right password only', async () => {
  expect(refusalOf(await logIn('admin:wrong'))).toMatchObject({ http: 401, code: 1005 });
  const { users } = loginSchema.parse(bodyOf(await logIn()));
  expect(users[0].expires_after).toBe('2026-11-29 10:00:00+00:00');
  await meta.advance('6d23h59m59s999ms');
  expect((await account({ cert: 'x' })).status).not.toBe(401);
  await meta.advance('1ms');
  expect((await account()).status).toBe(401);
});

test('registers with a proof and the certificate: 201 at once, and again', async () => {
  const answer = await account();
  expect([answer.status, bodyOf(answer)]).toEqual([
    201,
    { meta: { api_status: 'stable', version: 'v2.45.1' } },
  ]);
  expect(await platform()).toMatchObject({ platform_type: 'ON_PREMISE', status: 'CONNECTED' });
  expect((await account()).status).toBe(201);
  const rows = (await meta.ledger()).filter(({ path }) => path === '/v1/account');
  expect(rows.map((row) => row.effectApplied)).toEqual([true, false]);
});

test('takes the method under the name of the guide, too', async () => {
  expect((await account({ method: undefined, code_method: 'voice' })).status).toBe(201);
});

test('sends a code first when ownership is not proved, and registers when it is typed', async () => {
  await meta.order('PATCH', `numbers/${number.number}`, { otp_verified_at: null });
  const sent = await account();
  expect([sent.status, bodyOf(sent)['account']]).toEqual([202, [{ vname: 'Lucky Shrub' }]]);
  const verify = (code: string) =>
    meta.send('POST', '/v1/account/verify', { token, body: { code } });
  const { code } = await meta.order('GET', `numbers/${number.number}/otp`);
  expect(refusalOf(await verify('000000'))).toMatchObject({ http: 400, code: 1009 });
  expect((await verify(String(code))).status).toBe(201);
  expect(await platform()).toMatchObject({ platform_type: 'ON_PREMISE' });
  expect((await verify(String(code))).status).toBe(201);
});

test('sends a code for a certificate that is not the number’s', async () => {
  expect((await account({ cert: 'Zm9yZ2Vk' })).status).toBe(202);
  expect(await platform()).toMatchObject({ platform_type: 'NOT_APPLICABLE' });
});

test('takes the new certificate after a rename, and makes the name final', async () => {
  await account();
  await meta.graph('POST', `${number.number}?new_display_name=Luckier`, { token: number.token });
  const decision = { decision: 'APPROVED' };
  await meta.order('POST', `numbers/${number.number}/name-decision`, decision);
  const renamed = await meta.read(number.number, number.token, 'new_certificate');
  expect((await account({ cert: renamed['new_certificate'] })).status).toBe(201);
});

test('wants the PIN of a number with two-step verification, and sets and ends it', async () => {
  await account();
  const twoStep = (method: string, pin?: string) =>
    meta.send(method, '/v1/settings/account/two-step', { token, body: { pin } });
  expect(refusalOf(await twoStep('POST', '12')).code).toBe(1009);
  expect((await twoStep('POST', '271828')).status).toBe(200);
  expect(refusalOf(await account()).code).toBe(1008);
  expect(refusalOf(await account({ pin: '111111' })).code).toBe(1009);
  expect((await account({ pin: '271828' })).status).toBe(201);
  expect((await twoStep('DELETE')).status).toBe(200);
  expect((await account()).status).toBe(201);
});

test.each([
  [{ cc: undefined }, 1008],
  [{ cert: undefined }, 1008],
  [{ method: 'pigeon' }, 1009],
  [{ phone_number: '6315551112' }, 1009],
])('refuses %j with %i', async (more, code) => {
  expect(refusalOf(await account(more))).toMatchObject({ http: 400, code });
});

test('has closed registration unless set to work, in either envelope', async () => {
  const retired = {
    code: 1005,
    title: 'Access denied',
    details: 'Unknown error: biz_link_on_prem_reg_blocked',
  };
  await start({ scenario: 'onprem_retired', displayPhoneNumber: '+1 631-555-1112' });
  const answer = await account({ phone_number: '6315551112' });
  expect([answer.status, bodyOf(answer)['errors']]).toEqual([403, [retired]]);
  expect(answer.headers).not.toHaveProperty('x-app-usage');
  await meta.order('POST', 'reset', { switches: { onprem: 'retired_bare' } });
  await start({});
  expect(bodyOf(await account())).toEqual(retired);
});

test('leads a number away from On-Premises only with its backup', async () => {
  await account();
  const refused = await meta.register(number.number, number.token);
  expect(refused.text).toContain('backup');
  const body = {
    ...{ messaging_product: 'whatsapp', pin: '123456' },
    backup: { data: 'x', password: 'y' },
  };
  const path = `${number.number}/register`;
  expect((await meta.graph('POST', path, { token: number.token, body })).status).toBe(200);
  expect(await platform()).toMatchObject({ platform_type: 'CLOUD_API' });
});

test('has no two-step verification before it has a number, and no other paths', async () => {
  const answer = await meta.send('DELETE', '/v1/settings/account/two-step', { token });
  expect(refusalOf(answer)).toMatchObject({ http: 401, code: 1005 });
  expect(refusalOf(await meta.send('GET', '/v1/nothing', { token })).http).toBe(404);
});

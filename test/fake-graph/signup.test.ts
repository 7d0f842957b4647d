import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { APP_ID, APP_SECRET, bodyOf, errorOf, startFrozen } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
beforeEach(async () => {
  meta = await startFrozen();
});
afterEach(() => meta.close());

const exchange = (code: string, secret = APP_SECRET) =>
  meta.graph('GET', `oauth/access_token?client_id=${APP_ID}&client_secret=${secret}&code=${code}`);

test('ends a signup with the message of the browser and a code for a token of that account', async () => {
  const signup = await meta.signUp({ name: 'Lucky Shrub' });
  expect(JSON.parse(signup.message)).toMatchObject({
    type: 'WA_EMBEDDED_SIGNUP',
    event: 'FINISH',
    data: { phone_number_id: signup.phone_number_id, waba_id: signup.waba_id },
  });
  const answer = bodyOf(await exchange(signup.code));
  expect(answer['token_type']).toBe('bearer');
  const token = z.string().parse(answer['access_token']);
  expect(await meta.read(signup.waba_id, token, 'id,name')).toMatchObject({ id: signup.waba_id });
});

test('tells the app that a token is valid, ours, and for which account', async () => {
  const { token, waba } = await meta.onboard();
  const answer = await meta.graph('GET', `debug_token?input_token=${token}`, {
    token: `${APP_ID}|${APP_SECRET}`,
  });
  expect(bodyOf(answer)['data']).toMatchObject({
    app_id: APP_ID,
    is_valid: true,
    expires_at: 0,
    scopes: ['whatsapp_business_management', 'whatsapp_business_messaging'],
    granular_scopes: [
      { scope: 'whatsapp_business_management', target_ids: [waba] },
      { scope: 'whatsapp_business_messaging', target_ids: [waba] },
    ],
  });
});

test('says of a token that was taken back that it is not valid', async () => {
  const { token } = await meta.onboard();
  await meta.order('PATCH', 'tokens', { value: token, revoked: true });
  const ask = { token: `${APP_ID}|${APP_SECRET}` };
  const answer = await meta.graph('GET', `debug_token?input_token=${token}`, ask);
  expect(bodyOf(answer)['data']).toMatchObject({ is_valid: false, error: { code: 190 } });
  const unknown = await meta.graph('GET', 'debug_token?input_token=nonsense', ask);
  expect(bodyOf(unknown)['data']).toMatchObject({ is_valid: false });
});

test('exchanges a code once', async () => {
  const { code } = await meta.signUp();
  expect((await exchange(code)).status).toBe(200);
  expect(errorOf(await exchange(code))).toMatchObject({
    http: 400,
    code: 100,
    error_subcode: 36009,
  });
});

test('exchanges a code a millisecond before its 30 seconds are over', async () => {
  const { code } = await meta.signUp();
  await meta.advance('29s999ms');
  expect((await exchange(code)).status).toBe(200);
});

test('refuses a code that is 30 seconds old', async () => {
  const { code } = await meta.signUp();
  await meta.advance('30s');
  expect(errorOf(await exchange(code))).toMatchObject({ code: 100, error_subcode: 36007 });
});

test('refuses an exchange by somebody who is not the app, and keeps the code good', async () => {
  const { code } = await meta.signUp();
  expect(errorOf(await exchange(code, 'guess')).code).toBe(1);
  expect((await exchange(code)).status).toBe(200);
});

test('dates the onboarding anew when a number signs up again', async () => {
  const first = await meta.onboard();
  await meta.advance('10d');
  const again = await meta.signUp({ number: first.number });
  expect(again).toMatchObject({ phone_number_id: first.number, waba_id: first.waba });
  expect(await meta.read(first.number, first.token, 'last_onboarded_time')).toEqual({
    id: first.number,
    last_onboarded_time: '2026-12-02T10:00:00+0000',
  });
});

test('gives an abandoned signup a message, but no code and no number', async () => {
  const answer = await meta.order('POST', 'signup', { event: 'CANCEL' });
  expect(Object.keys(answer)).toEqual(['message']);
  expect(answer['message']).toContain('"event":"CANCEL"');
});

test('names only the account when a number stays on the WhatsApp Business app', async () => {
  const { message } = await meta.signUp({ scenario: 'coexistence' });
  const { event, data } = z
    .object({ event: z.string(), data: z.looseObject({}) })
    .parse(JSON.parse(message));
  expect(event).toBe('FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING');
  expect(data).not.toHaveProperty('phone_number_id');
});

const proofOf = (token: string) => createHmac('sha256', APP_SECRET).update(token).digest('hex');

test('accepts the right app-secret proof and refuses a wrong one', async () => {
  const { number, token } = await meta.onboard();
  const withProof = (proof: string) =>
    meta.graph('GET', `${number}?appsecret_proof=${proof}`, { token });
  expect((await withProof(proofOf(token))).status).toBe(200);
  expect(errorOf(await withProof('0'.repeat(64)))).toMatchObject({ http: 400, code: 100 });
});

test('demands the proof of an app that is set to demand it', async () => {
  await meta.order('POST', 'reset', { switches: { requireProof: true } });
  const { number, token } = await meta.onboard();
  expect(errorOf(await meta.graph('GET', number, { token })).message).toContain('appsecret_proof');
  const path = `${number}?appsecret_proof=${proofOf(token)}`;
  expect((await meta.graph('GET', path, { token })).status).toBe(200);
});

test('takes the token from the header or from the query', async () => {
  const { number, token } = await meta.onboard();
  expect((await meta.graph('GET', number, { token })).status).toBe(200);
  expect((await meta.graph('GET', `${number}?access_token=${token}`)).status).toBe(200);
});

test('refuses a missing, unknown, expired or revoked token with 190', async () => {
  const { number, waba } = await meta.onboard();
  const expiring = z
    .string()
    .parse(
      (await meta.order('POST', 'tokens', { wabas: [waba], expiresAt: '2026-11-22T11:00:00Z' }))[
        'value'
      ],
    );
  const read = (token?: string) => meta.graph('GET', number, token === undefined ? {} : { token });
  expect(errorOf(await read())).toMatchObject({ http: 401, code: 190, type: 'OAuthException' });
  expect(errorOf(await read('nonsense')).message).toMatch(/^Invalid OAuth access token/);
  await meta.advance('59m59s999ms');
  expect((await read(expiring)).status).toBe(200);
  await meta.advance('1ms');
  expect(errorOf(await read(expiring))).toMatchObject({ code: 190, error_subcode: 463 });
});

test('ends the tokens of a customer who takes the access back, but not those of a later signup', async () => {
  const { number, waba, token } = await meta.onboard({ scenario: 'token_revoked' });
  await meta.advance('59m');
  expect((await meta.graph('GET', number, { token })).status).toBe(200);
  await meta.advance('1m');
  expect(errorOf(await meta.graph('GET', number, { token })).code).toBe(190);
  await meta.signUp({ number });
  const fresh = await meta.tokenFor(waba);
  expect((await meta.graph('GET', number, { token: fresh })).status).toBe(200);
});

test('refuses a token that lacks the permission with 200', async () => {
  const { number, waba } = await meta.onboard();
  const scopes = ['whatsapp_business_management'];
  const answer = await meta.order('POST', 'tokens', { wabas: [waba], scopes });
  const token = z.string().parse(answer['value']);
  expect((await meta.graph('GET', number, { token })).status).toBe(200);
  expect(errorOf(await meta.register(number, token))).toMatchObject({ http: 403, code: 200 });
});

test('does not tell a missing number from one the token does not reach', async () => {
  const mine = await meta.onboard();
  const other = await meta.onboard();
  for (const id of ['1', other.number, other.waba]) {
    const error = errorOf(await meta.graph('GET', id, { token: mine.token }));
    expect(error).toMatchObject({
      http: 400,
      code: 100,
      error_subcode: 33,
      type: 'GraphMethodException',
    });
    expect(error.message).toContain(`Unsupported get request. Object with ID '${id}'`);
  }
  expect(errorOf(await meta.register(other.number, mine.token)).message).toMatch(
    /^Unsupported post request\./,
  );
});

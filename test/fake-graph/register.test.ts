import { createHash } from 'node:crypto';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { bodyOf, errorOf, startFrozen } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
beforeEach(async () => {
  meta = await startFrozen();
});
afterEach(() => meta.close());

const statusOf = async (number: string, token: string) =>
  (await meta.read(number, token, 'status'))['status'];

test('registers a verified number and sets its PIN', async () => {
  const { number, token } = await meta.onboard();
  const fields = 'status,platform_type,host_platform,throughput,is_pin_enabled,health_status';
  expect(await meta.read(number, token, fields)).toMatchObject({
    status: 'PENDING',
    platform_type: 'NOT_APPLICABLE',
    host_platform: 'NOT_APPLICABLE',
    throughput: { level: 'NOT_APPLICABLE' },
    is_pin_enabled: false,
    health_status: { can_send_message: 'BLOCKED' },
  });
  const answer = await meta.register(number, token, '012345');
  expect([answer.status, bodyOf(answer)]).toEqual([200, { success: true }]);
  expect(await meta.read(number, token, fields)).toMatchObject({
    status: 'CONNECTED',
    platform_type: 'CLOUD_API',
    throughput: { level: 'STANDARD' },
    is_pin_enabled: true,
    health_status: { can_send_message: 'AVAILABLE' },
  });
});

test('takes the parameters from JSON, a form, a multipart form or the query', async () => {
  const values = { messaging_product: 'whatsapp', pin: '123456' };
  const form = new URLSearchParams(values).toString();
  const boundary = 'cut-here';
  const parts = Object.entries(values).map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const { number, token } = await meta.onboard();
  const asForm = await meta.graph('POST', `${number}/register`, { token, form });
  const asQuery = await meta.graph('POST', `${number}/register?${form}`, { token });
  const asParts = await fetch(`${meta.url}/v25.0/${number}/register`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    body: `${parts.join('')}--${boundary}--\r\n`,
  });
  expect([asForm.status, asQuery.status, asParts.status]).toEqual([200, 200, 200]);
});

test.each([
  ['no messaging_product', { pin: '123456' }],
  ['a PIN of five digits', { messaging_product: 'whatsapp', pin: '12345' }],
  ['a PIN of full-width digits', { messaging_product: 'whatsapp', pin: '１２３４５６' }],
  [
    'an unknown region',
    { messaging_product: 'whatsapp', pin: '123456', data_localization_region: 'XX' },
  ],
])('refuses to register a number with %s, and counts the attempt', async (_, body) => {
  const { number, token } = await meta.onboard();
  const answer = await meta.graph('POST', `${number}/register`, { token, body });
  expect(errorOf(answer)).toMatchObject({ http: 400, code: 100 });
  for (let i = 0; i < 9; i += 1) await meta.register(number, token, 'bad');
  expect(errorOf(await meta.register(number, token)).code).toBe(133016);
});

test('registers a number a millisecond before 14 days are over', async () => {
  const { number, token } = await meta.onboard();
  await meta.advance('13d23h59m59s999ms');
  expect(await meta.read(number, token, 'code_verification_status')).toMatchObject({
    code_verification_status: 'VERIFIED',
  });
  expect((await meta.register(number, token)).status).toBe(200);
});

test('refuses to register a number 14 days after its signup', async () => {
  const { number, token } = await meta.onboard();
  await meta.advance('14d');
  expect(await meta.read(number, token, 'code_verification_status')).toMatchObject({
    code_verification_status: 'EXPIRED',
  });
  expect(errorOf(await meta.register(number, token))).toMatchObject({ http: 400, code: 133006 });
});

test('does not let a fresh code reopen the 14 days of a signup, unless set to', async () => {
  const proveAndRegister = async () => {
    const { number, token } = await meta.onboard();
    await meta.advance('14d');
    await meta.graph('POST', `${number}/request_code?code_method=SMS&language=en_US`, { token });
    const { code } = await meta.order('GET', `numbers/${number}/otp`);
    await meta.graph('POST', `${number}/verify_code?code=${String(code)}`, { token });
    return meta.register(number, token);
  };
  expect(errorOf(await proveAndRegister()).code).toBe(133006);
  await meta.order('POST', 'reset', { switches: { otpAfterWindow: 'yes' } });
  expect((await proveAndRegister()).status).toBe(200);
});

test('gives a claimed pre-verified number 90 days', async () => {
  const early = await meta.onboard({ number: { preverified: true } });
  await meta.advance('89d23h59m59s999ms');
  expect((await meta.register(early.number, early.token)).status).toBe(200);
  const late = await meta.onboard({ number: { preverified: true } });
  await meta.advance('90d');
  expect(errorOf(await meta.register(late.number, late.token)).code).toBe(133006);
});

test('locks a number at the 11th request to register in 72 hours', async () => {
  const { number, token } = await meta.onboard({ scenario: 'on_handset' });
  const codes = [];
  for (let i = 0; i < 11; i += 1) codes.push(errorOf(await meta.register(number, token)).code);
  expect(codes).toEqual([...Array<number>(10).fill(100), 133016]);
});

test('keeps the lock to the last millisecond of 72 hours, and opens at its end', async () => {
  const { number, token } = await meta.onboard({ scenario: 'on_handset' });
  for (let i = 0; i < 11; i += 1) await meta.register(number, token);
  await meta.order('PATCH', `numbers/${number}`, { on_handset: false });
  await meta.advance('71h59m59s999ms');
  expect(errorOf(await meta.register(number, token)).code).toBe(133016);
  await meta.advance('1ms');
  expect((await meta.register(number, token)).status).toBe(200);
});

test('starts the 72 hours again with every call while locked, if set to', async () => {
  await meta.order('POST', 'reset', { switches: { lockExtends: 'yes' } });
  const { number, token } = await meta.onboard({ scenario: 'attempts_locked' });
  await meta.advance('71h');
  expect(errorOf(await meta.register(number, token)).code).toBe(133016);
  await meta.advance('1h');
  expect(errorOf(await meta.register(number, token)).code).toBe(133016);
});

test('lets an attempt leave the window exactly 72 hours after it was made', async () => {
  const { number, token } = await meta.onboard({ number: { on_handset: true } });
  for (let i = 0; i < 10; i += 1) await meta.register(number, token);
  await meta.advance('72h');
  expect(errorOf(await meta.register(number, token)).error_subcode).toBe(2388001);
});

test('finds a number locked when others have used up its requests', async () => {
  const { number, token } = await meta.onboard({ scenario: 'attempts_locked' });
  expect(errorOf(await meta.register(number, token))).toMatchObject({ http: 400, code: 133016 });
});

test('refuses a number nobody has verified, until a code is sent and typed', async () => {
  const { number, token } = await meta.onboard({ scenario: 'otp_missing' });
  expect(errorOf(await meta.register(number, token)).code).toBe(133006);
  const request = `${number}/request_code?code_method=SMS&language=en_US`;
  expect((await meta.graph('POST', request, { token })).status).toBe(200);
  const { code } = await meta.order('GET', `numbers/${number}/otp`);
  const wrong = code === '000000' ? '000001' : '000000';
  const refused = await meta.graph('POST', `${number}/verify_code?code=${wrong}`, { token });
  expect(errorOf(refused).code).toBe(136025);
  const typed = await meta.graph('POST', `${number}/verify_code?code=${String(code)}`, { token });
  expect(typed.status).toBe(200);
  expect(errorOf(await meta.graph('POST', request, { token })).code).toBe(136024);
  expect((await meta.register(number, token)).status).toBe(200);
});

test('sends no code for 12 hours after five wrong ones', async () => {
  const { number, token } = await meta.onboard({ scenario: 'otp_missing' });
  const request = `${number}/request_code?code_method=VOICE&language=en_US`;
  await meta.graph('POST', request, { token });
  const { code } = await meta.order('GET', `numbers/${number}/otp`);
  const wrong = code === '000000' ? '000001' : '000000';
  for (let i = 0; i < 5; i += 1)
    await meta.graph('POST', `${number}/verify_code?code=${wrong}`, { token });
  await meta.advance('11h59m59s999ms');
  expect(errorOf(await meta.graph('POST', request, { token })).code).toBe(136024);
  await meta.advance('1ms');
  expect((await meta.graph('POST', request, { token })).status).toBe(200);
});

test.each([
  ['on_handset', 'existing WhatsApp account', { on_handset: false }],
  ['name_not_ready_3d', 'display name could not be processed', { name_ready_at: null }],
  ['old_two_step', 'Two-step verification', { old_two_step: false }],
])('refuses %s with 2388001 until the cause is gone', async (scenario, words, cure) => {
  const { number, token } = await meta.onboard({ scenario });
  const error = errorOf(await meta.register(number, token));
  expect(error).toMatchObject({
    http: 400,
    code: 100,
    error_subcode: 2388001,
    error_user_title: 'Cannot Create Certificate',
  });
  expect(error.error_user_msg).toContain(words);
  await meta.order('PATCH', `numbers/${number}`, cure);
  expect((await meta.register(number, token)).status).toBe(200);
});

test('lets a number leave its handset at the scripted time', async () => {
  const { number, token } = await meta.onboard({
    scenario: 'on_handset',
    number: { freed_after_ms: 60_000 },
  });
  await meta.advance('59s999ms');
  expect(errorOf(await meta.register(number, token)).error_subcode).toBe(2388001);
  await meta.advance('1ms');
  expect((await meta.register(number, token)).status).toBe(200);
});

test('asks for ownership once more, until a code is typed', async () => {
  const { number, token } = await meta.onboard({ number: { ownership_again: true } });
  expect(errorOf(await meta.register(number, token)).error_user_msg).toContain('ownership');
  const request = `${number}/request_code?code_method=SMS&language=en_US`;
  await meta.graph('POST', request, { token });
  const { code } = await meta.order('GET', `numbers/${number}/otp`);
  await meta.graph('POST', `${number}/verify_code?code=${String(code)}`, { token });
  expect((await meta.register(number, token)).status).toBe(200);
});

test('refuses another PIN than the one a number has, until ours is set by API', async () => {
  const { number, token } = await meta.onboard({ scenario: 'foreign_pin' });
  expect(errorOf(await meta.register(number, token))).toMatchObject({ http: 400, code: 133005 });
  const set = await meta.graph('POST', number, { token, body: { pin: '123456' } });
  expect(bodyOf(set)).toEqual({ success: true });
  expect((await meta.register(number, token)).status).toBe(200);
});

test('tells guesses apart: two within five seconds, and the third in an hour', async () => {
  const { number, token } = await meta.onboard({ scenario: 'foreign_pin' });
  const guess = async () => errorOf(await meta.register(number, token));
  expect((await guess()).code).toBe(133005);
  await meta.advance('4s999ms');
  expect((await guess()).code).toBe(133009);
  await meta.advance('5s');
  const third = await guess();
  expect(third.code).toBe(133008);
  expect(third.error_data?.details).toContain('43200 seconds');
  await meta.advance('11h59m59s999ms');
  expect(errorOf(await meta.register(number, token, '271828')).code).toBe(133008);
  await meta.advance('1ms');
  expect((await meta.register(number, token, '271828')).status).toBe(200);
});

test('succeeds again on a registered number and leaves its PIN alone', async () => {
  const { number, token } = await meta.onboard();
  await meta.register(number, token, '111111');
  expect((await meta.register(number, token, '222222')).status).toBe(200);
  const rows = await meta.ledger(number);
  expect(rows.map((row) => row.effectApplied)).toEqual([true, false]);
  await meta.graph('POST', `${number}/deregister`, { token });
  expect((await meta.register(number, token, '111111')).status).toBe(200);
});

test('wants the right PIN on a registered number under the old account model', async () => {
  await meta.order('POST', 'reset', { switches: { accountModel: 'old' } });
  const { number, token } = await meta.onboard({ scenario: 'already_connected' });
  expect(errorOf(await meta.register(number, token)).code).toBe(133005);
  expect((await meta.register(number, token, '271828')).status).toBe(200);
});

test('refuses a number that stays on the WhatsApp Business app, and shows it connected', async () => {
  const { number, token } = await meta.onboard({ scenario: 'coexistence' });
  expect(errorOf(await meta.register(number, token)).message).toContain('SMB businesses');
  expect(errorOf(await meta.graph('POST', `${number}/deregister`, { token })).code).toBe(100);
  expect(await statusOf(number, token)).toBe('CONNECTED');
});

test('wants a half-finished deregistration repaired first', async () => {
  const { number, token } = await meta.onboard({ number: { half_deregistered: true } });
  expect(errorOf(await meta.register(number, token))).toMatchObject({ http: 500, code: 133000 });
  expect((await meta.graph('POST', `${number}/deregister`, { token })).status).toBe(200);
  expect((await meta.register(number, token)).status).toBe(200);
});

test('wants five minutes after a deletion', async () => {
  const { number, token } = await meta.onboard({
    number: { deleted_at: Date.parse('2026-11-22T10:00:00Z') },
  });
  await meta.advance('4m59s999ms');
  expect(errorOf(await meta.register(number, token)).code).toBe(133015);
  await meta.advance('1ms');
  expect((await meta.register(number, token)).status).toBe(200);
});

test('takes a registered number off, once, and counts such requests on their own', async () => {
  const { number, token } = await meta.onboard();
  const off = () => meta.graph('POST', `${number}/deregister`, { token });
  expect(errorOf(await off())).toMatchObject({ code: 100, error_subcode: 2207051 });
  await meta.register(number, token);
  expect((await off()).status).toBe(200);
  expect(await statusOf(number, token)).toBe('DISCONNECTED');
  for (let i = 0; i < 8; i += 1) await off();
  expect(errorOf(await off()).code).toBe(133016);
  expect((await meta.register(number, token)).status).toBe(200);
});

test('shows a live number connected although its proof of ownership has lapsed', async () => {
  const { number, token } = await meta.onboard({ scenario: 'otp_lapsed_live' });
  expect(await meta.read(number, token, 'status,code_verification_status')).toMatchObject({
    status: 'CONNECTED',
    code_verification_status: 'EXPIRED',
  });
});

test('is too late at once in the scenario that says so', async () => {
  const { number, token } = await meta.onboard({ scenario: 'late_14d' });
  expect(errorOf(await meta.register(number, token)).code).toBe(133006);
});

test('writes the refusal of the switch for a late number', async () => {
  await meta.order('POST', 'reset', { switches: { lateRegister: 100 } });
  const { number, token } = await meta.onboard({ scenario: 'late_14d' });
  await meta.order('PATCH', `numbers/${number}`, { otp_verified_at: '2026-11-22T10:00:00Z' });
  expect(errorOf(await meta.register(number, token)).code).toBe(100);
});

test('refuses a PIN before the first registration, if set to', async () => {
  await meta.order('POST', 'reset', { switches: { pinBeforeRegister: 'refused' } });
  const { number, token } = await meta.onboard();
  const set = () => meta.graph('POST', number, { token, body: { pin: '123456' } });
  expect(errorOf(await set()).code).toBe(100);
  await meta.register(number, token);
  expect((await set()).status).toBe(200);
});

test('writes every request in the ledger, and of a PIN only its hash', async () => {
  const { number, token } = await meta.onboard({ scenario: 'foreign_pin' });
  await meta.register(number, token, '987654');
  await meta.read(number, token, 'status');
  const rows = await meta.ledger(number);
  expect(rows).toMatchObject([
    {
      at: '2026-11-22T10:00:00.000Z',
      method: 'POST',
      path: `/v25.0/${number}/register`,
      pinSha256: createHash('sha256').update('987654').digest('hex'),
      effectApplied: false,
      answerDelivered: true,
      http: 400,
      code: 133005,
      concurrent: 1,
    },
    { method: 'GET', path: `/v25.0/${number}`, effectApplied: false, http: 200 },
  ]);
  const text = JSON.stringify(await meta.order('GET', 'ledger'));
  expect(text).not.toContain('987654');
  expect(text).not.toContain(token);
});

test('counts the requests to register that are in flight for one number', async () => {
  const { number, token } = await meta.onboard();
  await meta.order('POST', 'faults', {
    kind: 'hang',
    when: 'after',
    ms: 100,
    match: { path: '/register', times: 2 },
  });
  await Promise.all([meta.register(number, token), meta.register(number, token)]);
  await meta.register(number, token);
  const counts = (await meta.ledger(number)).map((row) => row.concurrent);
  expect(counts).toEqual([1, 2, 1]);
});

test('checks the limit before the parameters', async () => {
  const { number, token } = await meta.onboard({ scenario: 'attempts_locked' });
  expect(errorOf(await meta.register(number, token, 'x')).code).toBe(133016);
});

test('draws the same ids and tokens from the same seed', async () => {
  const play = async () => {
    await meta.order('POST', 'reset', { seed: 'seven', now: '2026-11-22T10:00:00.000Z' });
    const { number, token, waba } = await meta.onboard();
    await meta.order('POST', `numbers/${number}/name-decision`, { decision: 'APPROVED' });
    const refusal = errorOf(await meta.register(number, token, 'x'));
    const certificate = z
      .string()
      .parse((await meta.read(number, token, 'certificate'))['certificate']);
    return { number, token, waba, trace: refusal.fbtrace_id, certificate };
  };
  const first = await play();
  expect(await play()).toEqual(first);
  expect(first.certificate).toMatch(/^[A-Za-z0-9+/]{300,}=*$/);
});

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import type { Canary } from '../support/canary.ts';
import { openEdge, wabaId, type Edge } from './edge.ts';
import { addedTo, bodyOf, callCount, expectSilence, otpOf, send, signUp } from './orders.ts';

const PASSWORD = 'fake-onprem-password';

let edge: Edge;
let waba: string;
let number: string;
const canaries: Canary[] = [{ name: 'On-Premises password', value: PASSWORD }];

beforeAll(async () => {
  edge = await openEdge();
  ({ waba, number } = await signUp(edge, { name: 'Lucky Shrub' }));
});

afterAll(async () => {
  expectSilence(edge, canaries);
  await edge.close();
});

/** What Meta says itself, past us. */
async function atMeta(id: string, fields: string): Promise<Record<string, unknown>> {
  const token = (await edge.store.credentials.tokenOf(wabaId(waba)))?.reveal() ?? '';
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${edge.meta.url}/v25.0/${id}?fields=${fields}`, { headers });
  return z.record(z.string(), z.unknown()).parse(await answer.json());
}

describe('one number', () => {
  test('is shown with its proof, its name and its certificate, which stays a digest', async () => {
    const live = await addedTo(edge, waba, { name_status: 'APPROVED' });
    await edge.meta.patch(`/numbers/${live}`, { registered_at: new Date().toISOString() });
    const certificate = String((await atMeta(live, 'certificate'))['certificate']);
    canaries.push({ name: 'certificate', value: certificate });
    const digest = createHash('sha256').update(certificate).digest('hex');
    expect(bodyOf(await send(edge, `GET /v1/phone-numbers/${live}?waba_id=${waba}`))).toMatchObject(
      {
        id: live,
        code_verification_status: 'VERIFIED',
        name_status: 'APPROVED',
        certificate: `sha256:${digest}`,
      },
    );
  });

  test('that signed up is found without its account, with the fields that are asked for', async () => {
    const answer = await send(edge, `GET /v1/phone-numbers/${number}?fields=verified_name`);
    expect(bodyOf(answer)).toEqual({ id: number, verified_name: 'Lucky Shrub' });
  });

  test('that did not is unknown without its account', async () => {
    const other = await addedTo(edge, waba);
    for (const path of ['', '/code-requests', '/codes', '/registration', '/pin'] as const) {
      const bodies: Record<string, unknown> = {
        '/code-requests': { method: 'SMS', language: 'en_US' },
        '/codes': { code: '123830' },
      };
      const method = path === '' ? 'GET' : path === '/pin' ? 'PUT' : 'POST';
      const answer = await send(edge, `${method} /v1/phone-numbers/${other}${path}`, bodies[path]);
      expect([path, answer.status, answer.code]).toEqual([path, 404, 'unknown_number']);
    }
  });

  test('of an account that nobody gave us a token for is not asked about', async () => {
    const foreign = await addedTo(edge, '800');
    const before = await callCount(edge);
    const answer = await send(edge, `GET /v1/phone-numbers/${foreign}?waba_id=800`);
    expect([answer.status, answer.code]).toEqual([404, 'unknown_account']);
    expect(await callCount(edge)).toBe(before);
  });

  test('of somebody else stays hidden: Meta refuses our token', async () => {
    const foreign = await addedTo(edge, '800');
    const answer = await send(edge, `GET /v1/phone-numbers/${foreign}?waba_id=${waba}`);
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ code: 100, subcode: 33 });
    expect(answer.message).toContain('There is no such number or account');
  });

  test.each([
    ['abc', '', 'invalid_phone_number_id'],
    ['1'.repeat(21), '', 'invalid_phone_number_id'],
    ['1', '?waba_id=', 'invalid_waba_id'],
    ['1', '?waba_id=1%2F2', 'invalid_waba_id'],
    ['1', '?waba_id=1&waba_id=2', 'unknown_parameter'],
    ['1', '?token=EAAxyz', 'unknown_parameter'],
    ['1', '?fields=a.b', 'invalid_fields'],
  ])('B15: is refused as %s%s, before Meta is asked', async (id, query, code) => {
    const before = await callCount(edge);
    const answer = await send(edge, `GET /v1/phone-numbers/${id}${query}`);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(await callCount(edge)).toBe(before);
  });
});

describe('a code', () => {
  test('is sent to the number, and proves it', async () => {
    const open = await addedTo(edge, waba, { otp_verified_at: null });
    const path = `/v1/phone-numbers/${open}` as const;
    const order = { method: 'VOICE', language: 'en_US' };
    const sent = await send(edge, `POST ${path}/code-requests?waba_id=${waba}`, order);
    expect(bodyOf(sent)).toEqual({ phone_number_id: open });
    const code = await otpOf(edge, open);
    canaries.push({ name: 'code', value: code });
    const wrong = code === '111111' ? '222222' : '111111';
    const refused = await send(edge, `POST ${path}/codes?waba_id=${waba}`, { code: wrong });
    expect([refused.status, refused.refusal?.cause]).toEqual([422, 'code_wrong']);
    bodyOf(await send(edge, `POST ${path}/codes?waba_id=${waba}`, { code }));
    expect(await atMeta(open, 'code_verification_status')).toMatchObject({
      code_verification_status: 'VERIFIED',
    });
  });

  test('that was right lets the onboarding look at once', async () => {
    const { number: waiting } = await signUp(edge);
    await edge.meta.patch(`/numbers/${waiting}`, { otp_verified_at: null });
    const path = `/v1/phone-numbers/${waiting}` as const;
    bodyOf(await send(edge, `POST ${path}/code-requests`, { method: 'SMS', language: 'en_US' }));
    const code = await otpOf(edge, waiting);
    bodyOf(await send(edge, `POST ${path}/codes`, { code }));
    const hints = await edge.store.inbox.pending(100);
    expect(hints.map(({ field }) => field)).toContain('code');
  });

  test('is not sent to a number that is proved: Meta says why', async () => {
    const order = { method: 'SMS', language: 'en_US' };
    const answer = await send(edge, `POST /v1/phone-numbers/${number}/code-requests`, order);
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ cause: 'code_not_sent', code: 136024 });
  });

  test('whose request got no answer may have been sent: the caller is told to look', async () => {
    const open = await addedTo(edge, waba, { otp_verified_at: null });
    await edge.meta.post('/faults', { kind: 'drop_after', match: { path: 'request_code' } });
    const order = { method: 'SMS', language: 'en_US' };
    const path = `/v1/phone-numbers/${open}/code-requests?waba_id=${waba}`;
    const answer = await send(edge, `POST ${path}`, order);
    expect([answer.status, answer.code]).toEqual([503, 'outcome_unknown']);
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  test.each([
    ['/code-requests', { method: 'sms', language: 'en_US' }, 'invalid_method'],
    ['/code-requests', { method: 'SMS' }, 'invalid_language'],
    ['/code-requests', { method: 'SMS', language: 'english' }, 'invalid_language'],
    ['/codes', { code: 123830 }, 'invalid_one_time_code'],
    ['/codes', { code: '123-830' }, 'invalid_one_time_code'],
    ['/codes', { code: '１２３８３０' }, 'invalid_one_time_code'],
    ['/codes', { code: '123830', pin: '1' }, 'unknown_field'],
    ['/on-premises-codes', { code: '12383' }, 'invalid_one_time_code'],
  ])('%s with %j is refused, before Meta is asked', async (path, body, error) => {
    const before = await callCount(edge);
    const answer = await send(edge, `POST /v1/phone-numbers/${number}${path}`, body);
    expect([answer.status, answer.code]).toEqual([400, error]);
    expect(await callCount(edge)).toBe(before);
  });
});

describe("a number on its customer's own client", () => {
  async function onPremises(order: object): Promise<{ waba: string; number: string }> {
    const customer = await signUp(edge, { displayPhoneNumber: '+1 631-555-1111', ...order });
    await edge.store.credentials.keepOnPremises(wabaId(customer.waba), {
      ...{ baseUrl: edge.meta.url, userName: 'admin' },
      password: new Secret(PASSWORD),
    });
    return customer;
  }

  const register = (id: string, body: unknown) =>
    send(edge, `POST /v1/phone-numbers/${id}/on-premises-registration`, body);

  test('is not registered there before the client is known', async () => {
    const answer = await register(number, { code_method: 'sms' });
    expect([answer.status, answer.code]).toEqual([409, 'not_configured']);
    const code = await send(edge, `POST /v1/phone-numbers/${number}/on-premises-codes`, {
      code: '123830',
    });
    expect(code.code).toBe('not_configured');
  });

  test('is told that Meta has closed it', async () => {
    const { number: id } = await onPremises({ scenario: 'onprem_retired' });
    const answer = await register(id, { code_method: 'sms' });
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ cause: 'onprem_retired', code: 1005 });
  });

  test('is registered where it is still possible, at once or with a code', async () => {
    const displayPhoneNumber = '+1 631-555-2222';
    const { number: id } = await onPremises({ scenario: 'onprem_working', displayPhoneNumber });
    await edge.meta.patch(`/numbers/${id}`, { otp_verified_at: null });
    const sent = await register(id, { code_method: 'voice', cc: '1' });
    expect(bodyOf(sent)).toEqual({ phone_number_id: id, registration: 'code-sent' });
    const proved = { otp_verified_at: new Date().toISOString() };
    await edge.meta.patch(`/numbers/${id}`, proved);
    const done = await register(id, { code_method: 'sms' });
    expect(bodyOf(done)).toEqual({ phone_number_id: id, registration: 'registered' });
  });

  test.each([
    [{}, 'invalid_code_method'],
    [{ code_method: 'SMS' }, 'invalid_code_method'],
    [{ code_method: 'sms', cc: '+1' }, 'invalid_cc'],
    [{ code_method: 'sms', base_url: 'http://127.0.0.1/' }, 'unknown_field'],
  ])('is refused %j', async (body, code) => {
    const answer = await register(number, body);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });
});

test('a number is shown without certificates by a version of Meta that has none', async () => {
  const other = await openEdge();
  await other.meta.post('/reset', { switches: { certificates: 'nonexisting' } });
  const { number: id } = await signUp(other);
  const shown = bodyOf(await send(other, `GET /v1/phone-numbers/${id}`));
  expect(shown).toMatchObject({ id, code_verification_status: 'VERIFIED' });
  expect(shown).not.toHaveProperty('certificate');
  const answer = await send(other, `GET /v1/phone-numbers/${id}?fields=certificate`);
  expect([answer.status, answer.message]).toEqual([400, "Meta knows no field 'certificate'"]);
  await other.close();
});

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Canary } from '../support/canary.ts';
import { openEdge, phoneNumberId, wabaId, type Edge } from './edge.ts';
import { addedTo, bodyOf, callCount, expectSilence, postsTo, send, signUp } from './orders.ts';

const PIN = '150954';

let edge: Edge;
let waba: string;
let onboarding: string;
const numbers: string[] = [];

beforeAll(async () => {
  edge = await openEdge();
  ({ waba, number: onboarding } = await signUp(edge));
});

afterAll(async () => {
  const canaries: Canary[] = [{ name: 'PIN given', value: PIN }];
  for (const id of numbers) {
    const pin = await edge.store.credentials.pinOf(phoneNumberId(id));
    if (pin !== undefined) canaries.push({ name: `PIN of ${id}`, value: pin.reveal() });
  }
  expect(canaries.length).toBeGreaterThan(3);
  expectSilence(edge, canaries);
  await edge.close();
});

async function added(settings: object = {}): Promise<string> {
  const id = await addedTo(edge, waba, settings);
  numbers.push(id);
  return id;
}

const pathOf = (id: string, of = 'registration') =>
  `/v1/phone-numbers/${id}/${of}?waba_id=${waba}` as const;
const register = (id: string, body?: unknown) => send(edge, `POST ${pathOf(id)}`, body);
const deregister = (id: string) => send(edge, `DELETE ${pathOf(id)}`);
const putPin = (id: string, body?: unknown) => send(edge, `PUT ${pathOf(id, 'pin')}`, body);

async function pinsSentTo(id: string): Promise<readonly (string | undefined)[]> {
  return (await postsTo(edge, `/${id}`)).map(({ pinSha256 }) => pinSha256);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function ownPinSha256(id: string): Promise<string> {
  const pin = await edge.store.credentials.pinOf(phoneNumberId(id));
  return sha256(pin?.reveal() ?? '');
}

describe('registering a number that no onboarding takes care of', () => {
  test('sends one request with its PIN, and none again once it is registered', async () => {
    const id = await added();
    const first = bodyOf(await register(id));
    expect(first).toMatchObject({ phone_number_id: id, registration: 'registered', is_sent: true });
    const [sent] = await edge.meta.registersOf(id);
    expect(sent?.pinSha256).toBe(await ownPinSha256(id));
    expect(bodyOf(await register(id))).toEqual({
      ...{ phone_number_id: id, registration: 'registered', is_sent: false },
    });
    expect(await edge.meta.registersOf(id)).toHaveLength(1);
  });

  test('that several order at once sends one request', async () => {
    const id = await added();
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(id)));
    const late = answers.filter(({ status }) => status !== 200);
    for (const { status, code } of late) expect([status, code]).toEqual([409, 'not_now']);
    expect(await edge.meta.registersOf(id)).toHaveLength(1);
  });

  /** Keeps what is answered from the one who asked, so that others overtake him. */
  const hold = (match: object, when: 'before' | 'after', ms = 400) =>
    edge.meta.post('/faults', { kind: 'hang', when, ms, match });
  const callsAbout = (id: string) =>
    expect.poll(async () => (await edge.meta.ledgerOf(id)).length, { interval: 5 });

  test('that another order has done since is not done again', async () => {
    const id = await added();
    await hold({ number: id, method: 'GET' }, 'after');
    const slow = register(id);
    await callsAbout(id).toBe(1);
    expect(bodyOf(await register(id))).toMatchObject({ is_sent: true });
    const answer = await slow;
    expect([answer.status, answer.code]).toEqual([409, 'not_now']);
    expect(await edge.meta.registersOf(id)).toHaveLength(1);
    const attempts = await edge.store.attempts.of(phoneNumberId(id));
    expect(attempts.map(({ state }) => state)).toEqual(['ok', 'not_sent']);
  });

  test('that another order was about to do at the time of the read is not done again', async () => {
    const id = await added();
    await hold({ number: id, path: '/register' }, 'before');
    const first = register(id);
    await callsAbout(id).toBe(2);
    await hold({ number: id, method: 'GET' }, 'after', 1000);
    const answer = await register(id);
    expect([answer.status, answer.code]).toEqual([409, 'not_now']);
    expect(bodyOf(await first)).toMatchObject({ is_sent: true });
    expect(await edge.meta.registersOf(id)).toHaveLength(1);
  });

  test('leaves alone a number whose onboarding runs', async () => {
    for (const order of ['POST', 'DELETE'] as const) {
      const answer = await send(edge, `${order} /v1/phone-numbers/${onboarding}/registration`);
      expect([answer.status, answer.code]).toEqual([409, 'not_now']);
      expect(answer.message).toContain('onboarding runs');
    }
    expect(await edge.meta.ledgerOf(onboarding)).not.toContainEqual(
      expect.objectContaining({ method: 'POST' }),
    );
  });

  test('is not tried where a read says that it would be in vain', async () => {
    const id = await added({ otp_verified_at: null });
    const answer = await register(id);
    expect([answer.status, answer.refusal]).toEqual([422, { cause: 'not_verified' }]);
    expect(await edge.meta.registersOf(id)).toHaveLength(0);
  });

  test('that Meta refuses is told with the cause, and counted', async () => {
    const id = await added({ pin: '271828', old_two_step: true });
    const answer = await register(id);
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ cause: 'old_two_step', code: 100, subcode: 2388001 });
    const attempts = await edge.store.attempts.of(phoneNumberId(id));
    expect(attempts).toMatchObject([{ n: 1, kind: 'operator', state: 'refused' }]);
  });

  test('is refused once the requests of 72 hours are used up', async () => {
    const id = await added({ old_two_step: true });
    for (let n = 1; n <= 8; n++) expect((await register(id)).status).toBe(422);
    const answer = await register(id);
    expect([answer.status, answer.code]).toEqual([409, 'attempts_spent']);
    const waitS = Number(answer.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(71 * 3600);
    expect(waitS).toBeLessThanOrEqual(72 * 3600);
    expect(await edge.meta.registersOf(id)).toHaveLength(8);
  });

  test('whose answer is lost is not repeated by us; asking again finds it registered', async () => {
    const id = await added();
    await edge.meta.post('/faults', { kind: 'drop_after', match: { path: '/register' } });
    const answer = await register(id);
    expect([answer.status, answer.code]).toEqual([503, 'outcome_unknown']);
    expect(bodyOf(await register(id))).toMatchObject({
      ...{ registration: 'registered', is_sent: false },
    });
    expect(await edge.meta.registersOf(id)).toHaveLength(1);
  });

  test('is done even if it cannot be seen right after', async () => {
    const id = await added();
    const match = { method: 'GET', number: id, nth: 2 };
    await edge.meta.post('/faults', { kind: 'drop_before', match });
    const answer = await register(id);
    expect(bodyOf(answer)).toMatchObject({ registration: 'unclear', is_sent: true });
    expect(bodyOf(await register(id))).toMatchObject({ registration: 'registered' });
  });

  test.each(['xx', 'in', 'India', 7])('B23: in the region %j is refused', async (region) => {
    const id = await added();
    const before = await callCount(edge);
    const answer = await register(id, { data_localization_region: region });
    expect([answer.status, answer.code]).toEqual([400, 'unsupported_region']);
    expect(answer.message).toContain('AE, AU, BH');
    expect(await callCount(edge)).toBe(before);
  });

  test('in a region that Meta has is done', async () => {
    const id = await added();
    const answer = await register(id, { data_localization_region: 'IN' });
    expect(bodyOf(answer)).toMatchObject({ registration: 'registered' });
  });

  test('is never told a PIN', async () => {
    const answer = await register(await added(), { pin: PIN });
    expect([answer.status, answer.code]).toEqual([400, 'unknown_field']);
  });
});

describe('deregistering', () => {
  test('takes the number off, once', async () => {
    const id = await added();
    await register(id);
    expect(bodyOf(await deregister(id))).toMatchObject({
      ...{ phone_number_id: id, registration: 'not-registered', is_sent: true },
    });
    expect(bodyOf(await deregister(id))).toEqual({
      ...{ phone_number_id: id, registration: 'not-registered', is_sent: false },
    });
    expect(await postsTo(edge, `/${id}/deregister`)).toHaveLength(1);
    const shown = bodyOf(await send(edge, `GET /v1/phone-numbers/${id}?waba_id=${waba}`));
    expect(shown).toMatchObject({ status: 'DISCONNECTED' });
  });

  test('keeps the PIN: the number is registered again with it', async () => {
    const id = await added();
    await register(id);
    await deregister(id);
    expect(bodyOf(await register(id))).toMatchObject({ registration: 'registered' });
    const sent = await edge.meta.registersOf(id);
    expect(new Set(sent.map(({ pinSha256 }) => pinSha256)).size).toBe(1);
  });
});

describe('the PIN', () => {
  test('is set at Meta and kept here, and never answered', async () => {
    const id = await added();
    await register(id);
    expect(bodyOf(await putPin(id, { pin: PIN }))).toEqual({ phone_number_id: id });
    expect(await pinsSentTo(id)).toEqual([sha256(PIN)]);
    expect(await ownPinSha256(id)).toBe(sha256(PIN));
  });

  test('is drawn where none is given', async () => {
    const id = await added();
    await register(id);
    const before = await ownPinSha256(id);
    bodyOf(await putPin(id));
    const [sent] = await pinsSentTo(id);
    expect(sent).not.toBe(before);
    expect(await ownPinSha256(id)).toBe(sent);
  });

  test('whose answer was lost is the one that a repeat sends', async () => {
    const id = await added();
    await register(id);
    await edge.meta.post('/faults', { kind: 'drop_after', match: { number: id } });
    const answer = await putPin(id);
    expect([answer.status, answer.code]).toEqual([503, 'outcome_unknown']);
    bodyOf(await putPin(id));
    const [first, second, ...more] = await pinsSentTo(id);
    expect([second, more]).toEqual([first, []]);
    expect(await ownPinSha256(id)).toBe(first);
  });

  test('stays as it was when Meta refuses another one', async () => {
    const id = await added();
    await register(id);
    const before = await ownPinSha256(id);
    const match = { number: id, method: 'POST' };
    await edge.meta.post('/faults', { kind: 'error', code: 131031, match });
    const answer = await putPin(id, { pin: PIN });
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(await ownPinSha256(id)).toBe(before);
  });

  test('may be at Meta after a lost answer, whatever is answered the next time: it is kept for the next', async () => {
    const id = await added();
    await register(id);
    const match = { number: id, method: 'POST' };
    await edge.meta.post('/faults', { kind: 'drop_after', match });
    expect((await putPin(id, { pin: PIN })).code).toBe('outcome_unknown');
    await edge.meta.post('/faults', { kind: 'throttle', minutes: 1, match });
    expect((await putPin(id)).code).toBe('throttled');
    expect(await edge.store.credentials.isPinStale(phoneNumberId(id))).toBe(true);
    const other = await putPin(id, { pin: '739105' });
    expect([other.status, other.code]).toEqual([409, 'not_now']);
    await edge.store.pacing.pause(wabaId(waba), 0);
    expect((await putPin(id)).status).toBe(200);
    expect(await ownPinSha256(id)).toBe(sha256(PIN));
  });

  test('that Meta has already is kept as it is told, and nothing is sent', async () => {
    const id = await added({ pin: '222222' });
    const before = await callCount(edge);
    expect((await putPin(id, { pin: '222222', is_current: true })).status).toBe(200);
    expect(await ownPinSha256(id)).toBe(sha256('222222'));
    expect(await callCount(edge)).toBe(before);
    expect(bodyOf(await register(id))).toMatchObject({ registration: 'registered' });
  });

  test.each([
    [{ is_current: true }, 'invalid_pin'],
    [{ pin: '12345', is_current: true }, 'invalid_pin'],
    [{ pin: '222222', is_current: 'yes' }, 'invalid_is_current'],
  ])('is refused as %o', async (body, code) => {
    const answer = await putPin(onboarding, body);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  test.each([
    '12345',
    '1234567',
    '12a456',
    '１２３４５６',
    123456,
    '000000',
    '123456',
    '987654',
    null,
  ])('B22: %j is refused', async (pin) => {
    const before = await callCount(edge);
    const answer = await putPin(onboarding, { pin });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_pin']);
    expect(answer.message).toContain('exactly 6 digits, as a string');
    expect(await callCount(edge)).toBe(before);
  });
});

test('nothing goes out for a number of an account that Meta has paused', async () => {
  const { waba: busy } = await signUp(edge);
  const id = await addedTo(edge, busy);
  await edge.store.pacing.pause(wabaId(busy), 600_000);
  const before = await callCount(edge);
  for (const order of ['POST', 'DELETE'] as const) {
    const answer = await send(
      edge,
      `${order} /v1/phone-numbers/${id}/registration?waba_id=${busy}`,
    );
    expect([answer.status, answer.code]).toEqual([503, 'throttled']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(590);
  }
  expect(await callCount(edge)).toBe(before);
});

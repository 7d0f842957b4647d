import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../support/fake-meta.ts';
import { openEdge, phoneNumberId, wabaId, type Answer, type Edge } from './edge.ts';

const IDS = { waba_id: '102290129340398', phone_number_id: '106540352242922' };
const GOOD = { code: 'AQD-a-code', ...IDS };

let edge: Edge;
const codes: string[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

beforeEach(() => {
  edge.temporal.mood = 'up';
});

afterAll(async () => {
  // The canary: none of it may have been said, in an answer or in a log.
  for (const secret of [APP_SECRET, VERIFY_TOKEN, 'AQD-a-code', ...codes]) {
    expect(edge.said()).not.toContain(secret);
  }
  expect(codes.length).toBeGreaterThan(5);
  expect(edge.said()).not.toMatch(/EAA[A-Za-z0-9]{20,}/);
  await edge.close();
});

/** A customer ends Embedded Signup; what the browser hands to the partner's page. */
async function embeddedSignup(order: unknown = {}): Promise<typeof GOOD> {
  const { code, waba_id, phone_number_id } = await edge.meta.signUp(order);
  codes.push(code);
  return { code, waba_id, phone_number_id };
}

/** How often a code was sent to Meta, by Meta's count. */
async function exchanges(): Promise<number> {
  const ledger = await (await fetch(`${edge.meta.url}/_fake/ledger`)).text();
  return ledger.split('oauth/access_token').length - 1;
}

function announce(ids: typeof IDS, outcome: Outcome | undefined): Promise<void> {
  return edge.store.numbers.announce({
    phoneNumberId: phoneNumberId(ids.phone_number_id),
    wabaId: wabaId(ids.waba_id),
    stage: outcome === undefined ? 'registering' : 'done',
    waitingFor: 'nobody',
    deadlineAtMs: 1,
    ...(outcome !== undefined && { outcome }),
    progressJson: '{}',
    events: [],
    announcementKey: `${ids.phone_number_id}/${outcome ?? 'runs'}`,
  });
}

function send(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  const type = { 'content-type': 'application/json' };
  return edge.call('/v1/signups', { method: 'POST', headers: { ...type, ...headers }, body });
}

describe('a signup callback', () => {
  test('is accepted: token sealed, number shown, onboarding started', async () => {
    const body = await embeddedSignup();
    const answer = await edge.signUp(body);
    expect(answer.status).toBe(202);
    const status_url = `/v1/numbers/${body.phone_number_id}`;
    expect(JSON.parse(answer.text)).toEqual({ phone_number_id: body.phone_number_id, status_url });
    expect(answer.headers.get('location')).toBe(status_url);
    expect((await edge.call(status_url)).status).toBe(200);
    expect((await edge.store.credentials.tokenOf(wabaId(body.waba_id)))?.reveal()).toMatch(/^EAA/);
    expect(edge.temporal.started.map((row) => row.phoneNumberId)).toContain(body.phone_number_id);
    expect(await edge.store.signups.pending(10)).toEqual([]);
  });

  test('carries the headers every answer has', async () => {
    const { headers } = await edge.signUp(GOOD);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('server')).toBeNull();
  });

  test('is accepted while Temporal is down, and left to the outbox', async () => {
    edge.temporal.mood = 'down';
    const body = await embeddedSignup();
    const wakes = edge.wakes.count;
    expect((await edge.signUp(body)).status).toBe(202);
    const pending = await edge.store.signups.pending(10);
    expect(pending.map((row) => row.phoneNumberId)).toEqual([body.phone_number_id]);
    expect(edge.wakes.count).toBe(wakes + 1);
    await edge.store.signups.markStarted(pending[0]?.id ?? '');
  });

  test('is answered the same when it is repeated, and its code is exchanged once', async () => {
    const body = await embeddedSignup();
    const before = await exchanges();
    const first = await edge.signUp(body);
    const again = await edge.signUp(body);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(await exchanges()).toBe(before + 1);
  });

  test('is answered the same as its twin that came at the same time', async () => {
    const body = await embeddedSignup();
    const before = await exchanges();
    const answers = await Promise.all([1, 2, 3].map(() => edge.signUp(body)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(await exchanges()).toBe(before + 1);
  });

  test.each(['xx', 'in', 'India', 7, ''])('B23: is refused for the region %j', async (region) => {
    const answer = await edge.signUp({ ...GOOD, data_localization_region: region });
    expect([answer.status, answer.code]).toEqual([400, 'unsupported_region']);
  });

  test.each([
    [{ platform: 'on-premise' }, 'invalid_platform'],
    [{ platform: 'on-premises', code_method: 'SMS' }, 'invalid_code_method'],
    [{ code_method: 'sms' }, 'invalid_code_method'],
    [{ platform: 'on-premises', data_localization_region: 'DE' }, 'unsupported_region'],
  ])('is refused with %o', async (more, code) => {
    const answer = await edge.signUp({ ...GOOD, ...more });
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  test('says where its number is to be registered, and Temporal hears of it', async () => {
    const body = await embeddedSignup();
    await edge.signUp({ ...body, data_localization_region: 'DE' });
    const started = edge.temporal.started.find(
      ({ phoneNumberId: id }) => id === body.phone_number_id,
    );
    expect(started?.how).toEqual({ platform: 'cloud', dataLocalizationRegion: 'DE' });
  });

  test('for an On-Premises client is refused before its code is spent, until the client is known', async () => {
    const body = { ...(await embeddedSignup()), platform: 'on-premises', code_method: 'voice' };
    const before = await exchanges();
    const refused = await edge.signUp(body);
    expect([refused.status, refused.code]).toEqual([409, 'not_configured']);
    expect(await exchanges()).toBe(before);
    await edge.store.credentials.keepOnPremises(wabaId(body.waba_id), {
      baseUrl: 'https://wa.example.com:9090',
      userName: 'admin',
      password: new Secret('a-password'),
    });
    expect((await edge.signUp(body)).status).toBe(202);
  });

  test('B12: is refused when its code was used before', async () => {
    const body = await embeddedSignup();
    await edge.signUp(body);
    const answer = await edge.signUp(body, { 'idempotency-key': 'another-key' });
    expect([answer.status, answer.code]).toEqual([422, 'code_expired']);
    expect(answer.message).toBe('Signup took over 30 s; run it again');
  });

  test('B12: is refused when its code is 30 s old', async () => {
    const body = await embeddedSignup();
    await edge.meta.post('/clock', { advance: '30s' });
    const answer = await edge.signUp(body);
    expect([answer.status, answer.code]).toEqual([422, 'code_expired']);
  });

  test.each([
    ['does not answer', { kind: 'drop_after', match: { path: 'access_token' } }],
    ['answers with HTML', { kind: 'html', http: 502, match: { path: 'access_token' } }],
    ['cuts its answer', { kind: 'truncated', match: { path: 'access_token' } }],
    ['is limited', { kind: 'error', code: 4, http: 400, match: { path: 'debug_token' } }],
    ['fails at the list', { kind: 'error', code: 2, http: 500, match: { path: 'phone_numbers' } }],
  ])('B13: is refused when Meta %s', async (_why, fault) => {
    await edge.meta.post('/faults', fault);
    const answer = await edge.signUp(await embeddedSignup());
    expect([answer.status, answer.code]).toEqual([503, 'meta_unavailable']);
    expect(answer.headers.get('retry-after')).toMatch(/^[0-9]+$/);
  });

  test('B17: is refused for a number of another account, and for an account the code is not for', async () => {
    const mine = await embeddedSignup();
    const theirs = await embeddedSignup();
    const { phone_number_id } = theirs;
    const number = await edge.signUp({ ...mine, phone_number_id });
    expect([number.status, number.code]).toEqual([403, 'number_not_in_account']);
    const account = await edge.signUp({ ...IDS, ...theirs, waba_id: mine.waba_id });
    expect([account.status, account.code]).toEqual([403, 'number_not_in_account']);
  });

  test('B18: is answered with the status URL when the number is in progress, and renews its token', async () => {
    const first = await embeddedSignup();
    await edge.signUp(first);
    const tokenOf = async (): Promise<string | undefined> =>
      (await edge.store.credentials.tokenOf(wabaId(first.waba_id)))?.reveal();
    const token = await tokenOf();
    const { phone_number_id: number, waba_id: waba } = first;
    const again = await edge.signUp(await embeddedSignup({ number, waba }));
    expect(again.status).toBe(200);
    expect(again.headers.get('location')).toBe(`/v1/numbers/${number}`);
    expect(await tokenOf()).not.toBe(token);
    const told = edge.temporal.started.filter(({ phoneNumberId: id }) => id === number);
    expect(told).toHaveLength(2);
    expect(told[1]?.acceptedAtMs).toBeGreaterThanOrEqual(told[0]?.acceptedAtMs ?? Infinity);
  });

  test.each<Outcome>(['ready', 'registered-name-undecided', 'not-applicable'])(
    'B19: is refused when the number is %s',
    async (outcome) => {
      const body = await embeddedSignup({ number: { registered_at: Date.now() } });
      await announce(body, outcome);
      const answer = await edge.signUp(body);
      expect([answer.status, answer.code]).toEqual([409, 'already_onboarded']);
      expect(answer.headers.get('location')).toBe(`/v1/numbers/${body.phone_number_id}`);
    },
  );

  test('begins anew when the number is done but a read says that it is not registered', async () => {
    const body = await embeddedSignup();
    await announce(body, 'ready');
    expect((await edge.signUp(body)).status).toBe(202);
  });

  test.each<Outcome>(['signup-expired', 'abandoned'])(
    'begins anew after an onboarding that is %s',
    async (outcome) => {
      const body = await embeddedSignup();
      await announce(body, outcome);
      expect((await edge.signUp(body)).status).toBe(202);
    },
  );

  test('B20: is refused when another account holds the number', async () => {
    const body = await embeddedSignup();
    await announce({ ...body, waba_id: '7' }, undefined);
    const answer = await edge.signUp(body);
    expect([answer.status, answer.code]).toEqual([409, 'number_in_use']);
  });

  test('B21: is refused under a key that came with another body', async () => {
    const headers = { 'idempotency-key': 'key-of-b21' };
    expect((await edge.signUp(await embeddedSignup(), headers)).status).toBe(202);
    const answer = await edge.signUp(await embeddedSignup(), headers);
    expect([answer.status, answer.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('is refused while the database does not answer', async () => {
    const broken = await openEdge();
    await broken.store.close();
    const answer = await broken.signUp(GOOD);
    expect([answer.status, answer.code]).toEqual([503, 'store_unavailable']);
    await broken.close();
  });
});

const brackets = (count: number): string => '['.repeat(count);
const filled = (bytes: number): string => JSON.stringify({ ...GOOD, code: 'x'.repeat(bytes) });
const BAD_IDS = [undefined, '', 'abc', '1/../me', '..', '１２３', '+1 555', '1'.repeat(21)];
const ODD_IDS = [106540352242922, '1e20', '0x1f', null, ['1'], { id: '1' }];

describe('a signup callback of a wrong form', () => {
  test.each<[string, string | Uint8Array, [number, string]]>([
    ['B03: no body', '', [400, 'empty_body']],
    ['B04: a cut one', '{"code":"x"', [400, 'invalid_json']],
    ['B04: NaN', '{"code":NaN}', [400, 'invalid_json']],
    ['B04: a trailing comma', '{"code":"x",}', [400, 'invalid_json']],
    ['B04: a byte order mark', `\ufeff${JSON.stringify(GOOD)}`, [400, 'invalid_json']],
    ['B04: UTF-16', Buffer.from(JSON.stringify(GOOD), 'utf16le'), [400, 'invalid_json']],
    ['B04: half a character', '{"code":"\\ud800"}', [400, 'invalid_json']],
    ['B04: bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), [400, 'invalid_json']],
    ['B05: an array', '[]', [400, 'invalid_body']],
    ['B05: a string', '"code"', [400, 'invalid_body']],
    ['B05: null', 'null', [400, 'invalid_body']],
    ['B06: code twice', '{"code":"a","code":"b"}', [400, 'duplicate_key']],
    ['B06: code twice, once disguised', '{"code":"a","\\u0063ode":"b"}', [400, 'duplicate_key']],
    ['B07: __proto__', '{"__proto__":{}}', [400, 'unknown_field']],
    ['B07: constructor', '{"constructor":{}}', [400, 'unknown_field']],
    ['B09: 16,385 bytes', filled(16_385 - filled(0).length), [413, 'body_too_large']],
    ['B09: 16,384 bytes', filled(16_384 - filled(0).length), [400, 'invalid_code']],
    ['B10: 200,000 brackets', brackets(200_000), [413, 'body_too_large']],
    ['B10: 8,000 levels', `${brackets(8000)}${']'.repeat(8000)}`, [400, 'invalid_json']],
  ])('%s', async (_row, body, expected) => {
    const sentAtMs = performance.now();
    const answer = await send(body);
    expect([answer.status, answer.code]).toEqual(expected);
    expect(performance.now() - sentAtMs).toBeLessThan(500);
  });

  test('B08: an unknown key is named when its name is harmless', async () => {
    const named = await send(JSON.stringify({ ...GOOD, pin_code: '1' }));
    expect([named.code, named.message]).toEqual(['unknown_field', 'unknown field: pin_code']);
    const unnamed = await send(JSON.stringify({ ...GOOD, '<script>': '1' }));
    expect([unnamed.code, unnamed.message]).toEqual(['unknown_field', 'unknown field']);
  });

  test.each([undefined, '', 'a b', 'a\r\nb', 'x'.repeat(2049), 'ä', 7, null])(
    'B11: code %j',
    async (code) => {
      const answer = await edge.signUp({ ...GOOD, code });
      expect([answer.status, answer.code]).toEqual([400, 'invalid_code']);
    },
  );

  test.each([...BAD_IDS, ...ODD_IDS])('B15: phone_number_id %j', async (id) => {
    const answer = await edge.signUp({ ...GOOD, phone_number_id: id });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_phone_number_id']);
    expect(answer.message).toBe('phone_number_id: 1-20 digits, as a string');
  });

  test.each([...BAD_IDS, ...ODD_IDS])('B16: waba_id %j', async (id) => {
    const answer = await edge.signUp({ ...GOOD, waba_id: id });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_waba_id']);
  });

  test('an idempotency key of 256 characters', async () => {
    const answer = await edge.signUp(GOOD, { 'idempotency-key': 'k'.repeat(256) });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_idempotency_key']);
  });
});

describe('a signup callback that is not let in', () => {
  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('B01: %s', async (method) => {
    const answer = await edge.call('/v1/signups', { method });
    expect([answer.status, answer.code]).toEqual([405, 'method_not_allowed']);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
  ])('B02: %s', async (type) => {
    const answer = await send('{}', { 'content-type': type });
    expect([answer.status, answer.code]).toEqual([415, 'unsupported_media_type']);
  });

  test('B02: a charset that is named and right is taken', async () => {
    const answer = await send('{}', { 'content-type': 'application/json; charset=utf-8' });
    expect(answer.code).toBe('invalid_code');
  });

  test('B09: a compressed one', async () => {
    const answer = await send('{}', { 'content-encoding': 'gzip' });
    expect([answer.status, answer.code]).toEqual([415, 'unsupported_content_encoding']);
  });

  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])(
    'B24: from %s',
    async (origin) => {
      const answer = await edge.signUp(GOOD, { origin });
      expect([answer.status, answer.code]).toEqual([403, 'origin_not_allowed']);
    },
  );

  test('B24: its own pages and listed ones are let in', async () => {
    expect((await edge.signUp({}, { origin: edge.url })).code).toBe('invalid_code');
    const origin = 'https://partner.example';
    const open = await openEdge({ access: { allowedOrigins: [origin] } });
    expect((await open.signUp({}, { origin })).code).toBe('invalid_code');
    await open.close();
  });
});

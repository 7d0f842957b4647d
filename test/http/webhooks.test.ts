import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneNumberId, WabaId } from '../../src/domain/phone-number.ts';
import type { HintRow } from '../../src/store/hints.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../support/fake-meta.ts';
import { newSignup, phoneNumberId, wabaId } from '../store/builders.ts';
import { openEdge, sign, type Answer, type Edge } from './edge.ts';

const PATH = '/v1/webhooks/meta';
const WABA = '102290129340398';
const DIGITS = '15550783881';
const MAX_BYTES = 3_145_728;

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge({ access: { allowedOrigins: [] } });
});

afterAll(async () => {
  expect(edge.said()).not.toContain(APP_SECRET);
  expect(edge.said()).not.toContain(VERIFY_TOKEN);
  expect(edge.said()).not.toContain(DIGITS);
  await edge.close();
});

function post(
  body: string | Uint8Array,
  signature: string | undefined = sign(body),
): Promise<Answer> {
  return edge.call(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    body,
  });
}

interface Change {
  readonly field: string;
  readonly value: unknown;
}

function nameUpdate(value: object = {}): Change {
  const common = { display_phone_number: DIGITS, decision: 'APPROVED' };
  return { field: 'phone_number_name_update', value: { ...common, ...value } };
}

function webhook(changes: unknown, entry: object = {}): string {
  const one = { id: WABA, time: 1_739_321_024, changes, ...entry };
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [one] });
}

let accounts = 700;
const anotherAccount = (): WabaId => wabaId(String(++accounts));

/** A number with the webhook's digits, signed up in this account. */
async function numberOf(account: WabaId): Promise<PhoneNumberId> {
  const id = phoneNumberId(`5${account}`);
  const owner = { wabaId: account, phoneNumberId: id, displayPhoneNumber: `+${DIGITS}` };
  await edge.store.signups.accept(newSignup({ ...owner, idempotencyKey: id }));
  return id;
}

async function hintsAfter(body: string): Promise<readonly HintRow[]> {
  const before = new Set((await edge.store.inbox.pending(20_000)).map(({ digest }) => digest));
  expect((await post(body)).status).toBe(200);
  const after = await edge.store.inbox.pending(20_000);
  return after.filter(({ digest }) => !before.has(digest));
}

function handshake(query: string): Promise<Answer> {
  return edge.call(`${PATH}?${query}`);
}

describe("Meta's handshake", () => {
  const mode = 'hub.mode=subscribe';
  const token = `hub.verify_token=${VERIFY_TOKEN}`;

  test('gets its challenge back, as plain text', async () => {
    const answer = await handshake(`${mode}&hub.challenge=1158201444&${token}`);
    expect([answer.status, answer.text]).toEqual([200, '1158201444']);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['B26: no mode', `hub.challenge=1&${token}`, 400, 'bad_verification_request'],
    ['B26: another mode', `hub.mode=delete&${token}`, 400, 'bad_verification_request'],
    ['B27: a wrong token', `${mode}&hub.verify_token=x`, 403, 'verify_token_mismatch'],
    ['B27: no token', mode, 403, 'verify_token_mismatch'],
    ['B27: the token twice', `${mode}&${token}&${token}`, 403, 'verify_token_mismatch'],
    ['B28: a script', `${mode}&${token}&hub.challenge=<script>`, 400, 'invalid_challenge'],
    ['B28: 5 KB', `${mode}&${token}&hub.challenge=${'1'.repeat(5120)}`, 400, 'invalid_challenge'],
    ['B28: none', `${mode}&${token}`, 400, 'invalid_challenge'],
  ] as const)('%s', async (...[, query, status, code]) => {
    const answer = await handshake(query);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  test('from fake-graph is passed', async () => {
    const shaken = await edge.meta.post('/handshake', { url: `${edge.url}${PATH}` });
    expect(JSON.stringify(shaken)).toMatch(/true/);
  });
});

describe('a signature', () => {
  const body = webhook([nameUpdate()]);

  test('B29: missing', async () => {
    const answer = await edge.call(PATH, { method: 'POST', body });
    expect([answer.status, answer.code]).toEqual([401, 'missing_signature']);
  });

  const hex = sign(body).slice('sha256='.length);
  test.each([
    ['SHA-1', `sha1=${hex}`],
    ['no prefix', hex],
    ['63 digits', `sha256=${hex.slice(1)}`],
    ['65 digits', `sha256=${hex}0`],
    ['upper case', `sha256=${hex.toUpperCase()}`],
    ['no hex', `sha256=${'z'.repeat(64)}`],
    ['two headers', `sha256=${hex}, sha256=${hex}`],
    ['empty', ''],
  ])('B30: malformed, %s', async (_row, signature) => {
    const answer = await post(body, signature);
    expect([answer.status, answer.code]).toEqual([401, 'malformed_signature']);
  });

  test('B31: by another secret', async () => {
    const answer = await post(body, sign(body, 'f'.repeat(32)));
    expect([answer.status, answer.code]).toEqual([401, 'signature_mismatch']);
  });

  const escaped = webhook([nameUpdate({ requested_verified_name: 'Café' })]).replace(
    'é',
    '\\u00e9',
  );
  const parsed: unknown = JSON.parse(escaped);
  test.each([
    ['other spaces', JSON.stringify(parsed, undefined, 1)],
    ['unescaped', escaped.replace('\\u00e9', 'é')],
    ['other order', escaped.replace(/^\{("object":"[a-z_]+"),(.*)\}$/, '{$2,$1}')],
  ])('B32: of a body that was written again, %s', async (_row, rewritten) => {
    const answer = await post(rewritten, sign(escaped));
    expect([answer.status, answer.code]).toEqual([401, 'signature_mismatch']);
  });
});

describe('a webhook', () => {
  test('becomes a hint at the number, kept before the answer', async () => {
    const wakes = edge.wakes.count;
    const [hint, ...rest] = await hintsAfter(webhook([nameUpdate({ event: 'first' })]));
    expect(rest).toEqual([]);
    expect(hint).toMatchObject({ wabaId: WABA, digits: DIGITS, field: 'phone_number_name_update' });
    expect(edge.wakes.count).toBe(wakes + 1);
  });

  test('that Meta repeats is answered, and kept once', async () => {
    const body = webhook([nameUpdate({ event: 'repeated' })]);
    expect(await hintsAfter(body)).toHaveLength(1);
    expect(await hintsAfter(body)).toEqual([]);
  });

  test.each([
    ['REJECTED', 'NAME_NOT_CONSISTENT', 'NAME_NOT_CONSISTENT'],
    ['REJECTED', 'A_NEW_REASON', 'A_NEW_REASON'],
    ['REJECTED', null, undefined],
    ['REJECTED', 'no word of Meta', undefined],
    ['DEFERRED', 'NAME_NOT_CONSISTENT', undefined],
    ['TELEPATHY', null, undefined],
  ])('that decides on a name (%s, %o) is kept with the reason %s', async (...row) => {
    const [decision, rejection_reason, reason] = row;
    const account = anotherAccount();
    const value = { decision, rejection_reason, requested_verified_name: 'Lucky Shrub' };
    expect(await hintsAfter(webhook([nameUpdate(value)], { id: account }))).toHaveLength(1);
    const phoneNumberId = await numberOf(account);
    expect(await edge.store.inbox.nameDecisionOf(phoneNumberId)).toEqual({
      ...{ decision, toldAtMs: 1_739_321_024_000 },
      ...(reason === undefined ? {} : { reason }),
    });
  });

  test.each([
    ['no decision', { decision: undefined }],
    ['a decision that is no word', { decision: 'on the <b>14th</b>' }],
    ['a decision that is a list', { decision: ['REJECTED'] }],
  ])('that names %s is a hint, and decides nothing', async (_row, value) => {
    const account = anotherAccount();
    expect(await hintsAfter(webhook([nameUpdate(value)], { id: account }))).toHaveLength(1);
    expect(await edge.store.inbox.nameDecisionOf(await numberOf(account))).toBeUndefined();
  });

  test('about an account names the account in its value, not the portfolio in its entry', async () => {
    const value = { event: 'PARTNER_ADDED', waba_info: { waba_id: '77', owner_business_id: '5' } };
    const [hint] = await hintsAfter(webhook([{ field: 'account_update', value }], { id: '5' }));
    expect(hint).toMatchObject({ wabaId: '77', field: 'account_update' });
    expect(hint).not.toHaveProperty('digits');
  });

  test('B33: that is signed and no JSON is refused', async () => {
    const answer = await post('{"object":');
    expect([answer.status, answer.code]).toEqual([400, 'invalid_json']);
  });

  test('B34: of another object is answered and ignored', async () => {
    expect(await hintsAfter('{"object":"page","entry":[{"id":"1"}]}')).toEqual([]);
  });

  test.each([
    ['no entry', '{"object":"whatsapp_business_account"}'],
    ['an entry that is no list', '{"object":"whatsapp_business_account","entry":{}}'],
    ['no changes', webhook(null)],
    [
      'one good entry, one bad',
      webhook([nameUpdate({ event: 'B35' })]).replace('"entry":[', '"entry":[{},'),
    ],
    ['null', 'null'],
  ])('B35: with %s is refused whole', async (_row, body) => {
    const before = (await edge.store.inbox.pending(20_000)).length;
    const answer = await post(body);
    expect([answer.status, answer.code]).toEqual([400, 'invalid_payload']);
    expect(await edge.store.inbox.pending(20_000)).toHaveLength(before);
  });

  test('B35: of 10,000 entries is kept whole, long before Meta gives up', async () => {
    const entry = Array.from({ length: 10_000 }, (_, i) => ({
      id: WABA,
      time: i,
      changes: [nameUpdate({ event: 'B35' })],
    }));
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
    const sentAtMs = performance.now();
    const answer = await post(body);
    expect(performance.now() - sentAtMs).toBeLessThan(3000);
    expect(JSON.parse(answer.text)).toEqual({ kept: 10_000, ignored: 0 });
  });

  test.each([
    ['an unknown field', [{ field: 'moon_phase', value: { full: true } }]],
    ['a message', [{ field: 'messages', value: { messages: [] } }]],
    ['a field named like a method', [{ field: 'toString', value: {} }]],
  ])('B36: with %s is answered and ignored', async (_row, changes) => {
    expect(await hintsAfter(webhook(changes))).toEqual([]);
  });

  test.each([
    ['an unknown event', nameUpdate({ decision: 'TELEPATHY', event: 'B36' })],
    ['extra keys', { ...nameUpdate({ event: 'B36 extra' }), colour: 'blue' }],
    ['time as text', nameUpdate({ event: 'B36 time', time: '1' })],
  ])('B36: with %s is a hint like any other', async (_row, change) => {
    expect(await hintsAfter(webhook([change], { time: '1739321024' }))).toHaveLength(1);
  });

  test('B37: with a phone number that is a number finds the number', async () => {
    const [hint] = await hintsAfter(
      webhook([nameUpdate({ display_phone_number: Number(DIGITS) })]),
    );
    expect(hint).toMatchObject({ digits: DIGITS });
  });

  test.each([
    ['a list', [DIGITS]],
    ['nothing', undefined],
  ])('B37: with a phone number that is %s wakes the account', async (row, display_phone_number) => {
    const change = nameUpdate({ display_phone_number, event: `B37 ${row}` });
    const [hint] = await hintsAfter(webhook([change]));
    expect(hint).toMatchObject({ wabaId: WABA });
    expect(hint).not.toHaveProperty('digits');
    expect(edge.said()).toContain('changes in an unknown form');
  });

  test('B37: with an id beyond 2^53 that is a number keeps its digits', async () => {
    const body = webhook([nameUpdate({ event: 'B37' })], { id: 1 }).replace(
      '"id":1',
      '"id":12345678901234567890',
    );
    expect(await hintsAfter(body)).toMatchObject([{ wabaId: '12345678901234567890' }]);
  });

  test('B38: of 3,145,728 bytes is taken, one byte more is not', async () => {
    const padded = (bytes: number): string => {
      const body = webhook([nameUpdate({ event: `B38 ${bytes}` })]);
      return body + ' '.repeat(bytes - body.length);
    };
    expect(await hintsAfter(padded(MAX_BYTES))).toHaveLength(1);
    const answer = await post(padded(MAX_BYTES + 1));
    expect([answer.status, answer.code]).toEqual([413, 'body_too_large']);
  });

  test('is answered with 503 while the database does not answer: Meta sends it again', async () => {
    const broken = await openEdge();
    await broken.store.close();
    const body = webhook([nameUpdate()]);
    const headers = { 'x-hub-signature-256': sign(body) };
    const answer = await broken.call(PATH, { method: 'POST', headers, body });
    expect([answer.status, answer.code]).toEqual([503, 'store_unavailable']);
    await broken.close();
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import { APP_ID } from '../support/fake-meta.ts';
import { newSignup } from '../store/builders.ts';
import { openEdge, phoneNumberId, wabaId, type Edge } from './edge.ts';
import { addedTo, bodyOf, callCount, expectSilence, postsTo, send, signUp } from './orders.ts';

const NEW = { cc: '1', phone_number: '4195551518', verified_name: 'Lucky Shrub' };
const VERIFY_WORD = 'a-verify-word-canary';

let edge: Edge;
let waba: string;
let number: string;

beforeAll(async () => {
  edge = await openEdge();
  ({ waba, number } = await signUp(edge, { name: 'Lucky Shrub' }));
});

afterAll(async () => {
  const token = (await edge.store.credentials.tokenOf(wabaId(waba)))?.reveal() ?? '';
  expectSilence(edge, [
    { name: 'token', value: token },
    { name: 'verify token', value: VERIFY_WORD },
  ]);
  await edge.close();
});

const list = z.looseObject({
  phone_numbers: z.array(z.looseObject({ id: z.string() })),
  paging: z.strictObject({ after: z.string().optional() }),
});

async function numbers(account: string, query = '') {
  const answer = await send(edge, `GET /v1/accounts/${account}/phone-numbers${query}`);
  const { phone_numbers, paging } = list.parse(bodyOf(answer));
  return { ids: phone_numbers.map(({ id }) => id), phone_numbers, after: paging.after };
}

const endsShape = z.object({
  token: z.object({
    ...{ expires_at: z.iso.datetime(), data_access_expires_at: z.iso.datetime() },
    warning: z.string(),
  }),
});

describe('an account', () => {
  test('is shown with its review, our token for it, and who gets its webhooks', async () => {
    await send(edge, `PUT /v1/accounts/${waba}/subscription`);
    expect(bodyOf(await send(edge, `GET /v1/accounts/${waba}`))).toMatchObject({
      waba_id: waba,
      account_review_status: 'APPROVED',
      token: { is_valid: true, app_id: APP_ID },
      subscribed_apps: [{ app_id: APP_ID, is_ours: true }],
    });
  });

  test('is shown with the ends of our token, and with a warning when one is near', async () => {
    const { waba_id: id, phone_number_id } = await edge.meta.signUp({});
    const ends = { expiresAt: Date.now() + 9e8, dataAccessExpiresAt: Date.now() + 8e8 };
    const made = await edge.meta.post('/tokens', { kind: 'business', wabas: [id], ...ends });
    const { value } = z.looseObject({ value: z.string() }).parse(made);
    const signup = { wabaId: wabaId(id), phoneNumberId: phoneNumberId(phone_number_id) };
    await edge.store.signups.accept(newSignup({ ...signup, token: new Secret(value) }));
    const { token } = endsShape.parse(bodyOf(await send(edge, `GET /v1/accounts/${id}`)));
    const second = Math.floor(ends.expiresAt / 1000) * 1000;
    expect(token.expires_at).toBe(new Date(second).toISOString());
    expect(token.data_access_expires_at < token.expires_at).toBe(true);
    expect(token.warning).toMatch(/^Our access to the account ends in 9 days/);
  });

  test('that nobody gave us a token for is unknown, and Meta is not asked', async () => {
    await edge.meta.post('/wabas', { id: '700' });
    const before = await callCount(edge);
    for (const path of ['', '/phone-numbers']) {
      const answer = await send(edge, `GET /v1/accounts/700${path}`);
      expect([answer.status, answer.code]).toEqual([404, 'unknown_account']);
    }
    expect((await send(edge, 'POST /v1/accounts/700/phone-numbers', NEW)).status).toBe(404);
    expect((await send(edge, 'DELETE /v1/accounts/700/subscription')).status).toBe(404);
    expect(await callCount(edge)).toBe(before);
  });

  test.each(['abc', '1'.repeat(21), '1_2', '1.2'])('B16: is refused as %s', async (id) => {
    for (const path of ['', '/phone-numbers']) {
      const answer = await send(edge, `GET /v1/accounts/${id}${path}`);
      expect([answer.status, answer.code]).toEqual([400, 'invalid_waba_id']);
      expect(answer.message).toBe('waba_id: 1-20 digits, as a string');
    }
  });
});

describe('the numbers of an account', () => {
  test('come with what a person wants to see, unless other fields are asked for', async () => {
    const { phone_numbers } = await numbers(waba);
    expect(phone_numbers[0]).toMatchObject({ id: number, verified_name: 'Lucky Shrub' });
    expect(Object.keys(phone_numbers[0] ?? {})).toContain('name_status');
    const asked = await numbers(waba, '?fields=display_phone_number,status');
    expect(Object.keys(asked.phone_numbers[0] ?? {}).sort()).toEqual([
      ...['display_phone_number', 'id', 'status'],
    ]);
  });

  test('come page after page, each number once', async () => {
    const { waba: big } = await signUp(edge);
    await edge.meta.post('/numbers', { waba: big, count: 4 });
    const seen: string[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const page = await numbers(big, `?limit=2${after === '' ? '' : `&after=${after}`}`);
      expect(page.ids.length).toBeLessThanOrEqual(2);
      seen.push(...page.ids);
      ({ after } = page);
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  test('are those of trial accounts, or the others', async () => {
    const { waba: mixed, number: live } = await signUp(edge);
    const trial = await addedTo(edge, mixed, { account_mode: 'SANDBOX' });
    expect((await numbers(mixed, '?account_mode=SANDBOX')).ids).toEqual([trial]);
    expect((await numbers(mixed, '?account_mode=LIVE')).ids).toEqual([live]);
  });

  test('are sorted here, all of them, either way', async () => {
    const { waba: many } = await signUp(edge, { name: 'Middle' });
    await addedTo(edge, many, { verified_name: 'Zebra' });
    await addedTo(edge, many, { verified_name: 'Apple' });
    const names = async (sort: string) =>
      (await numbers(many, `?sort=${sort}`)).phone_numbers.map((each) => each['verified_name']);
    expect(await names('verified_name')).toEqual(['Apple', 'Middle', 'Zebra']);
    expect(await names('verified_name:desc')).toEqual(['Zebra', 'Middle', 'Apple']);
  });

  test('are not asked for while the account is throttled: the answer says until when', async () => {
    const { waba: busy } = await signUp(edge);
    await edge.meta.post('/faults', { kind: 'throttle', minutes: 19, match: { path: busy } });
    const refused = await send(edge, `GET /v1/accounts/${busy}/phone-numbers`);
    expect([refused.status, refused.code]).toEqual([503, 'throttled']);
    expect(refused.refusal).toMatchObject({ cause: 'throttled', code: 80007 });
    const before = await callCount(edge);
    for (const path of ['', '/phone-numbers', '/phone-numbers?sort=id']) {
      const answer = await send(edge, `GET /v1/accounts/${busy}${path}`);
      expect([answer.status, answer.code, answer.refusal]).toEqual([503, 'throttled', undefined]);
      const waitS = Number(answer.headers.get('retry-after'));
      expect(waitS).toBeGreaterThan(18 * 60);
      expect(waitS).toBeLessThanOrEqual(19 * 60);
    }
    expect(await callCount(edge)).toBe(before);
    expect((await send(edge, `GET /v1/accounts/${waba}/phone-numbers`)).status).toBe(200);
  });

  test.each([
    ['?x=1', 'unknown_parameter'],
    ['?limit=1&limit=2', 'unknown_parameter'],
    ['?fields=', 'invalid_fields'],
    ['?fields=status,', 'invalid_fields'],
    ['?fields=status{id}', 'invalid_fields'],
    [`?fields=${Array.from({ length: 51 }, (_, n) => `f${n}`).join()}`, 'invalid_fields'],
    ['?account_mode=live', 'invalid_account_mode'],
    ['?limit=0', 'invalid_limit'],
    ['?limit=101', 'invalid_limit'],
    ['?limit=1e1', 'invalid_limit'],
    ['?after=', 'invalid_after'],
    ['?after=a%0Ab', 'invalid_after'],
    [`?after=${'a'.repeat(2001)}`, 'invalid_after'],
    ['?sort=quality_rating', 'invalid_sort'],
    ['?sort=id:asc', 'invalid_sort'],
    ['?sort=id&limit=5', 'invalid_sort'],
    ['?sort=id&after=QVFI', 'invalid_sort'],
  ])('are refused for %s, before Meta is asked', async (query, code) => {
    const before = await callCount(edge);
    const answer = await send(edge, `GET /v1/accounts/${waba}/phone-numbers${query}`);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(await callCount(edge)).toBe(before);
  });

  test('are refused for a cursor that Meta does not know, and for a field', async () => {
    const path = `/v1/accounts/${waba}/phone-numbers`;
    expect((await send(edge, `GET ${path}?after=QVFI`)).code).toBe('invalid_after');
    const answer = await send(edge, `GET ${path}?fields=no_such_field`);
    expect([answer.status, answer.code]).toEqual([400, 'invalid_input']);
    expect(answer.message).toBe("Meta knows no field 'no_such_field'");
  });

  test.each([
    ['does not answer', { kind: 'drop_before' }],
    ['has a fault of its own', { kind: 'error', code: 2, http: 500 }],
    ['cannot do it now', { kind: 'error', code: 2, http: 400 }],
    ['works on the account', { kind: 'error', code: 131057, http: 400 }],
    ['answers with HTML', { kind: 'html' }],
    ['cuts its answer', { kind: 'truncated' }],
    ['gives a list that does not go on', { kind: 'paging_loop', match: { times: 'always' } }],
  ])('are not shown when Meta %s: 503', async (_why, fault) => {
    await edge.meta.post('/faults', { match: { path: waba }, ...fault });
    const answer = await send(edge, `GET /v1/accounts/${waba}/phone-numbers?sort=id&fields=id`);
    await fetch(`${edge.meta.url}/_fake/faults`, { method: 'DELETE' });
    expect([answer.status, answer.code]).toEqual([503, 'meta_unavailable']);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(answer.message).not.toMatch(/signup|writing/);
  });
});

/** What the drain, which was woken, starts next. */
async function waitingInOutbox(id: string) {
  expect(edge.wakes.count).toBeGreaterThan(0);
  return (await edge.store.signups.pending(100)).find((row) => row.phoneNumberId === id);
}

describe('a number that is added', () => {
  test('is in the account, and the answer leads to it', async () => {
    const byHand = { ...NEW, by_hand: true };
    const answer = await send(edge, `POST /v1/accounts/${waba}/phone-numbers`, byHand);
    const body = bodyOf(answer, 201);
    const id = String(body['phone_number_id']);
    expect(body['is_onboarding']).toBe(false);
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe(`/v1/phone-numbers/${id}?waba_id=${waba}`);
    expect(bodyOf(await send(edge, `GET ${location}`))).toMatchObject({
      id,
      display_phone_number: '+1 419-555-1518',
      code_verification_status: 'NOT_VERIFIED',
    });
    expect((await send(edge, `GET /v1/numbers/${id}`)).status).toBe(404);
  });

  test('has its onboarding unless that is not wanted, without a deadline', async () => {
    const order = { ...NEW, phone_number: '4195551519' };
    const answer = await send(edge, `POST /v1/accounts/${waba}/phone-numbers`, order);
    const body = bodyOf(answer, 201);
    const id = String(body['phone_number_id']);
    expect(body['is_onboarding']).toBe(true);
    expect(answer.headers.get('location')).toBe(`/v1/numbers/${id}`);
    const shown = bodyOf(await send(edge, `GET /v1/numbers/${id}`));
    expect(shown).toMatchObject({
      ...{ stage: 'verifying', display_phone_number: '+1 419-555-1519' },
      events: [{ kind: 'added', actor: 'alice (admin, HTTP)' }],
    });
    expect(shown).not.toHaveProperty('deadline_at');
    expect(await waitingInOutbox(id)).toMatchObject({ source: 'api', wabaId: waba });
  });

  test('is not added to a restricted account, and the answer says until when', async () => {
    const { waba: restricted } = await signUp(edge);
    const restricted_until = Date.now() + 3_600_000;
    await edge.meta.patch(`/wabas/${restricted}`, { restricted_until });
    const add = () => send(edge, `POST /v1/accounts/${restricted}/phone-numbers`, NEW);
    expect((await add()).refusal).toMatchObject({ cause: 'number_cap' });
    const told = { event: 'ACCOUNT_RESTRICTION', untilMs: restricted_until };
    await edge.store.inbox.keep([
      { digest: 'restricted', wabaId: wabaId(restricted), field: 'account_update', ...told },
    ]);
    const answer = await add();
    expect([answer.status, answer.refusal?.cause]).toEqual([422, 'add_restricted']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3500);
  });

  test('is not added again by a repeat, which Meta refuses', async () => {
    const answer = await send(edge, `POST /v1/accounts/${waba}/phone-numbers`, NEW);
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ cause: 'migration_needed', code: 2388103 });
    expect(answer.refusal?.trace_id).toMatch(/./);
  });

  test('comes from another account, where that is said', async () => {
    const { waba: other } = await signUp(edge);
    const path = `/v1/accounts/${other}/phone-numbers` as const;
    expect((await send(edge, `POST ${path}`, NEW)).refusal).toMatchObject({ code: 2388012 });
    const answer = await send(edge, `POST ${path}`, { ...NEW, migrate_phone_number: true });
    expect(answer.status).toBe(201);
  });

  test.each([
    [{ cc: '+1' }, 'invalid_cc'],
    [{ cc: 1 }, 'invalid_cc'],
    [{ phone_number: '+14195551518' }, 'invalid_phone_number'],
    [{ phone_number: 4195551518 }, 'invalid_phone_number'],
    [{ phone_number: '４１９５５５１５１８' }, 'invalid_phone_number'],
    [{ verified_name: 'L' }, 'invalid_verified_name'],
    [{ verified_name: 'Lucky\nShrub' }, 'invalid_verified_name'],
    [{ preverified_id: 'x' }, 'invalid_preverified_id'],
    [{ migrate_phone_number: 'true' }, 'invalid_migrate_phone_number'],
    [{ pin: '123456' }, 'unknown_field'],
  ])('with %j is refused, before Meta is asked', async (wrong, code) => {
    const before = await callCount(edge);
    const path = `/v1/accounts/${waba}/phone-numbers` as const;
    const answer = await send(edge, `POST ${path}`, { ...NEW, ...wrong });
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(await callCount(edge)).toBe(before);
  });

  test('with a key that is none, or something behind the path, is refused', async () => {
    const path = `/v1/accounts/${waba}/phone-numbers` as const;
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'a b' };
    const keyed = { method: 'POST', headers, body: JSON.stringify(NEW) };
    expect((await edge.call(path, keyed)).code).toBe('invalid_idempotency_key');
    expect((await send(edge, `POST ${path}?limit=1`, NEW)).code).toBe('unknown_parameter');
    expect((await send(edge, `POST ${path}`)).code).toBe('unsupported_media_type');
  });
});

describe("the account's webhooks", () => {
  const override = {
    override_callback_url: 'https://127.0.0.1:1/webhooks',
    verify_token: VERIFY_WORD,
  };
  const subscribes = () => postsTo(edge, `/${waba}/subscribed_apps`);

  test('come to us from now on; asking again subscribes no second time', async () => {
    const { waba: fresh } = await signUp(edge);
    const put = () => send(edge, `PUT /v1/accounts/${fresh}/subscription`);
    const said = { waba_id: fresh, is_subscribed: true };
    expect([bodyOf(await put()), bodyOf(await put())]).toEqual([said, said]);
    expect(await postsTo(edge, `/${fresh}/subscribed_apps`)).toHaveLength(1);
    const view = bodyOf(await send(edge, `GET /v1/accounts/${fresh}`));
    expect(view['subscribed_apps']).toHaveLength(1);
  });

  test('come to us no more', async () => {
    const { waba: fresh } = await signUp(edge);
    await send(edge, `PUT /v1/accounts/${fresh}/subscription`, {});
    const answer = await send(edge, `DELETE /v1/accounts/${fresh}/subscription`);
    expect(bodyOf(answer)).toEqual({ waba_id: fresh, is_subscribed: false });
    expect(bodyOf(await send(edge, `GET /v1/accounts/${fresh}`))['subscribed_apps']).toEqual([]);
  });

  test('go elsewhere only if that place answers Meta, which tells why not', async () => {
    const before = (await subscribes()).length;
    const answer = await send(edge, `PUT /v1/accounts/${waba}/subscription`, override);
    expect([answer.status, answer.code]).toEqual([422, 'refused_by_meta']);
    expect(answer.refusal).toMatchObject({ code: 100 });
    const asked = (await subscribes()).slice(before);
    expect(asked.map(({ effectApplied }) => effectApplied)).toEqual([false]);
  });

  test.each([
    [{ verify_token: VERIFY_WORD }, 'invalid_override'],
    [{ override_callback_url: 'https://a.example/' }, 'invalid_override'],
    [{ ...override, override_callback_url: 'http://a.example/' }, 'invalid_override_callback_url'],
    [{ ...override, override_callback_url: 7 }, 'invalid_override_callback_url'],
    [{ ...override, verify_token: 'a b' }, 'invalid_verify_token'],
    [{ ...override, extra: 1 }, 'unknown_field'],
  ])('are not moved by %j', async (body, code) => {
    const before = await callCount(edge);
    const answer = await send(edge, `PUT /v1/accounts/${waba}/subscription`, body);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(await callCount(edge)).toBe(before);
  });

  test('are not given up by a request with a body', async () => {
    const answer = await send(edge, `DELETE /v1/accounts/${waba}/subscription`, { force: true });
    expect(answer.code).toBe('unknown_field');
  });
});

describe('numbers that came without a signup', () => {
  const idsIn = (value: unknown) =>
    z
      .array(z.looseObject({ phone_number_id: z.string() }))
      .parse(value)
      .map((one) => one.phone_number_id);

  test('are listed until they are adopted, and then have an onboarding', async () => {
    const { waba: shop, number: known } = await signUp(edge);
    const path = `/v1/accounts/${shop}/adoptions`;
    const connected = await addedTo(edge, shop, { registered_at: new Date().toISOString() });
    const open = await addedTo(edge, shop, { otp_verified_at: null });
    const { adoptable } = bodyOf(await send(edge, `GET ${path}`));
    expect(idsIn(adoptable).sort()).toEqual([connected, open].sort());
    expect(adoptable).toContainEqual(
      expect.objectContaining({ phone_number_id: connected, registration: 'registered' }),
    );
    const ids = [connected, known, '999', connected];
    const answer = await send(edge, `POST ${path}`, { phone_number_ids: ids });
    expect(bodyOf(answer, 202)).toEqual({
      ...{ waba_id: shop, adopted: [connected] },
      left: [
        { phone_number_id: known, reason: 'known_or_forgotten' },
        { phone_number_id: '999', reason: 'not_in_account' },
      ],
    });
    expect(idsIn(bodyOf(await send(edge, `GET ${path}`))['adoptable'])).toEqual([open]);
    expect(await waitingInOutbox(connected)).toMatchObject({ source: 'whatsapp-manager' });
  });

  test.each([[[]], [['x']], ['1'], [Array.from({ length: 101 }, (_, n) => `${n}`)], [undefined]])(
    'are not adopted for the list %j, and Meta is not asked',
    async (ids) => {
      const before = await callCount(edge);
      const path = `/v1/accounts/${waba}/adoptions`;
      const answer = await send(edge, `POST ${path}`, { phone_number_ids: ids });
      expect([answer.status, answer.code]).toEqual([400, 'invalid_phone_number_ids']);
      expect(await callCount(edge)).toBe(before);
    },
  );
});

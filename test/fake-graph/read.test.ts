import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { bodyOf, errorOf, startFrozen } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
beforeEach(async () => {
  meta = await startFrozen({ app: { callback_url: 'http://127.0.0.1:9/hook' } });
});
afterEach(() => meta.close());

const pageSchema = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  paging: z
    .object({
      cursors: z.object({ before: z.string(), after: z.string() }),
      next: z.string().optional(),
      previous: z.string().optional(),
    })
    .optional(),
});

const list = async (waba: string, token: string, query = '') =>
  pageSchema.parse(bodyOf(await meta.graph('GET', `${waba}/phone_numbers?${query}`, { token })));

test('lists a number with the eight default fields of Meta’s sample, and cursors on a single page', async () => {
  const { number, waba, token } = await meta.onboard({
    name: 'John’s Cake Shop',
    displayPhoneNumber: '+1 631-555-1111',
  });
  await meta.register(number, token);
  const page = await list(waba, token);
  expect(page.data).toEqual([
    {
      verified_name: 'John’s Cake Shop',
      code_verification_status: 'VERIFIED',
      display_phone_number: '+1 631-555-1111',
      quality_rating: 'UNKNOWN',
      platform_type: 'CLOUD_API',
      throughput: { level: 'STANDARD' },
      webhook_configuration: { application: 'http://127.0.0.1:9/hook' },
      id: number,
    },
  ]);
  expect(Object.keys(page.paging?.cursors ?? {})).toEqual(['before', 'after']);
  expect(page.paging).not.toHaveProperty('next');
});

test('lists the fields asked for, with line breaks between them as in Meta’s sample', async () => {
  const { number, waba, token } = await meta.onboard();
  const fields = encodeURIComponent('display_phone_number,\ncertificate,\nname_status');
  const page = await list(waba, token, `fields=${fields}`);
  expect(page.data).toEqual([
    { display_phone_number: '+1 631-555-0001', name_status: 'PENDING_REVIEW', id: number },
  ]);
});

test('refuses the whole request for one unknown field', async () => {
  const { number, waba, token } = await meta.onboard();
  for (const path of [`${waba}/phone_numbers?fields=id,foo`, `${number}?fields=id,foo`])
    expect(errorOf(await meta.graph('GET', path, { token }))).toMatchObject({
      http: 400,
      code: 100,
      message:
        '(#100) Tried accessing nonexisting field (foo) on node type (WhatsAppBusinessPhoneNumber)',
    });
  expect(errorOf(await meta.graph('GET', `${waba}?fields=foo`, { token })).message).toContain(
    'node type (WhatsAppBusinessAccount)',
  );
});

test('knows messaging_limit_tier up to v23.0 only', async () => {
  const { number, token } = await meta.onboard();
  const read = (version: string) =>
    meta.send('GET', `/${version}/${number}?fields=messaging_limit_tier`, { token });
  expect((await read('v23.0')).status).toBe(200);
  expect(errorOf(await read('v24.0')).message).toContain('(messaging_limit_tier)');
});

test('pages through an account, newest onboarded first, forwards and back', async () => {
  const waba = '500';
  const numbers: string[] = [];
  for (let i = 0; i < 5; i += 1) {
    numbers.unshift((await meta.signUp({ waba })).phone_number_id);
    await meta.advance('1s');
  }
  const token = await meta.tokenFor(waba);
  const idsOf = (page: z.output<typeof pageSchema>) => page.data.map((item) => item['id']);

  const first = await list(waba, token, 'limit=2');
  const second = await list(waba, token, `limit=2&after=${first.paging?.cursors.after ?? ''}`);
  const third = await list(waba, token, `limit=2&after=${second.paging?.cursors.after ?? ''}`);
  expect([...idsOf(first), ...idsOf(second), ...idsOf(third)]).toEqual(numbers);
  expect([first, second, third].map((page) => page.paging?.next !== undefined)).toEqual([
    true,
    true,
    false,
  ]);
  const back = await list(waba, token, `limit=2&before=${third.paging?.cursors.before ?? ''}`);
  expect(idsOf(back)).toEqual(idsOf(second));

  const followed = await fetch(first.paging?.next ?? '');
  expect(idsOf(pageSchema.parse(await followed.json()))).toEqual(idsOf(second));
});

test('cuts a page at 25 unless told otherwise, and at 100 whatever is told', async () => {
  for (let i = 0; i < 101; i += 1) await meta.order('POST', 'numbers', { waba: '500' });
  const token = await meta.tokenFor('500');
  expect((await list('500', token)).data).toHaveLength(25);
  expect((await list('500', token, 'limit=5000')).data).toHaveLength(100);
});

test('lists an account without numbers as an empty page', async () => {
  await meta.order('POST', 'wabas', { id: '500' });
  expect(await list('500', await meta.tokenFor('500'))).toEqual({ data: [] });
});

test('filters by account mode', async () => {
  await meta.signUp({ waba: '500', number: { account_mode: 'SANDBOX' } });
  await meta.signUp({ waba: '500' });
  const token = await meta.tokenFor('500');
  const filtered = async (value: string) => {
    const filter = JSON.stringify([{ field: 'account_mode', operator: 'EQUAL', value }]);
    const query = `fields=account_mode&filtering=${encodeURIComponent(filter)}`;
    return (await list('500', token, query)).data.map((item) => item['account_mode']);
  };
  expect(await filtered('SANDBOX')).toEqual(['SANDBOX']);
  expect(await filtered('LIVE')).toEqual(['LIVE']);
});

test.each([
  [
    "a filter in single quotes, as in one of Meta's samples",
    "filtering=[{'field':'account_mode'}]",
  ],
  ['a filter on another field', 'filtering=[{"field":"name","operator":"EQUAL","value":"LIVE"}]'],
  ['a made-up cursor', 'after=abc'],
  ['a limit that is no number', 'limit=ten'],
])('refuses %s with 100', async (_, query) => {
  const { waba, token } = await meta.onboard();
  const path = `${waba}/phone_numbers?${encodeURI(query)}`;
  expect(errorOf(await meta.graph('GET', path, { token }))).toMatchObject({ http: 400, code: 100 });
});

test('reads an account', async () => {
  const { waba, token } = await meta.onboard();
  const fields = 'id,name,account_review_status,business_verification_status';
  expect(await meta.read(waba, token, fields)).toEqual({
    id: waba,
    name: 'Lucky Shrub',
    account_review_status: 'APPROVED',
    business_verification_status: 'verified',
  });
});

test('spells a number, a time, a lapsed proof and a success as the switches say', async () => {
  const switches = {
    displayFormat: 'digits',
    timeFormat: 'unix',
    lapsedOtpValue: 'NOT_VERIFIED',
    successType: 'string',
  };
  await meta.order('POST', 'reset', { switches, now: '2026-11-22T10:00:00Z' });
  const { number, token } = await meta.onboard();
  expect(bodyOf(await meta.register(number, token))).toEqual({ success: 'true' });
  await meta.advance('14d');
  const fields = 'display_phone_number,last_onboarded_time,code_verification_status';
  expect(await meta.read(number, token, fields)).toEqual({
    id: number,
    display_phone_number: '16315550001',
    last_onboarded_time: Date.parse('2026-11-22T10:00:00Z') / 1000,
    code_verification_status: 'NOT_VERIFIED',
  });
});

test('knows the fields the switches leave, by default four of them', async () => {
  const switches = {
    defaultFields: 'four',
    platformField: 'host_platform',
    certificates: 'nonexisting',
  };
  await meta.order('POST', 'reset', { switches });
  const { number, token } = await meta.onboard();
  expect(Object.keys(await meta.read(number, token))).toHaveLength(4);
  expect(await meta.read(number, token, 'host_platform')).toHaveProperty('host_platform');
  for (const field of ['platform_type', 'certificate'])
    expect(
      errorOf(await meta.graph('GET', `${number}?fields=${field}`, { token })).message,
    ).toContain(`nonexisting field (${field})`);
});

test('throttles with the code, and shows a number taken off, as the switches say', async () => {
  const switches = { throttleCode: 4, statusAfterDeregister: 'PENDING' };
  await meta.order('POST', 'reset', { switches });
  const { number, token } = await meta.onboard();
  await meta.register(number, token);
  await meta.graph('POST', `${number}/deregister`, { token });
  expect(await meta.read(number, token, 'status')).toMatchObject({ status: 'PENDING' });
  for (let i = 0; i < 199; i += 1) await meta.graph('GET', number, { token });
  expect(errorOf(await meta.graph('GET', number, { token })).code).toBe(4);
});

test('answers a refused token with the HTTP status of the switch', async () => {
  await meta.order('POST', 'reset', { switches: { authHttp: 400 } });
  const { number } = await meta.onboard();
  expect(errorOf(await meta.graph('GET', number))).toMatchObject({ http: 400, code: 190 });
});

test('sends the usage, the version and the type of content with every answer', async () => {
  const { number, waba, token } = await meta.onboard();
  for (let i = 0; i < 9; i += 1) await meta.graph('GET', number, { token });
  const { headers } = await meta.graph('GET', number, { token });
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=UTF-8',
    'facebook-api-version': 'v25.0',
  });
  expect(JSON.parse(String(headers['x-business-use-case-usage']))).toEqual({
    [waba]: [
      {
        type: 'whatsapp_business_management',
        call_count: 5,
        total_cputime: 1,
        total_time: 1,
        estimated_time_to_regain_access: 0,
      },
    ],
  });
  expect(JSON.parse(String(headers['x-app-usage']))).toHaveProperty('call_count');
});

test('answers a version that has ended as the oldest live one', async () => {
  const { number, token } = await meta.onboard();
  const { headers } = await meta.send('GET', `/v16.0/${number}`, { token });
  expect(headers['facebook-api-version']).toBe('v21.0');
});

test('refuses the 201st call for an account in an hour, and says when it may call again', async () => {
  const { number, waba, token } = await meta.onboard();
  const read = () => meta.graph('GET', number, { token });
  await read();
  await meta.advance('10m');
  for (let i = 0; i < 199; i += 1) await read();
  const refused = await read();
  expect(errorOf(refused)).toMatchObject({ http: 400, code: 80007 });
  const usage: unknown = JSON.parse(String(refused.headers['x-business-use-case-usage']));
  expect(usage).toMatchObject({
    [waba]: [{ call_count: 100, estimated_time_to_regain_access: 50 }],
  });
  const other = await meta.onboard();
  expect((await meta.graph('GET', other.number, { token: other.token })).status).toBe(200);
  await meta.advance('49m59s999ms');
  expect(errorOf(await read()).code).toBe(80007);
  await meta.advance('1ms');
  expect((await read()).status).toBe(200);
  expect(errorOf(await read()).code).toBe(80007);
});

test('gives an account with a registered number 5000 calls an hour', async () => {
  const { number, token } = await meta.onboard();
  for (let i = 0; i < 200; i += 1) await meta.graph('GET', number, { token });
  expect(errorOf(await meta.graph('GET', number, { token })).code).toBe(80007);
  expect((await meta.register(number, token)).status).toBe(200);
  expect((await meta.graph('GET', number, { token })).status).toBe(200);
});

test('refuses a path it does not know in Graph’s own envelope', async () => {
  const { number, token } = await meta.onboard();
  expect(errorOf(await meta.graph('GET', `${number}/nothing`, { token })).code).toBe(2500);
  expect(errorOf(await meta.send('GET', '/')).code).toBe(2500);
});

test('refuses a body that is not what it claims to be', async () => {
  const answer = await fetch(`${meta.url}/v25.0/1/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"pin":',
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('"code":100');
});

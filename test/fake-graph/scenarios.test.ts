import { afterEach, beforeEach, expect, test } from 'vitest';

import { bodyOf, errorOf, startFrozen, startReceiver } from './harness.ts';
import type { Onboarded, Receiver } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  meta = await startFrozen({ app: { callback_url: receiver.url } });
});
afterEach(async () => {
  await meta.close();
  await receiver.close();
});

/** A number that plays the scenario, and an account whose events are heard. */
async function play(scenario: string): Promise<Onboarded> {
  const onboarded = await meta.onboard({ scenario });
  const path = `${onboarded.waba}/subscribed_apps`;
  await meta.graph('POST', path, { token: onboarded.token });
  receiver.heard.length = 0;
  return onboarded;
}
const registerOf = async ({ number, token }: Onboarded, pin?: string) => {
  const answer = await meta.register(number, token, pin);
  return answer.status === 200 ? 'registered' : errorOf(answer).code;
};
const readOf = ({ number, token }: Onboarded, fields: string) => meta.read(number, token, fields);
const fieldsHeard = () =>
  receiver.heard.map(({ body }) => {
    const { field, value } = /"field":"(?<field>\w+)","value":(?<value>.*)\}\]\}\]\}$/.exec(
      body.toString(),
    )?.groups ?? { field: 'none' };
    const parsed: unknown = JSON.parse(value ?? 'null');
    return [field, parsed];
  });

test('brings two numbers into one account', async () => {
  const onboarded = await play('two_numbers_one_waba');
  const path = `${onboarded.waba}/phone_numbers?fields=status,code_verification_status`;
  const other = { status: 'PENDING', code_verification_status: 'VERIFIED' };
  expect(bodyOf(await meta.graph('GET', path, { token: onboarded.token }))).toMatchObject({
    data: [other, other],
  });
});

test('shows a test number connected from the first read, without a date', async () => {
  const fields = 'status,account_mode,last_onboarded_time,certificate,verified_name';
  const onboarded = await play('test_number');
  expect(await readOf(onboarded, fields)).toEqual({
    id: onboarded.number,
    status: 'CONNECTED',
    account_mode: 'SANDBOX',
    verified_name: 'Test Number',
  });
});

test('frees a number from its handset on the second day', async () => {
  const onboarded = await play('on_handset');
  await meta.advance('47h59m59s999ms');
  expect(await registerOf(onboarded)).toBe(100);
  await meta.advance('1ms');
  expect(await registerOf(onboarded)).toBe('registered');
});

test.each([
  ['ownership_again', 100],
  ['half_deregistered', 133000],
  ['recently_deleted', 133015],
  ['waba_disabled', 131031],
  ['preverified_lapsed', 133006],
  ['preverified_claimed', 'registered'],
  ['number_cap', 'registered'],
])('answers a registration in %s with %s', async (scenario, outcome) => {
  expect(await registerOf(await play(scenario))).toBe(outcome);
});

test('declines the first name and approves the next', async () => {
  const onboarded = await play('declined_then_renamed');
  await meta.advance('1d');
  expect(await readOf(onboarded, 'name_status')).toMatchObject({ name_status: 'DECLINED' });
  const path = `${onboarded.number}?new_display_name=Luckier`;
  await meta.graph('POST', path, { token: onboarded.token });
  await meta.advance('1d');
  const renamed = await readOf(onboarded, 'verified_name,new_name_status,new_certificate');
  expect(renamed).toMatchObject({ verified_name: 'Luckier', new_name_status: 'APPROVED' });
  expect(renamed).toHaveProperty('new_certificate');
});

test('has another name approved after a day that a registration makes final', async () => {
  const onboarded = await play('rename_reregister');
  const fields = 'status,verified_name,new_display_name,new_name_status';
  expect(await readOf(onboarded, fields)).toMatchObject({
    status: 'CONNECTED',
    verified_name: 'Lucky Shrub',
    new_display_name: 'Luckier Shrub',
    new_name_status: 'PENDING_REVIEW',
  });
  await meta.advance('1d');
  expect(await registerOf(onboarded)).toBe('registered');
  const final = { id: onboarded.number, status: 'CONNECTED', verified_name: 'Luckier Shrub' };
  expect(await readOf(onboarded, fields)).toEqual(final);
  expect((await meta.ledger(onboarded.number)).filter((row) => row.effectApplied)).toHaveLength(1);
});

test('shows no trace of a new name that nobody applied in time, but the name itself', async () => {
  const onboarded = await play('rename_missed');
  expect(await readOf(onboarded, 'verified_name,new_display_name,new_name_status')).toEqual({
    id: onboarded.number,
    verified_name: 'Luckier Shrub',
  });
});

test('takes away a certificate of six days a day later, not a millisecond before', async () => {
  const onboarded = await play('certificate_7d');
  await meta.advance('23h59m59s999ms');
  expect(await readOf(onboarded, 'certificate')).toHaveProperty('certificate');
  await meta.advance('1ms');
  expect(await readOf(onboarded, 'certificate,name_status')).toEqual({
    id: onboarded.number,
    name_status: 'EXPIRED',
  });
});

test('has a number taken off by another partner two days after its signup', async () => {
  const onboarded = await play('deregistered_by_other');
  await registerOf(onboarded);
  await meta.advance('2d');
  expect(await readOf(onboarded, 'status')).toMatchObject({ status: 'DISCONNECTED' });
  expect(await registerOf(onboarded)).toBe('registered');
});

test('disables an account until it is reinstated, shows it in its health and tells the app', async () => {
  const onboarded = await play('waba_disabled');
  expect(await readOf(onboarded, 'health_status')).toMatchObject({
    health_status: { can_send_message: 'BLOCKED' },
  });
  await meta.order('PATCH', `wabas/${onboarded.waba}`, { ban_state: 'REINSTATE' });
  expect(await registerOf(onboarded)).toBe('registered');
  const ban_info = { waba_ban_state: 'REINSTATE', waba_ban_date: 'November 22, 2026' };
  expect(fieldsHeard()).toEqual([['account_update', { event: 'DISABLED_UPDATE', ban_info }]]);
});

test('holds no more numbers than its cap, and tells the app when that is raised', async () => {
  const onboarded = await play('number_cap');
  const body = { cc: '1', phone_number: '4195551518', verified_name: 'Lucky Shrub' };
  const add = () =>
    meta.graph('POST', `${onboarded.waba}/phone_numbers`, { token: onboarded.token, body });
  expect(errorOf(await add()).code).toBe(2388386);
  await meta.order('PATCH', `wabas/${onboarded.waba}`, { max_phone_numbers: 20 });
  expect((await add()).status).toBe(200);
  expect(fieldsHeard()).toEqual([
    ['business_capability_update', expect.objectContaining({ max_phone_numbers_per_business: 20 })],
  ]);
});

test('tells the app of a review, a restriction, a judgement and whatever else it is told to', async () => {
  const { number, waba } = await play('happy');
  await meta.order('PATCH', `wabas/${waba}`, { account_review_status: 'PENDING' });
  await meta.order('PATCH', `wabas/${waba}`, { restricted_until: '2026-11-23T10:00:00Z' });
  await meta.order('PATCH', `numbers/${number}`, { quality_rating: 'RED' });
  await meta.order('PATCH', `numbers/${number}`, { quality_rating: 'GREEN' });
  const value = { event: 'ACCOUNT_DELETED' };
  await meta.order('POST', `wabas/${waba}/events`, { field: 'account_update', value });
  const quality = (event: string) => [
    'phone_number_quality_update',
    { display_phone_number: '16315550001', event, current_limit: 'TIER_250' },
  ];
  expect(fieldsHeard()).toEqual([
    ['account_review_update', { decision: 'PENDING' }],
    [
      'account_update',
      {
        event: 'ACCOUNT_RESTRICTION',
        restriction_info: [
          {
            restriction_type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION',
            expiration: Date.parse('2026-11-23T10:00:00Z') / 1000,
          },
        ],
      },
    ],
    quality('FLAGGED'),
    quality('UNFLAGGED'),
    ['account_update', value],
  ]);
});

test('has a webhook overtaken by the next one', async () => {
  const { number } = await play('happy');
  await meta.order('POST', 'faults', { kind: 'wh_reorder' });
  await meta.order('PATCH', `numbers/${number}`, { pin: '111111' });
  expect(receiver.heard).toHaveLength(0);
  await meta.order('POST', `numbers/${number}/name-decision`, { decision: 'DEFERRED' });
  const names = fieldsHeard().map(([field]) => field);
  expect(names).toEqual(['phone_number_name_update', 'security']);
});

test('sends a webhook nobody has overtaken after an hour', async () => {
  const { number } = await play('happy');
  await meta.order('POST', 'faults', { kind: 'wh_reorder' });
  await meta.order('PATCH', `numbers/${number}`, { pin: '111111' });
  await meta.advance('1h');
  expect(receiver.heard).toHaveLength(1);
});

test('writes a webhook unescaped, with an unknown field, or with its time as a string', async () => {
  const { number } = await play('happy');
  await meta.order('PATCH', `numbers/${number}`, { verified_name: 'Grün’s' });
  const heardWith = async (kind: string) => {
    await meta.order('POST', 'faults', { kind });
    await meta.order('POST', `numbers/${number}/name-decision`, { decision: 'DEFERRED' });
    return String(receiver.heard.at(-1)?.body);
  };
  expect(await heardWith('wh_unescaped')).toContain('Grün’s');
  expect(await heardWith('wh_string_time')).toContain('"time":"1795341600"');
  const odd = await heardWith('wh_unknown_field');
  expect(odd).toContain('"field":"a_field_of_tomorrow"');
  expect(odd).toContain('"field":"phone_number_name_update"');
  expect(odd).toContain('Gr\\u00fcn\\u2019s');
});

test('holds ten thousand numbers, and lists them all in a hundred quick pages', async () => {
  const startedAtMs = performance.now();
  const { waba, token } = await play('ten_thousand_numbers');
  const ids = new Set<unknown>();
  let after = '';
  for (let page = 0; page < 100; page += 1) {
    const path = `${waba}/phone_numbers?fields=status&limit=100${after}`;
    const { text } = await meta.graph('GET', path, { token });
    for (const [, id] of text.matchAll(/"id":"(\d+)"/g)) ids.add(id);
    after = `&after=${/"after":"([^"]+)"/.exec(text)?.[1] ?? ''}`;
  }
  expect(ids.size).toBe(10_000);
  expect(performance.now() - startedAtMs).toBeLessThan(5000);
});

test('tells of the requests of an account that name no number', async () => {
  const { waba, token } = await play('happy');
  await meta.graph('GET', `${waba}/phone_numbers`, { token });
  const requests = await meta.order('GET', `ledger?waba=${waba}`);
  const path = `/v25.0/${waba}/phone_numbers`;
  expect(requests).toMatchObject({ requests: [{ waba }, { waba, path, http: 200, counted: 1 }] });
});

test('limits the calls of the app itself by its users, and of an account as told', async () => {
  const { waba, token } = await play('happy');
  const app = '670843887433847|fake-app-secret';
  const ask = () => meta.graph('GET', 'debug_token?input_token=x', { token: app });
  for (let i = 0; i < 100; i += 1) await ask();
  const { headers } = await ask();
  expect(JSON.parse(String(headers['x-app-usage']))).toMatchObject({ call_count: 50 });
  for (let i = 0; i < 99; i += 1) await ask();
  expect(errorOf(await ask()).code).toBe(4);
  await meta.order('PATCH', `wabas/${waba}`, { call_limit: 2 });
  expect((await meta.graph('GET', waba, { token })).status).toBe(200);
  expect(errorOf(await meta.graph('GET', waba, { token })).code).toBe(80007);
});

import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { APP_SECRET, bodyOf, errorOf, startFrozen, startReceiver } from './harness.ts';
import type { Heard } from './harness.ts';

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let meta: Awaited<ReturnType<typeof startFrozen>>;
const answers: number[] = [];

beforeEach(async () => {
  answers.length = 0;
  receiver = await startReceiver(answers);
  meta = await startFrozen({ app: { callback_url: receiver.url } });
});
afterEach(async () => {
  await meta.close();
  await receiver.close();
});

/** Signed up and subscribed; the receiver has forgotten the signup's own event. */
async function subscribed(given: Record<string, unknown> = {}) {
  const onboarded = await meta.onboard(given);
  await meta.graph('POST', `${onboarded.waba}/subscribed_apps`, { token: onboarded.token });
  receiver.heard.length = 0;
  return onboarded;
}

const parsed = (heard: Heard | undefined): unknown => JSON.parse(heard?.body.toString() ?? 'null');
const decide = (number: string, decision: string, reason?: string) =>
  meta.order('POST', `numbers/${number}/name-decision`, { decision, reason });

test('tells the app of a new customer, under the id of the business portfolio', async () => {
  const { waba } = await meta.onboard();
  expect(parsed(receiver.heard[0])).toMatchObject({
    object: 'whatsapp_business_account',
    entry: [
      {
        time: Date.parse('2026-11-22T10:00:00Z') / 1000,
        changes: [
          {
            field: 'account_update',
            value: { event: 'PARTNER_ADDED', waba_info: { waba_id: waba } },
          },
        ],
      },
    ],
  });
  expect(receiver.heard[0]?.body.toString()).not.toContain(`"entry":[{"id":"${waba}"`);
});

test('approves a name after the scripted time, not a millisecond before, and tells the app', async () => {
  const { number, waba, token } = await subscribed({ name: 'Lucky Shrub' });
  await meta.advance('23h59m59s999ms');
  expect(await meta.read(number, token, 'name_status,certificate')).toEqual({
    id: number,
    name_status: 'PENDING_REVIEW',
  });
  await meta.advance('1ms');
  const approved = await meta.read(number, token, 'name_status,certificate');
  expect(approved['name_status']).toBe('APPROVED');
  expect(approved['certificate']).toMatch(/^[A-Za-z0-9+/]+=*$/);
  expect(receiver.heard.map(parsed)).toEqual([
    {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: waba,
          time: Date.parse('2026-11-23T10:00:00Z') / 1000,
          changes: [
            {
              field: 'phone_number_name_update',
              value: {
                display_phone_number: '16315550001',
                decision: 'APPROVED',
                requested_verified_name: 'Lucky Shrub',
                rejection_reason: null,
              },
            },
          ],
        },
      ],
    },
  ]);
});

test('signs exactly the bytes it sends, with every other character escaped in lower case', async () => {
  const { number } = await subscribed({ name: 'John’s Käsekuchen 🍰' });
  await decide(number, 'APPROVED');
  const [heard] = receiver.heard;
  const text = heard?.body.toString() ?? '';
  expect(text).toContain(String.raw`John\u2019s K\u00e4sekuchen \ud83c\udf70`);
  const expected = createHmac('sha256', APP_SECRET)
    .update(heard?.body ?? '')
    .digest('hex');
  expect(heard?.signature).toBe(`sha256=${expected}`);
});

test('declines a name with the reason of the scenario, which no field shows', async () => {
  const { number, token } = await subscribed({
    scenario: 'declined',
    number: { review: { after_ms: 20_000 } },
  });
  await meta.advance('20s');
  expect(await meta.read(number, token, 'name_status,certificate')).toEqual({
    id: number,
    name_status: 'DECLINED',
  });
  expect(JSON.stringify(parsed(receiver.heard[0]))).toContain(
    '"decision":"REJECTED","requested_verified_name":"Lucky Shrub","rejection_reason":"NAME_FORMAT_UNACCEPTABLE"',
  );
});

test('leaves a deferred name in review, and tells the app', async () => {
  const { number, token } = await subscribed({ scenario: 'review_forever' });
  await meta.advance('365d');
  expect(receiver.heard).toHaveLength(0);
  await decide(number, 'DEFERRED');
  expect(await meta.read(number, token, 'name_status')).toMatchObject({
    name_status: 'PENDING_REVIEW',
  });
  expect(receiver.heard).toHaveLength(1);
});

test('ends a planned review when somebody decides before it', async () => {
  const { number } = await subscribed();
  await decide(number, 'REJECTED', 'NAME_NOT_CONSISTENT');
  await meta.advance('2d');
  expect(receiver.heard).toHaveLength(1);
});

test('takes a certificate away after exactly seven days, and the name of a number never registered with it', async () => {
  const live = await subscribed();
  await meta.register(live.number, live.token);
  const idle = await subscribed({ waba: live.waba });
  for (const { number } of [live, idle]) await decide(number, 'APPROVED');
  const read = async ({ number }: { number: string }) => {
    const answer = await meta.read(number, live.token, 'name_status,certificate');
    return [answer['name_status'], 'certificate' in answer];
  };
  await meta.advance('6d23h59m59s999ms');
  expect([await read(live), await read(idle)]).toEqual([
    ['APPROVED', true],
    ['APPROVED', true],
  ]);
  await meta.advance('1ms');
  expect([await read(live), await read(idle)]).toEqual([
    ['APPROVED', false],
    ['EXPIRED', false],
  ]);
});

test('approves without ever issuing a certificate in the scenario that says so', async () => {
  const { number, token } = await subscribed({ scenario: 'no_certificate' });
  await meta.advance('1d');
  expect(await meta.read(number, token, 'name_status,certificate')).toEqual({
    id: number,
    name_status: 'APPROVED',
  });
});

test('has the certificate of a name usable without review, unless none are returned', async () => {
  const given = { number: { name_status: 'AVAILABLE_WITHOUT_REVIEW' } };
  const first = await subscribed(given);
  expect(await meta.read(first.number, first.token, 'certificate')).toHaveProperty('certificate');
  await meta.order('POST', 'reset', { switches: { certificates: 'absent' } });
  const second = await subscribed(given);
  expect(await meta.read(second.number, second.token, 'certificate')).toEqual({
    id: second.number,
  });
});

test('keeps the new name of a number until it registers again', async () => {
  const { number, token } = await subscribed({ scenario: 'already_connected' });
  const asked = await meta.graph('POST', `${number}?new_display_name=Red%20Shrub`, { token });
  expect(bodyOf(asked)).toEqual({ success: true });
  const fields = 'verified_name,new_display_name,new_name_status,new_certificate';
  expect(await meta.read(number, token, fields)).toEqual({
    id: number,
    verified_name: 'Lucky Shrub',
    new_display_name: 'Red Shrub',
    new_name_status: 'PENDING_REVIEW',
  });
  await decide(number, 'APPROVED');
  const approved = await meta.read(number, token, fields);
  expect(approved).toMatchObject({ verified_name: 'Red Shrub', new_name_status: 'APPROVED' });
  await meta.register(number, token);
  expect(await meta.read(number, token, `${fields},certificate`)).toEqual({
    id: number,
    verified_name: 'Red Shrub',
    certificate: approved['new_certificate'],
  });
  expect((await meta.ledger(number)).filter((row) => row.effectApplied)).toHaveLength(2);
});

test('makes a new name final on approval, if set to', async () => {
  await meta.order('POST', 'reset', { switches: { newFieldsOnApproval: 'gone' } });
  const { number, token } = await subscribed({ scenario: 'already_connected' });
  await meta.graph('POST', `${number}?new_display_name=Red%20Shrub`, { token });
  await decide(number, 'APPROVED');
  expect(await meta.read(number, token, 'verified_name,new_name_status,new_certificate')).toEqual({
    id: number,
    verified_name: 'Red Shrub',
  });
});

test('ends the review of a new name at its own scripted time', async () => {
  const { number, token } = await subscribed({
    scenario: 'already_connected',
    number: { rename_review: { decision: 'REJECTED', after_ms: 1000 } },
  });
  await meta.graph('POST', `${number}?new_display_name=Red%20Shrub`, { token });
  await meta.advance('1s');
  expect(await meta.read(number, token, 'new_name_status')).toMatchObject({
    new_name_status: 'DECLINED',
  });
});

test('drops an approved new name exactly 14 days later', async () => {
  const { number, token } = await subscribed({ scenario: 'already_connected' });
  await meta.graph('POST', `${number}?new_display_name=Red%20Shrub`, { token });
  await decide(number, 'APPROVED');
  await meta.advance('13d23h59m59s999ms');
  expect(await meta.read(number, token, 'new_certificate')).toHaveProperty('new_certificate');
  await meta.advance('1ms');
  expect(await meta.read(number, token, 'new_certificate,new_name_status')).toEqual({ id: number });
});

test('keeps the old name when the new one is declined', async () => {
  const { number, token } = await subscribed({ scenario: 'already_connected' });
  await meta.graph('POST', `${number}?new_display_name=SHRUB!!!`, { token });
  await decide(number, 'DECLINED');
  expect(await meta.read(number, token, 'verified_name,name_status,new_name_status')).toEqual({
    id: number,
    verified_name: 'Lucky Shrub',
    name_status: 'APPROVED',
    new_name_status: 'DECLINED',
  });
});

test('refuses the 11th change of name in 30 days', async () => {
  const { number, token } = await subscribed();
  const rename = (name: string) =>
    meta.graph('POST', number, { token, body: { new_display_name: name } });
  for (let i = 0; i < 10; i += 1) expect((await rename(`Shrub ${i}`)).status).toBe(200);
  expect(errorOf(await rename('Shrub 10')).code).toBe(100);
  await meta.advance('30d');
  expect((await rename('Shrub 10')).status).toBe(200);
});

test('sends no event of a number to an app that is not subscribed to its account', async () => {
  const { number } = await meta.onboard();
  receiver.heard.length = 0;
  await decide(number, 'APPROVED');
  expect(receiver.heard).toHaveLength(0);
});

test('repeats an event that was not answered with 200: after a minute, then two, then four', async () => {
  const { number } = await subscribed();
  answers.push(503, 404, 202, 200);
  await decide(number, 'APPROVED');
  const counts: number[] = [];
  for (const span of ['59s999ms', '1ms', '1m59s999ms', '1ms', '3m59s999ms', '1ms', '1d']) {
    await meta.advance(span);
    counts.push(receiver.heard.length);
  }
  expect(counts).toEqual([1, 2, 2, 3, 3, 4, 4]);
  expect((await meta.webhooks()).at(-1)).toMatchObject({
    state: 'delivered',
    attempts: [{ http: 503 }, { http: 404 }, { http: 202 }, { http: 200 }],
  });
});

test('gives an event up after seven days, with six hours between the last tries', async () => {
  const { number } = await subscribed();
  answers.push(...Array<number>(100).fill(500));
  await decide(number, 'APPROVED');
  await meta.advance('8d');
  const given = (await meta.webhooks()).at(-1);
  expect(given?.state).toBe('given_up');
  const times = given?.attempts.map((attempt) => Date.parse(attempt.at)) ?? [];
  const last = times.at(-1) ?? 0;
  expect(last - (times.at(-2) ?? 0)).toBe(6 * 3_600_000);
  expect(last - (times[0] ?? 0)).toBeLessThan(7 * 86_400_000);
  expect(last - (times[0] ?? 0)).toBeGreaterThan(6.7 * 86_400_000);
});

test('shows a delivery nobody answered', async () => {
  await receiver.close();
  await meta.onboard();
  expect(await meta.webhooks()).toMatchObject([{ field: 'account_update', state: 'waiting' }]);
  receiver = await startReceiver();
});

test('tells the app when a person changes or removes the PIN', async () => {
  const { number } = await subscribed({ scenario: 'already_connected' });
  await meta.order('PATCH', `numbers/${number}`, { pin: '555555' });
  await meta.order('PATCH', `numbers/${number}`, { pin: null });
  const texts = receiver.heard.map((heard) => heard.body.toString());
  expect(texts[0]).toContain('"event":"PIN_CHANGED"');
  expect(texts[1]).toContain('"event":"PIN_REQUEST_SUCCESS"');
});

test('shakes hands with a callback that returns the challenge, and not with a wrong token', async () => {
  expect(await meta.order('POST', 'handshake', {})).toMatchObject({ http: 200, accepted: true });
  expect(await meta.order('POST', 'handshake', { verifyToken: 'x' })).toMatchObject({
    http: 403,
    accepted: false,
  });
});

test('subscribes an account, overrides its callback after a handshake, and clears it', async () => {
  const { waba, token } = await meta.onboard();
  const path = `${waba}/subscribed_apps`;
  const list = async () => bodyOf(await meta.graph('GET', path, { token }))['data'];
  const override = (verify_token: string) =>
    meta.graph('POST', path, {
      token,
      body: { override_callback_uri: `${receiver.url}/own`, verify_token },
    });
  expect(await list()).toEqual([]);
  expect(errorOf(await override('fake-verify-token')).message).toContain(
    '(#100) Before override the current callback uri',
  );
  await meta.graph('POST', path, { token });
  expect(errorOf(await override('wrong')).code).toBe(100);
  expect((await override('fake-verify-token')).status).toBe(200);
  expect(await list()).toMatchObject([
    {
      whatsapp_business_api_data: { id: '670843887433847' },
      override_callback_uri: `${receiver.url}/own`,
    },
  ]);
  await meta.graph('POST', path, { token });
  expect(JSON.stringify(await list())).not.toContain('override');
  await meta.graph('DELETE', path, { token });
  expect(await list()).toEqual([]);
});

test('loses, doubles, delays and wrongly signs the events it is told to', async () => {
  const { number } = await subscribed();
  const fault = (kind: string, more = {}) =>
    meta.order('POST', 'faults', { kind, match: { number }, ...more });

  await fault('wh_lose');
  await decide(number, 'PENDING');
  expect(receiver.heard).toHaveLength(0);

  await fault('wh_duplicate');
  await decide(number, 'PENDING');
  expect(receiver.heard).toHaveLength(2);
  expect(receiver.heard[0]?.body).toEqual(receiver.heard[1]?.body);

  await fault('wh_delay', { minutes: 30 });
  await decide(number, 'PENDING');
  await meta.advance('29m59s999ms');
  expect(receiver.heard).toHaveLength(2);
  await meta.advance('1ms');
  expect(receiver.heard).toHaveLength(3);

  await fault('wh_bad_signature');
  answers.push(401);
  await decide(number, 'PENDING');
  await meta.advance('1m');
  const [forged, genuine] = receiver.heard.slice(-2);
  expect(forged?.signature).not.toBe(genuine?.signature);
  expect(forged?.body).toEqual(genuine?.body);
  expect((await meta.webhooks()).map((delivery) => delivery.state)).toContain('lost');
});

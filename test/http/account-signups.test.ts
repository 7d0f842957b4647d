import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { APP_SECRET } from '../support/fake-meta.ts';
import { openEdge, phoneNumberId, wabaId, type Answer, type Edge } from './edge.ts';

const takenShape = z.strictObject({
  waba_id: z.string(),
  adopted: z.array(z.string()),
  left: z.array(z.strictObject({ phone_number_id: z.string(), reason: z.string() })),
  next_step: z.string().optional(),
});

let edge: Edge;
const codes: string[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  for (const secret of [APP_SECRET, ...codes]) expect(edge.said()).not.toContain(secret);
  expect(edge.said()).not.toMatch(/EAA[A-Za-z0-9]{20,}/);
  await edge.close();
});

function send(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return edge.call('/v1/account-signups', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** A customer ends Embedded Signup with this event; the browser is told of no number. */
async function signUp(event: string, number: object = {}) {
  const { code, waba_id, phone_number_id: id } = await edge.meta.signUp({ event, number });
  codes.push(code);
  return { body: { code, waba_id }, id: phoneNumberId(id), account: wabaId(waba_id) };
}

const takenIn = ({ text }: Answer) => takenShape.parse(JSON.parse(text));
const pendingIds = async () =>
  (await edge.store.signups.pending(100)).map((row) => row.phoneNumberId);

describe('a signup that names no number', () => {
  test('keeps its access, and begins the onboarding of the number that it has brought, under its deadline', async () => {
    const { body, id, account } = await signUp('FINISH_ONLY_WABA');
    const wakes = edge.wakes.count;
    const answer = await send(body);
    expect(answer.status).toBe(202);
    expect(takenIn(answer)).toEqual({ waba_id: account, adopted: [id], left: [] });
    expect(answer.headers.get('location')).toBe(`/v1/accounts/${account}`);
    expect((await edge.store.credentials.tokenOf(account))?.reveal()).toMatch(/^EAA/);
    expect(await pendingIds()).toContain(id);
    expect(edge.wakes.count).toBe(wakes + 1);
    expect(await edge.meta.isSubscribed(account)).toBe(true);
    expect((await edge.store.numbers.byId(id))?.deadlineAtMs).toBeGreaterThan(Date.now());
  });

  test('begins with a number that stays on the WhatsApp Business app', async () => {
    const number = { is_on_biz_app: true };
    const { body, id } = await signUp('FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING', number);
    expect(takenIn(await send(body)).adopted).toEqual([id]);
  });

  test('takes up what waits for a code, and leaves what somebody else has proved', async () => {
    const { body, id, account } = await signUp('FINISH_ONLY_WABA');
    const seeded = z.object({ phone_number_id: z.string() });
    const seed = async (settings: object) =>
      seeded.parse(await edge.meta.post('/numbers', { waba: account, ...settings }))
        .phone_number_id;
    const unproved = await seed({});
    const proved = await seed({ otp_verified_at: new Date().toISOString() });
    const { adopted, left } = takenIn(await send(body));
    expect(adopted.toSorted()).toEqual([id, unproved].toSorted());
    expect(left).toEqual([{ phone_number_id: proved, reason: 'needs_a_person' }]);
    expect(await edge.store.numbers.byId(phoneNumberId(proved))).toBeUndefined();
    expect((await edge.store.numbers.byId(phoneNumberId(unproved)))?.deadlineAtMs).toBeUndefined();
  });

  test('of an account without one keeps the access, and says how one comes in', async () => {
    const { body, id, account } = await signUp('FINISH_ONLY_WABA');
    await edge.meta.patch(`/numbers/${id}`, { gone: true });
    const { adopted, next_step: next } = takenIn(await send(body));
    expect([adopted, next]).toEqual([[], expect.stringContaining(`/v1/accounts/${account}/`)]);
    expect(await edge.store.credentials.tokenOf(account)).toBeDefined();
    expect((await edge.call(`/v1/accounts/${account}`)).status).toBe(200);
  });

  test('leaves alone a number whose onboarding runs', async () => {
    const { body, id, account } = await signUp('FINISH_ONLY_WABA');
    await send(body);
    const again = await edge.meta.signUp({ event: 'FINISH_ONLY_WABA', waba: account, number: id });
    codes.push(again.code);
    const { adopted, left } = takenIn(await send({ code: again.code, waba_id: account }));
    expect(adopted).toEqual([]);
    expect(left).toEqual([{ phone_number_id: id, reason: 'known_or_forgotten' }]);
  });

  test('is answered again under its key, and its code is spent once', async () => {
    const { body } = await signUp('FINISH_ONLY_WABA');
    const key = { 'idempotency-key': 'account-signup-1' };
    const first = await send(body, key);
    const again = await send(body, key);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect((await send(body)).code).toBe('code_expired');
  });

  test('for an account that its code gives no access to is refused', async () => {
    const [mine, foreign] = [await signUp('FINISH_ONLY_WABA'), await signUp('FINISH_ONLY_WABA')];
    const answer = await send({ ...mine.body, waba_id: foreign.account });
    expect([answer.status, answer.code]).toEqual([403, 'number_not_in_account']);
    expect(await edge.store.credentials.tokenOf(foreign.account)).toBeUndefined();
  });

  test('is no signup of a number: there the number must be named', async () => {
    const { body } = await signUp('FINISH_ONLY_WABA');
    const answer = await edge.signUp(body);
    expect([answer.status, answer.code]).toEqual([400, 'invalid_phone_number_id']);
  });
});

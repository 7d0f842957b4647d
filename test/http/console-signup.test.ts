import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/role.ts';
import { csrfTokenOf } from '../../src/http/session-cookie.ts';
import { openEdge, phoneNumberId, type Answer, type Edge } from './edge.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge({ caller: 'this machine' });
});

afterAll(() => edge.close());

interface Browser {
  readonly cookie: string;
  readonly csrfToken: string;
}

/** Somebody who has logged in. */
async function browserOf(role: Role = 'operator'): Promise<Browser> {
  const key = (await edge.store.sessions.open({ owner: 'bob', role })).reveal();
  return { cookie: `session=${key}`, csrfToken: csrfTokenOf(key) };
}

const pageFor = ({ cookie }: Browser): Promise<Answer> =>
  edge.call('/signup', { headers: { cookie } });

async function stateOf(browser: Browser): Promise<string> {
  const { status, text } = await pageFor(browser);
  expect(status).toBe(200);
  return /name="state" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

function send({ cookie, csrfToken }: Browser, fields: Record<string, string>): Promise<Answer> {
  return edge.call('/signup', {
    ...{ method: 'POST', redirect: 'manual' },
    headers: { cookie, origin: edge.url },
    body: new URLSearchParams({ csrf_token: csrfToken, ...fields }),
  });
}

/** What Embedded Signup tells a page at its end. */
async function finished(): Promise<Record<'code' | 'waba_id' | 'phone_number_id', string>> {
  const { code, waba_id, phone_number_id } = await edge.meta.signUp({ name: 'Lucky Shrub' });
  return { code, waba_id, phone_number_id };
}

describe('the signup page', () => {
  test('runs the script of Meta beside ours, and is the only page that does', async () => {
    const { headers, text } = await pageFor(await browserOf());
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self' ${edge.meta.url};`);
    expect(policy).not.toContain('unsafe');
    expect(text).toContain(`<script src="${edge.meta.url}/_fake/sdk.js" defer></script>`);
    const fleet = await edge.call('/');
    expect(fleet.headers.get('content-security-policy')).not.toContain('script-src');
  });

  test('is for operators that have logged in with a browser', async () => {
    expect((await pageFor(await browserOf('viewer'))).status).toBe(403);
    const bearer = await edge.call('/signup');
    expect(bearer.text).toContain('Log in with a browser first');
    expect(bearer.text).not.toContain('name="state"');
  });
});

describe('a signup', () => {
  test('of the page starts the onboarding, and leads to the page of its number', async () => {
    const browser = await browserOf();
    const fields = await finished();
    const answer = await send(browser, { state: await stateOf(browser), ...fields });
    const id = fields.phone_number_id;
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/numbers/${id}?done=signup`,
    ]);
    expect(edge.temporal.started.at(-1)?.phoneNumberId).toBe(id);
    expect((await edge.call(`/numbers/${id}?done=signup`)).text).toContain('has signed up');
  });

  test('that names no number leads to the page of its account', async () => {
    const browser = await browserOf();
    const { code, waba_id } = await finished();
    const fields = { code, waba_id, phone_number_id: '', is_account: '1' };
    const answer = await send(browser, { state: await stateOf(browser), ...fields });
    const page = `/accounts/${waba_id}?done=account-signup`;
    expect([answer.status, answer.headers.get('location')]).toEqual([303, page]);
    expect((await edge.call(page)).text).toContain('are taken up');
  });

  test('is taken once for one state, and of its own session only', async () => {
    const [browser, other] = [await browserOf(), await browserOf()];
    const state = await stateOf(browser);
    const fields = await finished();
    expect((await send(other, { state, ...fields })).status).toBe(409);
    expect((await send(browser, { state, ...fields })).status).toBe(303);
    const again = await send(browser, { state, ...(await finished()) });
    expect([again.status, again.text.includes('start the signup again')]).toEqual([409, true]);
    expect((await send(browser, { state: '', ...fields })).status).toBe(409);
  });

  test('without the word of our page is refused, before its state is used', async () => {
    const browser = await browserOf();
    const state = await stateOf(browser);
    const fields = await finished();
    const forged = await send({ ...browser, csrfToken: 'x' }, { state, ...fields });
    expect(forged.status).toBe(403);
    expect((await send(browser, { state, ...fields })).status).toBe(303);
  });

  test('whose code does not work any more is refused with what to do, on a page that can begin again', async () => {
    const browser = await browserOf();
    const body = { ...(await finished()), code: 'AQBused'.repeat(9) };
    const answer = await send(browser, { state: await stateOf(browser), ...body });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('run it again');
    expect(answer.text).toContain('name="state"');
    expect(answer.text).not.toContain('AQBused');
  });

  test('for a number that the code gives no access to is refused', async () => {
    const browser = await browserOf();
    const [mine, foreign] = [await finished(), await finished()];
    const { phone_number_id } = foreign;
    const fields = { ...mine, phone_number_id };
    const answer = await send(browser, { state: await stateOf(browser), ...fields });
    expect(answer.status).toBe(403);
    expect(await edge.store.numbers.byId(phoneNumberId(phone_number_id))).toBeUndefined();
  });

  test.each([
    ['code', 'a b'],
    ['waba_id', 'x'],
    ['phone_number_id', ''],
  ])('with %s that cannot be one is refused', async (name, value) => {
    const browser = await browserOf();
    const fields = { ...(await finished()), [name]: value };
    expect((await send(browser, { state: await stateOf(browser), ...fields })).status).toBe(400);
  });
});

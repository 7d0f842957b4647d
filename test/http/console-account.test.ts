import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, phoneNumberId, type Answer, type Edge } from './edge.ts';
import { addedTo, signUp } from './orders.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(() => edge.close());

async function page(waba: string): Promise<string> {
  const answer = await edge.call(`/accounts/${waba}`);
  expect(answer.status).toBe(200);
  return answer.text.replaceAll(/\s+/g, ' ');
}

function post(path: string, fields: Record<string, string> = {}): Promise<Answer> {
  const headers = { origin: edge.url };
  const body = new URLSearchParams(fields);
  return edge.call(path, { method: 'POST', redirect: 'manual', headers, body });
}

describe("an account's page", () => {
  test('shows what is at Meta beside what is here', async () => {
    const { waba, number } = await signUp(edge, { name: 'Lucky Shrub' });
    const other = await addedTo(edge, waba, { verified_name: '<b>Corner</b>' });
    const text = await page(waba);
    expect(text).toContain(`<a href="/numbers/${number}">Lucky Shrub</a>`);
    expect(text).toContain('&lt;b&gt;Corner&lt;/b&gt;');
    expect(text).toContain(`name="phone_number_id" value="${other}"`);
    expect(text).not.toContain(`name="phone_number_id" value="${number}"`);
  });

  test('tells the end of our access, the review, and whether webhooks come', async () => {
    const { waba } = await signUp(edge);
    const text = await page(waba);
    expect(text).toContain('<dd>APPROVED</dd>');
    expect(text).toContain('has no end');
    expect(text).toContain('our app is not subscribed');
  });

  test('shows what is known here while Meta tells nothing', async () => {
    const text = await page('4711');
    expect(text).toContain('No signup has given us a token for this account');
    expect((await edge.call('/accounts/x')).status).toBe(404);
  });
});

describe('a number at Meta that is not here', () => {
  test('is taken up, and its page is next', async () => {
    const { waba } = await signUp(edge);
    const other = await addedTo(edge, waba);
    const answer = await post(`/accounts/${waba}/adoptions`, { phone_number_id: other });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/numbers/${other}?done=adopt`,
    ]);
    expect(await edge.store.numbers.byId(phoneNumberId(other))).toBeDefined();
    const again = await post(`/accounts/${waba}/adoptions`, { phone_number_id: other });
    expect([again.status, again.text.includes('There was nothing to take up')]).toEqual([
      409,
      true,
    ]);
  });

  test('is taken up with all others of its account', async () => {
    const { waba } = await signUp(edge);
    const others = [await addedTo(edge, waba), await addedTo(edge, waba)];
    const answer = await post(`/accounts/${waba}/adoptions`);
    expect(answer.headers.get('location')).toBe(`/accounts/${waba}?done=adopt`);
    for (const id of others) expect(await edge.store.numbers.byId(phoneNumberId(id))).toBeDefined();
  });
});

describe('a new number', () => {
  test('is added as people write it, and its onboarding begins', async () => {
    const { waba } = await signUp(edge);
    const fields = { cc: '+1', phone_number: '(631) 555-77 01', name: 'Wind & Wool' };
    const answer = await post(`/accounts/${waba}/numbers`, fields);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/numbers\/[0-9]+\?done=add$/);
  });

  test('that cannot be one is refused, and what was filled in stays', async () => {
    const { waba } = await signUp(edge);
    const fields = { cc: '1', phone_number: 'six', name: 'Wind "&" Wool' };
    const answer = await post(`/accounts/${waba}/numbers`, fields);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('value="Wind &quot;&amp;&quot; Wool"');
    expect(answer.text).toContain('role="alert"');
  });
});

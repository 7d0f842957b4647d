import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { bodyOf, errorOf, startFrozen } from './harness.ts';

let meta: Awaited<ReturnType<typeof startFrozen>>;
let token: string;
const WABA = '500';
const IDS = ['1', '2', '3', '4', '5'];
beforeEach(async () => {
  meta = await startFrozen();
  for (const id of IDS) {
    await meta.order('POST', 'numbers', { id, waba: WABA });
    await meta.advance('1m');
  }
  token = await meta.tokenFor(WABA);
});
afterEach(() => meta.close());

const pageSchema = z.object({
  data: z.array(z.looseObject({ id: z.string() })),
  paging: z
    .object({ cursors: z.object({ after: z.string() }), next: z.string().optional() })
    .optional(),
});

const page = async (query = '') =>
  pageSchema.parse(bodyOf(await meta.graph('GET', `${WABA}/phone_numbers?${query}`, { token })));
const idsOf = (read: z.output<typeof pageSchema>) => read.data.map(({ id }) => id);
const fault = (kind: string, more: Record<string, unknown> = {}, times: unknown = 1) =>
  meta.order('POST', 'faults', { kind, match: { path: 'phone_numbers', times }, ...more });

/** Reads on while there is a `next`, as a client should, at most ten pages. */
async function readAll(query: string) {
  const pages = [];
  const cursors = [];
  for (let after = ''; pages.length < 10;) {
    const read = await page(query + after);
    pages.push(idsOf(read));
    if (read.paging?.next === undefined) break;
    cursors.push(read.paging.cursors.after);
    after = `&after=${read.paging.cursors.after}`;
  }
  return { pages, cursors };
}

test.each([
  ['', ['5', '4', '3', '2', '1']],
  ["sort=['last_onboarded_time_ascending']", IDS],
  ['sort=last_onboarded_time.asc', IDS],
  ['sort=creation_time.desc', ['5', '4', '3', '2', '1']],
])('lists numbers in the order of %s', async (query, order) => {
  expect(idsOf(await page(query))).toEqual(order);
});

test('lists a number first that signs up again, and no longer one that is gone', async () => {
  expect(idsOf(await page())).toEqual(['5', '4', '3', '2', '1']);
  await meta.signUp({ number: '2' });
  expect(idsOf(await page())).toEqual(['2', '5', '4', '3', '1']);
  await meta.order('PATCH', 'numbers/4', { gone: true });
  await meta.order('PATCH', 'numbers/1', { last_onboarded_time: '2027-01-01T00:00:00Z' });
  await meta.order('POST', 'numbers', { id: '7', waba: WABA });
  expect(idsOf(await page())).toEqual(['1', '7', '2', '5', '3']);
});

test('refuses an order it does not know', async () => {
  const answer = await meta.graph('GET', `${WABA}/phone_numbers?sort=name`, { token });
  expect(errorOf(answer)).toMatchObject({ http: 400, code: 100 });
});

test('finds one number by its digits', async () => {
  expect(idsOf(await page('display_phone_number=%2B1%20631-555-0002'))).toEqual(['2']);
  expect(idsOf(await page('display_phone_number=999'))).toEqual([]);
});

test('cuts a page short and has more to come', async () => {
  await fault('paging_short', { items: 2 });
  expect((await readAll('limit=4')).pages).toEqual([
    ['5', '4'],
    ['3', '2', '1'],
  ]);
});

test('answers an empty page in the middle and has more to come', async () => {
  const first = await page('limit=2');
  const after = `&after=${String(first.paging?.cursors.after)}`;
  await fault('paging_empty');
  const empty = await page(`limit=2${after}`);
  expect(empty.data).toEqual([]);
  expect(empty.paging?.next).toContain('after=');
  expect(empty.paging?.cursors.after).not.toBe(first.paging?.cursors.after);
  const rest = await page(`limit=5&after=${String(empty.paging?.cursors.after)}`);
  expect(idsOf(rest)).toEqual(['3', '2', '1']);
});

test('leads a reader in a circle: the same cursor twice', async () => {
  await fault('paging_loop', {}, 'always');
  const { pages, cursors } = await readAll('limit=2');
  expect(pages).toHaveLength(10);
  expect(new Set(cursors).size).toBeLessThan(cursors.length);
  expect(new Set(pages.flat())).toEqual(new Set(['5', '4']));
});

test('puts one number on the last page', async () => {
  await fault('number_on_last_page', { number: '4' }, 'always');
  expect((await readAll('limit=2')).pages).toEqual([['5', '3'], ['2', '1'], ['4']]);
  await meta.order('DELETE', 'faults');
  await fault('number_on_last_page', {}, 'always');
  expect((await readAll('limit=4')).pages).toEqual([['4', '3', '2', '1'], ['5']]);
});

test('shows the world of minutes ago, in which the newest number is not there', async () => {
  await meta.order('PATCH', 'numbers/1', { status: 'BANNED' });
  await meta.order('POST', 'numbers', { id: '6', waba: WABA });
  await meta.advance('3m');
  const status = async () => (await meta.read('1', token, 'status'))['status'];
  const stale = (minutes: number) =>
    meta.order('POST', 'faults', { kind: 'stale_read', minutes, match: { method: 'GET' } });
  await stale(4);
  expect(await status()).toBe('PENDING');
  await stale(2);
  expect(await status()).toBe('BANNED');
  await stale(4);
  expect(idsOf(await page())).toEqual(['5', '4', '3', '2', '1']);
  await stale(4);
  expect(errorOf(await meta.graph('GET', '6', { token })).error_subcode).toBe(33);
  expect(idsOf(await page())).toContain('6');
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { NumberAnnouncement } from '../../src/store/store.ts';
import { openEdge, phoneNumberId, wabaId, type Edge } from './edge.ts';

const DAY_MS = 86_400_000;
const page = z.object({
  numbers: z.array(z.object({ phone_number_id: z.string(), status_url: z.string() })),
  counts: z.object({ total: z.number() }).loose().optional(),
  paging: z.strictObject({ after: z.string().optional() }),
});

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
  for (const [id, changes] of Object.entries<Partial<NumberAnnouncement>>({
    '1': { stage: 'verifying', deadlineAtMs: Date.now() + 9 * DAY_MS },
    '2': { deadlineAtMs: Date.now() + 2 * DAY_MS + 60_000, cause: 'pin_mismatch' },
    '3': { stage: 'done', waitingFor: 'nobody', outcome: 'ready', wabaId: wabaId('7') },
  })) {
    await edge.store.numbers.announce({
      ...{ phoneNumberId: phoneNumberId(id), wabaId: wabaId('6'), stage: 'registering' },
      ...{ waitingFor: 'operator', deadlineAtMs: 0, progressJson: '{}', announcementKey: id },
      ...{ events: [], ...changes },
    });
  }
});

afterAll(() => edge.close());

async function fleet(query = ''): Promise<z.output<typeof page>> {
  const { status, text } = await edge.call(`/v1/numbers${query}`);
  expect(status, text).toBe(200);
  return page.parse(JSON.parse(text));
}

const idsOf = ({ numbers }: z.output<typeof page>): string =>
  numbers.map((number) => number.phone_number_id).join(' ');

test('numbers come by the time left, with a link to each and the counts of all', async () => {
  const all = await fleet();
  expect(idsOf(all)).toBe('2 1 3');
  expect(all.numbers[0]?.status_url).toBe('/v1/numbers/2');
  expect(all.paging).toEqual({});
  expect(all.counts).toMatchObject({
    total: 3,
    waiting_for: [
      { value: 'operator', count: 2 },
      { value: 'nobody', count: 1 },
    ],
    waba_id: [
      { value: '6', count: 2 },
      { value: '7', count: 1 },
    ],
    days_left: [
      { value: '2', count: 1 },
      { value: '8', count: 1 },
    ],
  });
});

test.each([
  ['?stage=verifying', '1'],
  ['?waiting_for=nobody', '3'],
  ['?account=7', '3'],
  ['?cause=pin_mismatch', '2'],
  ['?outcome=running', '2 1'],
  ['?text=2', '2'],
  ['?stage=verifying&account=7', ''],
])('numbers are chosen by %s', async (query, ids) => {
  expect(idsOf(await fleet(query))).toBe(ids);
});

test('numbers come in pages, counted on the first one', async () => {
  const first = await fleet('?limit=2');
  expect(idsOf(first)).toBe('2 1');
  const second = await fleet(`?limit=2&after=${first.paging.after ?? ''}`);
  expect([idsOf(second), second.paging, second.counts]).toEqual(['3', {}, undefined]);
});

test.each([
  ['stage=gone', 'invalid_stage'],
  ['waiting_for=Meta', 'invalid_waiting_for'],
  ['account=1x', 'invalid_waba_id'],
  ['cause=toString', 'invalid_cause'],
  ['outcome=done', 'invalid_outcome'],
  ['text=', 'invalid_text'],
  [`text=${'x'.repeat(76)}`, 'invalid_text'],
  ['text=a%00b', 'invalid_text'],
  ['limit=0', 'invalid_limit'],
  ['limit=101', 'invalid_limit'],
  ['after=x', 'invalid_after'],
  [`after=${Buffer.from('[3,0,"1"]').toString('base64url')}`, 'invalid_after'],
  [`after=${Buffer.from('[0,0.5,"1"]').toString('base64url')}`, 'invalid_after'],
  ['format=xml', 'invalid_format'],
  ['format=csv&limit=1', 'invalid_format'],
  ['stage=verifying&stage=done', 'unknown_parameter'],
  ['sort=name', 'unknown_parameter'],
])('a query that cannot be right is refused: %s', async (query, code) => {
  const answer = await edge.call(`/v1/numbers?${query}`);
  expect([answer.status, answer.code]).toEqual([400, code]);
});

test.each(['?format=csv', ''])('numbers come as CSV: %s', async (query) => {
  const answer = await edge.call(`/v1/numbers${query}`, { headers: { accept: 'text/csv' } });
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="numbers.csv"');
  const lines = answer.text.split('\r\n');
  expect(lines.map((line) => line.split(',', 2).join(','))).toEqual([
    'phone_number_id,waba_id',
    ...['2,6', '1,6', '3,7'],
    '',
  ]);
});

test('a name that a spreadsheet would run is text in the CSV, and one with commas stays one cell', async () => {
  const { code, waba_id, phone_number_id } = await edge.meta.signUp({
    name: '=HYPERLINK("http://evil.example","a, b")',
  });
  await edge.signUp({ code, waba_id, phone_number_id });
  const { text } = await edge.call(`/v1/numbers?format=csv&account=${waba_id}`);
  expect(text).toContain(`,"'=HYPERLINK(""http://evil.example"",""a, b"")",`);
  expect(text).toMatch(/,'\+[0-9 -]+,/);
});

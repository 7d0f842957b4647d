import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bearerOf, openEdge, phoneNumberId, wabaId, type Answer, type Edge } from './edge.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
  await edge.store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId('1'), wabaId: wabaId('2'), stage: 'registering' },
    ...{ waitingFor: 'operator', deadlineAtMs: Date.now() + 86_400_000, progressJson: '{}' },
    ...{ events: [], announcementKey: 'a' },
  });
});

beforeEach(() => {
  edge.temporal.mood = 'up';
  edge.temporal.ordered.splice(0);
});

afterAll(() => edge.close());

async function order(key: string, path = '/v1/numbers/1/retry', by: Record<string, string> = {}) {
  return edge.call(path, { method: 'POST', headers: { 'idempotency-key': key, ...by } });
}

const replayed = ({ headers }: Answer): boolean => headers.get('idempotent-replayed') === 'true';

test('an order that is repeated under its key has the answer of the first, and no second effect', async () => {
  const first = await order('k1');
  const second = await order('k1');
  expect([first.status, replayed(first), second.status, replayed(second)]).toEqual([
    ...[200, false],
    ...[200, true],
  ]);
  expect(second.text).toBe(first.text);
  expect(edge.temporal.ordered).toHaveLength(1);
  await order('k2');
  expect(edge.temporal.ordered).toHaveLength(2);
});

test('an order without a key is a new one each time', async () => {
  const retry = { method: 'POST' };
  await edge.call('/v1/numbers/1/retry', retry);
  await edge.call('/v1/numbers/1/retry', retry);
  expect(edge.temporal.ordered).toHaveLength(2);
});

test('twins that come at the same time are one order', async () => {
  const answers = await Promise.all([order('twin'), order('twin'), order('twin')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.filter(replayed)).toHaveLength(2);
  expect(edge.temporal.ordered).toHaveLength(1);
});

test('another order under the same key is refused', async () => {
  await order('k3');
  const code = await edge.call('/v1/phone-numbers/1/code-requests?waba_id=2', {
    method: 'POST',
    headers: { 'idempotency-key': 'k3', 'content-type': 'application/json' },
    body: JSON.stringify({ method: 'SMS', language: 'en_US' }),
  });
  for (const answer of [code, await order('k3', '/v1/numbers/9/retry')]) {
    expect([answer.status, answer.code]).toEqual([422, 'idempotency_key_reused']);
  }
});

test('the same key of another caller names another order', async () => {
  await order('shared');
  const other = await bearerOf(edge.store, { owner: 'bob', role: 'admin' });
  await order('shared', '/v1/numbers/1/retry', other);
  expect(edge.temporal.ordered).toHaveLength(2);
});

test('an order that came to nothing may be given again under its key', async () => {
  edge.temporal.mood = 'refusing';
  expect((await order('k4')).code).toBe('not_now');
  edge.temporal.mood = 'down';
  expect((await order('k4')).code).toBe('temporal_unavailable');
  edge.temporal.mood = 'up';
  const answer = await order('k4');
  expect([answer.status, replayed(answer)]).toEqual([200, false]);
});

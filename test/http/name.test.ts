import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEdge, phoneNumberId, wabaId, type Answer, type Edge } from './edge.ts';

let edge: Edge;
let id: string;

beforeAll(async () => {
  edge = await openEdge();
  const { code, waba_id, phone_number_id } = await edge.meta.signUp({ name: 'Lucky Shrub' });
  await edge.signUp({ code, waba_id, phone_number_id });
  id = phone_number_id;
});

beforeEach(() => {
  edge.temporal.mood = 'up';
  edge.temporal.named.length = 0;
});

afterAll(() => edge.close());

function ask(name: unknown, number = id): Promise<Answer> {
  return edge.call(`/v1/numbers/${number}/name`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
}

async function hasEnded(outcome: string): Promise<void> {
  await edge.store.numbers.announce({
    ...{ phoneNumberId: phoneNumberId(id), wabaId: wabaId('1'), stage: 'done', outcome },
    ...{ waitingFor: 'nobody', deadlineAtMs: 0, progressJson: '{}', events: [] },
    announcementKey: randomUUID(),
  });
}

describe('another display name', () => {
  test('of a number that is being onboarded goes to its onboarding', async () => {
    expect((await ask('Luckier Shrub')).status).toBe(202);
    expect(edge.temporal.named).toMatchObject([
      { how: 'wish', phoneNumberId: id, name: 'Luckier Shrub' },
    ]);
  });

  test('is refused by what follows the number, with its reason', async () => {
    edge.temporal.mood = 'refusing';
    const answer = await ask('Luckier Shrub');
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('not_now');
  });

  test('is answered with 503 while Temporal is down', async () => {
    edge.temporal.mood = 'down';
    expect((await ask('Luckier Shrub')).status).toBe(503);
  });

  test.each([
    ['Lucky\u{1F338}', 'invalid_input', 'no emoji'],
    ['www.lucky.com', 'invalid_input', 'no web address'],
    [12, 'invalid_new_name', 'as a string'],
  ])('of a form that Meta declines is refused at once: %j', async (name, code, advice) => {
    const answer = await ask(name);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(code);
    expect(answer.text).toContain(advice);
    expect(edge.temporal.named).toEqual([]);
  });

  test('of a number nobody knows is refused', async () => {
    expect((await ask('Luckier Shrub', '404')).status).toBe(404);
  });

  test('of a number that is done starts a change of its own', async () => {
    await hasEnded('ready');
    expect((await ask('Luckier Shrub')).status).toBe(202);
    expect(edge.temporal.named).toMatchObject([{ how: 'start', name: 'Luckier Shrub' }]);
  });

  test('waits for a new signup where the onboarding has failed', async () => {
    await hasEnded('signup-expired');
    const answer = await ask('Luckier Shrub');
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('Embedded Signup again');
    expect(edge.temporal.named).toEqual([]);
  });

  test('the eleventh in 30 days is refused with the time of the next', async () => {
    await hasEnded('ready');
    const { nameChanges } = edge.store;
    for (let n = 1; n <= 10; n += 1) {
      const key = { requestKey: `before/${n}`, kind: 'operator' } as const;
      await nameChanges.reserve({ phoneNumberId: phoneNumberId(id), ...key, inFlightMs: 0 });
      await nameChanges.startSending(phoneNumberId(id), n);
      await nameChanges.close(phoneNumberId(id), n, { state: 'ok' });
    }
    const answer = await ask('Luckier Shrub');
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('attempts_spent');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(29 * 86_400);
    expect(edge.temporal.named).toEqual([]);
  });
});

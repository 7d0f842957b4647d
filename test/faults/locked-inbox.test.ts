import { createHmac } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startSystem, type System } from '../e2e/system.ts';
import { APP_SECRET } from '../support/fake-meta.ts';
import { until } from './lives.ts';

let system: System;
beforeAll(async () => {
  // No poll helps: what ends the wait is the webhook.
  system = await startSystem({ POLL_INTERVAL: '6h' });
});
afterAll(async () => {
  await system.close();
});

const deliverySchema = z.object({
  body: z.string(),
  attempts: z.array(z.object({ http: z.number().optional() })),
});
type Delivery = z.output<typeof deliverySchema>;

async function numberInReview(): Promise<string> {
  const { meta } = system.engine;
  const order = await meta.signUp({ scenario: 'review_forever' });
  expect((await system.call('POST', '/v1/signups', order)).status).toBe(202);
  await system.numberWhen(order.phone_number_id, ({ stage }) => stage === 'following-name');
  await until(() => meta.isSubscribed(order.waba_id), Boolean);
  return order.phone_number_id;
}

/** Meta's delivery of the decision, once it has been tried so often. */
async function decisionTried(id: string, times: number): Promise<Delivery> {
  const all = await until(
    async () => z.array(deliverySchema).parse(await decisionsOf(id)),
    ([first]) => first?.attempts.length === times,
  );
  expect(all).toHaveLength(1);
  return deliverySchema.parse(all[0]);
}

async function decisionsOf(id: string): Promise<readonly unknown[]> {
  const deliveries = await system.engine.meta.deliveriesOf(id);
  return deliveries.filter(({ field }) => field === 'phone_number_name_update');
}

/** The same bytes once more, by somebody who waits for the answer longer than Meta does. */
async function send(body: string): Promise<{ readonly status: number; readonly text: string }> {
  const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const answer = await request(`${system.url}/v1/webhooks/meta`, { method: 'POST', headers, body });
  return { status: answer.statusCode, text: await answer.body.text() };
}

/** Another process begins to write, and does not end until the answer is called. */
function holdDatabase(): () => void {
  const other = new DatabaseSync(system.engine.env['STORE_PATH'] ?? '', { timeout: 5000 });
  other.exec('begin immediate');
  return () => {
    other.close();
  };
}

it("F33: a number's name, decided while another process holds the database, is not taken for told: Meta's repeat tells it", async () => {
  const { meta, store } = system.engine;
  const id = await numberInReview();

  const letGo = holdDatabase();
  await meta.decideName(id, 'APPROVED');
  const { body, attempts } = await decisionTried(id, 1);
  expect(attempts[0]?.http).not.toBe(200);
  const refused = await send(body);
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
    503,
    { error: { code: 'store_unavailable' } },
  ]);
  letGo();
  expect(await store.inbox.pending(10)).toEqual([]);

  await meta.post('/clock', { advance: '1m' });
  expect((await decisionTried(id, 2)).attempts[1]).toMatchObject({ http: 200 });
  await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
  expect(await meta.registersOf(id)).toHaveLength(1);
  expect(JSON.parse((await send(body)).text)).toMatchObject({ kept: 0 });
});

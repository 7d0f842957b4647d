import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealEngine } from '../support/real-engine.ts';
import { startSystem, type System } from './system.ts';

let system: System;
beforeAll(async () => {
  // No poll helps: what is promised while Temporal is away must come by itself when it is back.
  system = await startSystem({ POLL_INTERVAL: '6h' });
});
afterAll(async () => {
  await system.close();
});

describe('while Temporal is away', () => {
  const ways: readonly [string, (engine: RealEngine) => () => Promise<void> | void][] = [
    [
      'killed',
      (engine) => {
        engine.killTemporal();
        return () => engine.restartTemporal();
      },
    ],
    ['frozen', (engine) => engine.freezeTemporal()],
  ];

  it.each(ways)(
    'F06, %s: a number signs up and a webhook is kept; both take effect when it is back',
    async (_, takeAway) => {
      const { meta } = system.engine;
      const { id: early, waba } = await signUp();
      await system.numberWhen(early, ({ stage }) => stage === 'following-name');
      await expect.poll(() => meta.isSubscribed(waba), { timeout: 30_000 }).toBe(true);

      const giveBack = takeAway(system.engine);
      const beganMs = Date.now();
      const { id: late } = await signUp();
      expect(Date.now() - beganMs).toBeLessThan(5000);
      expect((await system.call('GET', '/readyz')).status).toBe(503);
      // The webhook is answered, or Meta would send it again in a minute. The other number's name is approved before any read.
      await meta.decideName(early, 'APPROVED');
      await meta.decideName(late, 'APPROVED');
      await expect.poll(() => decisionsDelivered(early), { timeout: 10_000 }).toBe(1);

      await giveBack();
      await system.numberWhen(early, ({ outcome }) => outcome === 'ready');
      await system.numberWhen(late, ({ outcome }) => outcome === 'ready');
      expect(await meta.registersOf(late)).toHaveLength(1);
    },
  );
});

async function signUp(): Promise<{ readonly id: string; readonly waba: string }> {
  const order = await system.engine.meta.signUp({ scenario: 'review_forever' });
  expect((await system.call('POST', '/v1/signups', order)).status).toBe(202);
  return { id: order.phone_number_id, waba: order.waba_id };
}

async function decisionsDelivered(id: string): Promise<number> {
  const deliveries = await system.engine.meta.deliveriesOf(id);
  return deliveries.filter(
    ({ field, state }) => field === 'phone_number_name_update' && state === 'delivered',
  ).length;
}

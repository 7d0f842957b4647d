import { z } from 'zod';

import { shakeHands } from './deliveries.ts';
import { faultSchema } from './fault-kinds.ts';
import { armFault } from './faults.ts';
import { showLedger } from './ledger.ts';
import { BadOrder } from './seeding.ts';
import type { Order } from './orders.ts';
import type { Delivery, Fake } from './world.ts';

const handshakeSchema = z.strictObject({
  url: z.string().optional(),
  verifyToken: z.string().optional(),
});

/** Orders to break things, and to look at what happened. */
export function watchOrders(fake: Fake): Record<string, Order> {
  return {
    'GET healthz': () => ({ ok: true }),
    'GET faults': () => ({ faults: fake.world.faults }),
    'POST faults': ({ body }) => ({ id: armFault(fake.world, faultSchema.parse(body)).id }),
    'DELETE faults': ({ query }) => {
      const id = query.get('id');
      fake.world.faults = fake.world.faults.filter((fault) => id !== null && fault.id !== id);
      return { faults: fake.world.faults.length };
    },
    'GET ledger': ({ query }) => ({
      requests: showLedger(fake.world.ledger, {
        number: query.get('number') ?? undefined,
        waba: query.get('waba') ?? undefined,
      }),
    }),
    'GET webhooks': () => ({
      deliveries: [fake.world.sent, fake.world.outbox].flatMap(Object.values).map(showDelivery),
    }),
    'POST handshake': async ({ body }) => {
      const { app } = fake.world;
      const given = handshakeSchema.parse(body);
      const url = given.url ?? app.callback_url;
      if (url === undefined) throw new BadOrder('the app has no callback_url');
      return shakeHands(fake.world, { url, verifyToken: given.verifyToken ?? app.verify_token });
    },
  };
}

function showDelivery(delivery: Delivery): unknown {
  return {
    ...delivery,
    is_held: undefined,
    next_at_ms: delivery.state === 'waiting' ? delivery.next_at_ms : undefined,
    attempts: delivery.attempts.map((attempt) => ({
      at: new Date(attempt.at_ms).toISOString(),
      ...attempt,
    })),
  };
}

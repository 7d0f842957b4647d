import { z } from 'zod';

import { accountOrders } from './account-orders.ts';
import { numberOrders } from './number-orders.ts';
import { BadOrder } from './seeding.ts';
import { watchOrders } from './watch-orders.ts';
import { worldOrders } from './world-orders.ts';
import type { Order, Told } from './orders.ts';
import type { Incoming } from './request.ts';
import type { Timeline } from './timeline.ts';
import type { Fake } from './world.ts';

export interface Reply {
  status: number;
  body: unknown;
}

/** The tester's side: scripts the world, moves its clock and tells what happened. Never part of Graph. */
export function createControl(
  fake: Fake,
  timeline: Timeline,
): (incoming: Incoming) => Promise<Reply> {
  const orders: Record<string, Order> = {
    ...worldOrders(fake, timeline),
    ...accountOrders(fake, timeline),
    ...numberOrders(fake, timeline),
    ...watchOrders(fake),
  };
  return async (incoming) => {
    const [, , ...segments] = incoming.url.pathname.split('/');
    const isOfOne = ['numbers', 'wabas'].includes(segments[0] ?? '') && segments[1] !== undefined;
    const id = isOfOne ? segments.splice(1, 1, ':id')[0] : undefined;
    const key = `${incoming.method} ${segments.join('/')}`;
    const order = Object.hasOwn(orders, key) ? orders[key] : undefined;
    if (order === undefined)
      return refused(404, `no such order; there are: ${Object.keys(orders).join(', ')}`);
    return obey(order, incoming, id);
  };
}

async function obey(order: Order, incoming: Incoming, id: string | undefined): Promise<Reply> {
  try {
    const told: Told = { body: bodyOf(incoming), query: incoming.url.searchParams, id };
    return { status: 200, body: await order(told) };
  } catch (error) {
    if (error instanceof z.ZodError) return refused(400, z.prettifyError(error));
    if (error instanceof BadOrder) return refused(400, error.message);
    throw error;
  }
}

function bodyOf({ body }: Incoming): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new BadOrder('the body is not JSON');
  }
}

function refused(status: number, message: string): Reply {
  return { status, body: { error: message } };
}

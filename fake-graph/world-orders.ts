import { z } from 'zod';

import { newClock, parseMode, parseSpanMs, setMode, virtualNowMs } from './clock.ts';
import { BadOrder, scenarioOf } from './seeding.ts';
import { instantSchema } from './settings.ts';
import { idSchema } from './signup.ts';
import { switchesSchema } from './switches.ts';
import { issueToken } from './tokens.ts';
import { appSchema, newWorld } from './world.ts';
import type { Order } from './orders.ts';
import type { Timeline } from './timeline.ts';
import type { Fake } from './world.ts';

const resetSchema = z.strictObject({
  scenario: z.string().default('happy'),
  switches: switchesSchema.prefault({}),
  now: instantSchema.optional(),
  seed: z.union([z.string(), z.number()]).default('1').transform(String),
  /** What changes about the app; the rest stays as the program was started. */
  app: appSchema.partial().default({}),
});

const clockSchema = z.strictObject({
  mode: z.string().optional(),
  advance: z.string().optional(),
  setTo: instantSchema.optional(),
});

const tokenSchema = z.strictObject({
  kind: z.enum(['business', 'system']).optional(),
  wabas: z.array(idSchema).optional(),
  scopes: z.array(z.string()).optional(),
  expiresAt: instantSchema.optional(),
  dataAccessExpiresAt: instantSchema.optional(),
});

const tokenChangeSchema = z.strictObject({ value: z.string(), revoked: z.boolean() });

/** Orders about the world as a whole: fresh start, time, tokens. */
export function worldOrders(fake: Fake, timeline: Timeline): Record<string, Order> {
  return {
    'POST reset': ({ body }) => {
      reset(fake, resetSchema.parse(body));
      timeline.arm();
      const { app, seed, scenario } = fake.world;
      return { ...clockView(fake), seed, scenario, app: { id: app.id } };
    },
    'GET clock': () => clockView(fake),
    'POST clock': async ({ body }) => {
      await turnClock(fake, timeline, clockSchema.parse(body));
      return clockView(fake);
    },
    'POST tokens': ({ body }) => {
      const { expiresAt, dataAccessExpiresAt: dataEndsAt, ...given } = tokenSchema.parse(body);
      const token = { ...given, expires_at_ms: expiresAt, data_access_expires_at_ms: dataEndsAt };
      return {
        value: issueToken(fake.world, virtualNowMs(fake.world.clock), defined(token)).value,
      };
    },
    'PATCH tokens': ({ body }) => {
      const { value, revoked } = tokenChangeSchema.parse(body);
      const token = fake.world.tokens[value];
      if (token === undefined) throw new BadOrder('no such token');
      token.revoked = revoked;
      return { revoked };
    },
  };
}

function reset(fake: Fake, order: z.output<typeof resetSchema>): void {
  scenarioOf(order.scenario);
  const { clock, app } = fake.world;
  fake.world = newWorld({
    seed: order.seed,
    scenario: order.scenario,
    clock: { ...newClock(order.now), mode: clock.mode, factor: clock.factor },
    app: { ...app, ...defined(order.app) },
    switches: order.switches,
  });
}

async function turnClock(
  fake: Fake,
  timeline: Timeline,
  order: z.output<typeof clockSchema>,
): Promise<void> {
  const { clock } = fake.world;
  if (order.mode !== undefined) {
    const mode = parseMode(order.mode);
    if (mode === undefined) throw new BadOrder('mode is real, frozen or scaled:<factor>');
    setMode(clock, mode);
  }
  if (order.advance !== undefined) {
    const spanMs = parseSpanMs(order.advance);
    if (spanMs === undefined) throw new BadOrder('advance is a span like 3d4h, 90m or 1ms');
    await timeline.advanceTo(virtualNowMs(clock) + spanMs);
  }
  if (order.setTo !== undefined) await timeline.advanceTo(order.setTo);
  timeline.arm();
}

function clockView({ world }: Fake): Record<string, unknown> {
  const nowMs = virtualNowMs(world.clock);
  const { mode, factor } = world.clock;
  return { now: new Date(nowMs).toISOString(), nowMs, mode, factor };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that were not given, so that they do not hide defaults. */
function defined<T extends object>(given: T): Defined<T> {
  const copy: Defined<T> = { ...given };
  for (const key of Object.keys(copy))
    if (Reflect.get(copy, key) === undefined) Reflect.deleteProperty(copy, key);
  return copy;
}

import { z } from 'zod';

import { capOf } from './adding.ts';
import { virtualNowMs } from './clock.ts';
import { enqueue } from './outbox.ts';
import { addWaba, BadOrder } from './seeding.ts';
import { instantSchema } from './settings.ts';
import { idSchema } from './signup.ts';
import type { Order } from './orders.ts';
import type { Timeline } from './timeline.ts';
import type { Fake, Waba, World } from './world.ts';

const factsSchema = z
  .strictObject({
    name: z.string(),
    owner_business_id: idSchema,
    account_review_status: z.string(),
    business_verification_status: z.string(),
    call_limit: z.number().int().positive(),
    ban_state: z.enum(['DISABLE', 'REINSTATE', 'SCHEDULE_FOR_DISABLE']),
    restricted_until: instantSchema,
    max_phone_numbers: z.number().int().nonnegative(),
  })
  .partial();

type Facts = z.output<typeof factsSchema>;

const eventSchema = z.strictObject({
  field: z.string(),
  value: z.record(z.string(), z.unknown()),
  /** What the envelope calls `entry.id`; the account unless said otherwise. */
  entry: idSchema.optional(),
});

/** Orders about an account: what Meta's reviewers, the customer and the policies do to it. The app hears of it. */
export function accountOrders(fake: Fake, timeline: Timeline): Record<string, Order> {
  const known = (id: string | undefined): Waba => {
    const waba = fake.world.wabas[id ?? ''];
    if (waba === undefined) throw new BadOrder(`no account ${id ?? ''}`);
    return waba;
  };

  return {
    'POST wabas': ({ body }) => {
      const { id, ...facts } = factsSchema.extend({ id: idSchema.optional() }).parse(body);
      if (id !== undefined && fake.world.wabas[id] !== undefined)
        throw new BadOrder(`account ${id} exists already`);
      const waba = addWaba(fake.world, id === undefined ? {} : { id });
      applyFacts(waba, facts);
      return { waba_id: waba.id };
    },
    'PATCH wabas/:id': async ({ body, id }) => {
      const waba = known(id);
      const facts = factsSchema.parse(body);
      const capBefore = capOf(waba);
      applyFacts(waba, facts);
      announce(fake.world, waba, { ...facts, capBefore });
      await timeline.settle();
      return { waba_id: waba.id };
    },
    'POST wabas/:id/events': async ({ body, id }) => {
      const event = eventSchema.parse(body);
      const { entry = known(id).id } = event;
      enqueue(fake.world, virtualNowMs(fake.world.clock), { ...event, waba: known(id).id, entry });
      await timeline.settle();
      return { waba_id: known(id).id };
    },
  };
}

function applyFacts(waba: Waba, { restricted_until, ...facts }: Facts): void {
  const given = { ...facts, restricted_until_ms: restricted_until };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) Object.assign(waba, { [name]: value });
}

/** The account is disabled, or may be used again: Meta tells the app. Source: Meta, Webhooks, account_update. */
function announceBan(world: World, waba: Waba): void {
  const nowMs = virtualNowMs(world.clock);
  const waba_ban_date = new Intl.DateTimeFormat('en-US', {
    ...{ dateStyle: 'long', timeZone: 'UTC' },
  }).format(nowMs);
  const ban_info = { waba_ban_state: waba.ban_state, waba_ban_date };
  const value = { event: 'DISABLED_UPDATE', ban_info };
  enqueue(world, nowMs, { field: 'account_update', waba: waba.id, value });
}

function announce(world: World, waba: Waba, facts: Facts & { capBefore: number }): void {
  const nowMs = virtualNowMs(world.clock);
  const tell = (field: string, value: unknown): void => {
    enqueue(world, nowMs, { field, waba: waba.id, value });
  };
  if (facts.ban_state !== undefined) announceBan(world, waba);
  if (facts.account_review_status !== undefined)
    tell('account_review_update', { decision: facts.account_review_status });
  if (facts.restricted_until !== undefined)
    tell('account_update', {
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [
        {
          restriction_type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION',
          expiration: Math.floor(facts.restricted_until / 1000),
        },
      ],
    });
  if (capOf(waba) !== facts.capBefore)
    tell('business_capability_update', {
      max_daily_conversation_per_phone: 250,
      max_phone_numbers_per_business: capOf(waba),
    });
}

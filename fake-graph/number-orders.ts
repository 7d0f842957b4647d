import { z } from 'zod';

import { virtualNowMs } from './clock.ts';
import { rememberNumber } from './history.ts';
import { decideName } from './naming.ts';
import { enqueue } from './outbox.ts';
import { addNumber, applyScript, BadOrder, scenarioOf, wabaOf } from './seeding.ts';
import { applySettings, settingsSchema } from './settings.ts';
import { abandonedMessage, finishSignup, idSchema, signupAnswer, signupSchema } from './signup.ts';
import type { Order } from './orders.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Timeline } from './timeline.ts';
import type { Fake, World } from './world.ts';

const newNumberSchema = settingsSchema.extend({
  id: idSchema.optional(),
  waba: idSchema.optional(),
  scenario: z.string().optional(),
  displayPhoneNumber: z.string().optional(),
  /** So many of the same kind; only the first can be told its id and digits. */
  count: z.number().int().min(1).max(100_000).default(1),
});

const decisionSchema = z.strictObject({
  decision: z
    .enum(['APPROVED', 'REJECTED', 'DECLINED', 'DEFERRED', 'PENDING'])
    .transform((word) => (word === 'DECLINED' ? 'REJECTED' : word)),
  reason: z.string().optional(),
});

/** Orders about one number: what a customer, a reviewer at Meta or a person in WhatsApp Manager does. */
export function numberOrders(fake: Fake, timeline: Timeline): Record<string, Order> {
  const now = (): number => virtualNowMs(fake.world.clock);
  const known = (id: string | undefined): PhoneNumber => {
    const number = fake.world.numbers[id ?? ''];
    if (number === undefined) throw new BadOrder(`no number ${id ?? ''}`);
    return number;
  };

  return {
    'POST numbers': ({ body }) => {
      const seeded = seedNumbers(fake.world, newNumberSchema.parse(body), now());
      timeline.arm();
      const [first] = seeded;
      const ids = seeded.length > 1 && { phone_number_ids: seeded.map(({ id }) => id) };
      return { phone_number_id: first?.id, waba_id: first?.waba_id, ...ids };
    },
    'PATCH numbers/:id': async ({ body, id }) => {
      const number = known(id);
      const given = settingsSchema.parse(body);
      const before = { ...number };
      rememberNumber(fake.world, number, now());
      applySettings(fake.world, number, { given, nowMs: now() });
      announceChanges(fake, before, number);
      await timeline.settle();
      return { phone_number_id: number.id, waba_id: number.waba_id };
    },
    'POST numbers/:id/name-decision': async ({ body, id }) => {
      const number = known(id);
      rememberNumber(fake.world, number, now());
      decideName(fake.world, number, { ...decisionSchema.parse(body), nowMs: now() });
      await timeline.settle();
      return { name_status: number.name_status, new_name_status: number.new_name_status };
    },
    'GET numbers/:id/otp': ({ id }) => {
      const { pending_code } = fake.world.preverified[id ?? ''] ?? known(id);
      return { code: pending_code ?? null };
    },
    'POST signup': async ({ body }) => {
      const order = signupSchema.parse(body);
      if (order.event === 'CANCEL') return abandonedMessage();
      const finished = finishSignup(fake.world, order, now());
      await timeline.settle();
      return signupAnswer(fake.world, finished, now());
    },
  };
}

function seedNumbers(
  world: World,
  asked: z.output<typeof newNumberSchema>,
  nowMs: number,
): PhoneNumber[] {
  const { id, waba: wabaId, scenario, displayPhoneNumber, count, ...settings } = asked;
  if (scenario !== undefined) scenarioOf(scenario);
  const waba = wabaOf(world, wabaId);
  const name = settings.verified_name;
  return Array.from({ length: count }, (_, nth) => {
    const order = nth === 0 ? { id, name, displayPhoneNumber } : { name };
    const number = addNumber(world, waba, { order, nowMs });
    applyScript(world, number, { scenario, settings, nowMs });
    return number;
  });
}

/** Somebody set or removed the PIN in WhatsApp Manager, or customers judged the number: the app is told. */
function announceChanges({ world }: Fake, before: PhoneNumber, number: PhoneNumber): void {
  const tell = (field: string, more: Record<string, unknown>): void => {
    enqueue(world, virtualNowMs(world.clock), {
      field,
      waba: number.waba_id,
      number: number.id,
      value: { display_phone_number: number.digits, ...more },
    });
  };
  const { pin, quality_rating: quality, waba_id: requester } = number;
  if (pin !== before.pin)
    tell('security', {
      event: pin === undefined ? 'PIN_REQUEST_SUCCESS' : 'PIN_CHANGED',
      requester,
    });
  const isFlagged = quality === 'RED';
  if (quality !== before.quality_rating && isFlagged !== (before.quality_rating === 'RED'))
    tell('phone_number_quality_update', {
      event: isFlagged ? 'FLAGGED' : 'UNFLAGGED',
      current_limit: 'TIER_250',
    });
}

import { z } from 'zod';

import { virtualNowMs } from './clock.ts';
import { decideName } from './naming.ts';
import { enqueue } from './outbox.ts';
import { addNumber, applyScript, BadOrder, scenarioOf, wabaOf } from './seeding.ts';
import { applySettings, settingsSchema } from './settings.ts';
import { abandonedMessage, finishSignup, idSchema, signupAnswer, signupSchema } from './signup.ts';
import type { Order } from './orders.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Timeline } from './timeline.ts';
import type { Fake } from './world.ts';

const newNumberSchema = settingsSchema.extend({
  id: idSchema.optional(),
  waba: idSchema.optional(),
  scenario: z.string().optional(),
  displayPhoneNumber: z.string().optional(),
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
      const {
        id,
        waba: wabaId,
        scenario,
        displayPhoneNumber,
        ...settings
      } = newNumberSchema.parse(body);
      if (scenario !== undefined) scenarioOf(scenario);
      const nowMs = now();
      const waba = wabaOf(fake.world, wabaId);
      const order = { id, name: settings.verified_name, displayPhoneNumber };
      const number = addNumber(fake.world, waba, { order, nowMs });
      applyScript(fake.world, number, { scenario, settings, nowMs });
      timeline.arm();
      return { phone_number_id: number.id, waba_id: waba.id };
    },
    'PATCH numbers/:id': async ({ body, id }) => {
      const number = known(id);
      const given = settingsSchema.parse(body);
      const pinBefore = number.pin;
      applySettings(fake.world, number, { given, nowMs: now() });
      if (number.pin !== pinBefore) announcePin(fake, number, now());
      await timeline.settle();
      return { phone_number_id: number.id, waba_id: number.waba_id };
    },
    'POST numbers/:id/name-decision': async ({ body, id }) => {
      const number = known(id);
      decideName(fake.world, number, { ...decisionSchema.parse(body), nowMs: now() });
      await timeline.settle();
      return { name_status: number.name_status, new_name_status: number.new_name_status };
    },
    'GET numbers/:id/otp': ({ id }) => ({ code: known(id).pending_code ?? null }),
    'POST signup': async ({ body }) => {
      const order = signupSchema.parse(body);
      if (order.event === 'CANCEL') return abandonedMessage();
      const finished = finishSignup(fake.world, order, now());
      await timeline.settle();
      return signupAnswer(fake.world, finished, now());
    },
  };
}

/** Somebody set or removed the PIN in WhatsApp Manager; the app is told. Source: Meta, Webhooks, security. */
function announcePin(fake: Fake, number: PhoneNumber, nowMs: number): void {
  const event = number.pin === undefined ? 'PIN_REQUEST_SUCCESS' : 'PIN_CHANGED';
  enqueue(fake.world, nowMs, {
    field: 'security',
    waba: number.waba_id,
    number: number.id,
    value: { display_phone_number: number.digits, event, requester: number.waba_id },
  });
}

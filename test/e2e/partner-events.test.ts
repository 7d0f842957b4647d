import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, startReceiver, type Receiver } from '../partner/receiver.ts';
import { acceptSignup } from '../support/signup.ts';
import { startSystem, type System } from './system.ts';

// The first tries come after 5 and 10 s more.
const BACK_WITHIN_MS = 60_000;

let receiver: Receiver;
let system: System;

beforeEach(async () => {
  receiver = await startReceiver();
  system = await startSystem({
    PARTNER_EVENTS_URL: receiver.url,
    PARTNER_EVENTS_SECRET: SECRET.reveal(),
  });
});

afterEach(async () => {
  await system.close();
  receiver.close();
});

const deliveredTypes = (): string[] =>
  receiver.arrived.filter(({ status }) => status === 204).map(({ event }) => event.type);

describe("a partner's receiver", () => {
  it.each(['hang', 503] as const)(
    'that answers with %s holds no onboarding up, and hears everything in order when it is back',
    async (mood) => {
      receiver.mood = mood;
      const review = { decision: 'APPROVED', after_ms: 500 };
      const order = { number: { name_status: 'PENDING_REVIEW', review } };
      const { phoneNumberId, wabaId } = await acceptSignup(system.engine, order, Date.now());
      const number = await system.numberWhen(phoneNumberId, ({ outcome }) => outcome !== undefined);
      expect(number.outcome).toBe('ready');
      await expect.poll(() => receiver.arrived.length, { timeout: 10_000 }).toBeGreaterThan(0);
      expect(deliveredTypes()).toEqual([]);

      receiver.mood = 204;
      await expect.poll(deliveredTypes, { timeout: BACK_WITHIN_MS }).toContain('number.ready');
      expect(deliveredTypes()).toEqual([
        'number.verified',
        'number.registered',
        'number.name_decided',
        'number.certificate_available',
        'number.ready',
      ]);
      const [first] = receiver.arrived;
      expect(first?.event.data).toMatchObject({ phone_number_id: phoneNumberId, waba_id: wabaId });
      // All that came while it was away was one event, under one id.
      const refused = receiver.arrived.filter(({ status }) => status !== 204);
      expect(new Set(refused.map(({ id }) => id))).toEqual(new Set([first?.id]));
    },
  );
});

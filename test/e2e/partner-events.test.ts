import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, startReceiver, type Receiver } from '../partner/receiver.ts';
import { ACCOUNT, phoneNumberId } from '../store/builders.ts';
import { acceptSignup } from '../support/signup.ts';
import { startSystem, type System } from './system.ts';

// The first tries come after 5 and 10 s more.
const BACK_WITHIN_MS = 60_000;

// More than a worker's hundred slots for activities, were they the same.
const NUMBERS = 150;
const SLOTS = 20;

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
      const signup = await acceptSignup(system.engine, order, Date.now());
      const number = await system.numberWhen(
        signup.phoneNumberId,
        ({ outcome }) => outcome !== undefined,
      );
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
      expect(first?.event.data).toMatchObject({
        phone_number_id: signup.phoneNumberId,
        waba_id: signup.wabaId,
      });
      // All that came while it was away was one event, under one id.
      const refused = receiver.arrived.filter(({ status }) => status !== 204);
      expect(new Set(refused.map(({ id }) => id))).toEqual(new Set([first?.id]));
    },
  );

  it('that hangs with the events of many numbers takes no slot from an onboarding', async () => {
    receiver.mood = 'hang';
    const { store } = system.engine;
    const event = { kind: 'ready', atMs: Date.now(), text: 'Ready to use.', actor: 'onboarding' };
    for (let n = 0; n < NUMBERS; n += 1) {
      await store.numbers.announce({
        ...{ phoneNumberId: phoneNumberId(String(1000 + n)), wabaId: ACCOUNT, stage: 'done' },
        ...{ waitingFor: 'nobody', deadlineAtMs: 0, outcome: 'ready', progressJson: '{}' },
        ...{ announcementKey: 'run/1', events: [{ ...event, deliverAs: 'number.ready' }] },
      });
    }
    const arrived = (): number => receiver.arrived.length;
    await expect.poll(arrived, { timeout: 10_000 }).toBe(SLOTS);
    const review = { decision: 'APPROVED', after_ms: 500 };
    const order = { number: { name_status: 'PENDING_REVIEW', review } };
    const signup = await acceptSignup(system.engine, order, Date.now());
    const number = await system.numberWhen(
      signup.phoneNumberId,
      ({ outcome }) => outcome !== undefined,
    );
    expect(number.outcome).toBe('ready');
    // Within the ten seconds after which the receiver's slots are free again.
    expect(arrived()).toBe(SLOTS);
  });
});

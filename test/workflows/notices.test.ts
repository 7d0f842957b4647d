import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { createWorld, type Handle, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

interface Notice {
  readonly text: string;
  /** After the signup, to the minute. */
  readonly day: number;
}

async function noticesOf({ phoneNumberId, signedUpAtMs }: OnboardingInput): Promise<Notice[]> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events
    .filter(({ kind }) => kind === 'deadline-at-risk')
    .map(({ text, atMs }) => ({
      text: text.replace(/, until .*Z/, ''),
      day: (Math.round((atMs - signedUpAtMs) / MINUTE_MS) * MINUTE_MS) / DAY_MS,
    }));
}

/** The search attributes, by name. */
async function shownOf(handle: Handle): Promise<Record<string, unknown>> {
  const attributes = (await handle.describe()).typedSearchAttributes.getAll();
  return Object.fromEntries(attributes.map(({ key, value }) => [key.name, value]));
}

const verifiedNow = (): unknown => ({ otp_verified_at: world.nowMs() });

describe('a number that is not registered', () => {
  it('is told of at half time, 4, 2 and 1 days before the deadline, and whose move it is', async () => {
    const input = await world.signUp({
      scenario: 'otp_missing',
      number: { name_status: 'APPROVED' },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(13 * DAY_MS + HOUR_MS);
      expect(await shownOf(handle)).toMatchObject({ WaitingFor: 'customer', NeedsAttention: true });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, verifiedNow());
      await handle.signal('numberChanged');
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await noticesOf(input)).toEqual([
      { day: 7, text: "7 days left to register it: the customer's move." },
      { day: 10, text: "4 days left to register it: the customer's move." },
      { day: 12, text: "2 days left to register it: the customer's move." },
      { day: 13, text: "1 day left to register it: the customer's move." },
    ]);
  });

  it('asks nobody when nobody but Meta can move: the notice tells, and attention is not called for', async () => {
    const input = await world.signUp({ number: { name_status: 'APPROVED', status: 'A_NEW_WORD' } });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(7 * DAY_MS + HOUR_MS);
      expect(await noticesOf(input)).toEqual([
        { day: 7, text: "7 days left to register it: Meta's move." },
      ]);
      expect(await shownOf(handle)).toMatchObject({ WaitingFor: 'meta', NeedsAttention: false });
      await handle.terminate();
    });
  });

  it('has the latest notice alone told when its onboarding could not start before', async () => {
    const input = await world.signUp({ scenario: 'otp_missing' });
    await world.sleep(12.5 * DAY_MS);
    await world.play(async () => (await world.start(input)).result().catch(() => undefined));
    expect(await noticesOf(input)).toEqual([
      { day: 12.5, text: "1 day 12 hours left to register it: the customer's move." },
      { day: 13, text: "1 day left to register it: the customer's move." },
    ]);
  });

  it('is told of 14, 7, 3 and 1 days before the 90 days of a pre-verified number end', async () => {
    const input = await world.signUp({ scenario: 'preverified_lapsed' });
    await world.play(async () => {
      const handle = await world.start(input);
      await handle.result().catch(() => undefined);
    });
    expect((await noticesOf(input)).map(({ text }) => text)).toEqual([
      '14 days left to register it: your move.',
      '7 days left to register it: your move.',
      '3 days left to register it: your move.',
      '1 day left to register it: your move.',
    ]);
  });
});

describe('a registered number', () => {
  it('is under no deadline: nobody is told of one, however long its review lasts', async () => {
    const review = { decision: 'APPROVED', after_ms: 20 * DAY_MS };
    const input = await world.signUp({ number: { name_status: 'PENDING_REVIEW', review } });
    await world.play(async () => (await world.start(input)).result());
    expect(await noticesOf(input)).toEqual([]);
  });
});

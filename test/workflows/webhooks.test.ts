import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { openWebhooksIn, type WebhooksIn } from '../support/webhooks-in.ts';
import { createWorld, type Handle, type World } from '../support/world.ts';

let world: World;
let webhooks: WebhooksIn;
let handles: Map<string, Handle>;
beforeEach(async () => {
  world = await createWorld(providedGround());
  handles = new Map();
  webhooks = openWebhooksIn(world, handles);
});
afterEach(async () => {
  await webhooks.close();
  await world.close();
});

const IN_REVIEW = { number: { name_status: 'PENDING_REVIEW', review: null } };
const ON_HANDSET = { scenario: 'on_handset', number: { name_status: 'APPROVED' } };

async function begin(input: OnboardingInput): Promise<Handle> {
  const handle = await world.start(input);
  handles.set(input.phoneNumberId, handle);
  await world.sleep(HOUR_MS);
  return handle;
}

async function tell({ wabaId }: OnboardingInput, field: string, value: object): Promise<string> {
  const body = webhooks.bodyOf(wabaId, { field, value, atMs: world.nowMs() });
  await webhooks.send(body);
  await world.sleep(MINUTE_MS);
  return body;
}

const reviewed = async (input: OnboardingInput, decision: string): Promise<void> => {
  await world.meta.patch(`/wabas/${input.wabaId}`, { account_review_status: decision });
  await tell(input, 'account_review_update', { decision });
};

const banned = async (input: OnboardingInput, waba_ban_state: string): Promise<void> => {
  await world.meta.patch(`/wabas/${input.wabaId}`, { ban_state: waba_ban_state });
  await tell(input, 'account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state } });
};

const approve = ({ phoneNumberId }: OnboardingInput): Promise<unknown> =>
  world.meta.patch(`/numbers/${phoneNumberId}`, { name_status: 'APPROVED' });

const waitingOf = async ({ phoneNumberId }: OnboardingInput): Promise<unknown> =>
  (await world.progressOf(phoneNumberId)).waiting;

const readsOf = async ({ phoneNumberId }: OnboardingInput): Promise<number> =>
  (await world.meta.ledgerOf(phoneNumberId)).filter(({ method }) => method === 'GET').length;

describe('a number whose account is reviewed', () => {
  it('waits with it, whatever it waited for, and goes on with the next webhook', async () => {
    const input = await world.signUp(IN_REVIEW);
    await world.play(async () => {
      const handle = await begin(input);
      await reviewed(input, 'PENDING');
      const waba_in_review = { for: 'meta', refusal: { cause: 'waba_in_review' } };
      expect(await waitingOf(input)).toMatchObject(waba_in_review);
      await reviewed(input, 'APPROVED');
      expect(await waitingOf(input)).toMatchObject({ refusal: { cause: 'name_in_review' } });
      await approve(input);
      await handle.signal('numberChanged');
      expect((await handle.result()).outcome).toBe('ready');
    });
  });

  it('finds the end of the review within a day where Meta forgets to tell', async () => {
    const input = await world.signUp(IN_REVIEW);
    await world.play(async () => {
      const handle = await begin(input);
      await reviewed(input, 'PENDING');
      await world.meta.patch(`/wabas/${input.wabaId}`, { account_review_status: 'APPROVED' });
      await approve(input);
      const sinceMs = world.nowMs();
      expect((await handle.result()).outcome).toBe('ready');
      expect(world.nowMs() - sinceMs).toBeLessThan(DAY_MS + HOUR_MS);
    });
  });

  it('ends where the account is rejected, and not by a webhook alone', async () => {
    const input = await world.signUp(ON_HANDSET);
    await world.play(async () => {
      const handle = await begin(input);
      await tell(input, 'account_review_update', { decision: 'REJECTED' });
      expect(await waitingOf(input)).toMatchObject({ refusal: { cause: 'number_in_use' } });
      await world.sleep(MINUTE_MS);
      await reviewed(input, 'REJECTED');
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'Abandoned', message: 'Meta rejected or deleted the WhatsApp account.' },
      });
    });
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      outcome: 'abandoned',
      cause: 'waba_rejected',
    });
  });
});

describe('a webhook before its number is known', () => {
  it('waits for it, and its first read knows what was told (F33)', async () => {
    const input = await world.signUp(IN_REVIEW);
    await world.play(async () => {
      // Nothing runs yet that could be woken.
      await reviewed(input, 'PENDING');
      expect(webhooks.hintsTo(input.phoneNumberId)).toBe(1);
      await world.sleep(7 * DAY_MS);
      const handle = await begin(input);
      expect(await waitingOf(input)).toMatchObject({ refusal: { cause: 'waba_in_review' } });
      expect(await world.meta.registersOf(input.phoneNumberId)).toEqual([]);
      await reviewed(input, 'APPROVED');
      await approve(input);
      await handle.signal('numberChanged');
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});

describe('a number whose account Meta locks', () => {
  it('is registered as soon as the lock is gone: nobody has to ask', async () => {
    const input = await world.signUp({
      scenario: 'waba_disabled',
      number: { name_status: 'APPROVED' },
    });
    await world.play(async () => {
      const handle = await begin(input);
      const account_locked = { for: 'operator', refusal: { cause: 'account_locked' } };
      expect(await waitingOf(input)).toMatchObject(account_locked);
      // A hint of any other kind spends no attempt.
      await tell(input, 'business_capability_update', { max_phone_numbers_per_waba: 20 });
      expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(1);
      await banned(input, 'REINSTATE');
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(2);
  });

  it('asks a person while its name is in review, and goes on by itself', async () => {
    const input = await world.signUp(IN_REVIEW);
    await world.play(async () => {
      const handle = await begin(input);
      await banned(input, 'DISABLE');
      expect(await waitingOf(input)).toMatchObject({ refusal: { cause: 'account_locked' } });
      await approve(input);
      await banned(input, 'REINSTATE');
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});

describe('the same webhook', () => {
  it('a hundred times, a week later and after the end is one more read, and changes nothing (F30)', async () => {
    const input = await world.signUp(IN_REVIEW);
    const { phoneNumberId, wabaId } = input;
    const number = await world.store.numbers.byId(phoneNumberId);
    const value = {
      display_phone_number: number?.displayPhoneNumber,
      ...{ decision: 'APPROVED', requested_verified_name: 'Lucky Shrub', rejection_reason: null },
    };
    await world.play(async () => {
      const handle = await begin(input);
      const before = await readsOf(input);
      const atMs = world.nowMs();
      const body = webhooks.bodyOf(wabaId, { field: 'phone_number_name_update', value, atMs });
      for (let n = 0; n < 100; n += 1) await webhooks.send(body);
      await world.sleep(MINUTE_MS);
      expect([await readsOf(input), webhooks.hintsTo(phoneNumberId)]).toEqual([before + 1, 1]);
      // What the webhook claims is not so: the read decides.
      expect(await waitingOf(input)).toMatchObject({ refusal: { cause: 'name_in_review' } });
      await world.sleep(7 * DAY_MS);
      await webhooks.send(body);
      expect(webhooks.hintsTo(phoneNumberId)).toBe(1);
      await approve(input);
      await handle.signal('numberChanged');
      expect((await handle.result()).outcome).toBe('ready');
      const end = await world.store.numbers.byId(phoneNumberId);
      const reads = await readsOf(input);
      await webhooks.send(body);
      await tell(input, 'phone_number_name_update', { ...value, decision: 'REJECTED' });
      expect(await world.store.numbers.byId(phoneNumberId)).toEqual(end);
      expect([await readsOf(input), webhooks.hintsTo(phoneNumberId)]).toEqual([reads, 1]);
    });
    expect(await world.meta.registersOf(phoneNumberId)).toHaveLength(1);
  });
});

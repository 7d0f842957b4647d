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

async function eventsOf({ phoneNumberId }: OnboardingInput): Promise<string[]> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events.map(({ kind, actor }) => `${kind} by ${actor}`);
}

async function callCount({ phoneNumberId }: OnboardingInput): Promise<number> {
  return (await world.meta.ledgerOf(phoneNumberId)).length;
}

function order(handle: Handle, name: string): Promise<unknown> {
  return handle.executeUpdate(name, { args: [{ actor: 'Ada' }] });
}

describe('a paused number', () => {
  it('asks nothing of Meta whatever it is told, and reads once it is resumed', async () => {
    const input = await world.signUp({
      scenario: 'otp_missing',
      number: { otp_verified_at: null },
    });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(MINUTE_MS);
      expect(await order(handle, 'pause')).toMatchObject({ stage: 'verifying' });
      const calls = await callCount(input);
      await world.meta.patch(`/numbers/${phoneNumberId}`, {
        ...{ otp_verified_at: world.nowMs(), name_status: 'APPROVED' },
      });
      await handle.signal('numberChanged');
      await world.sleep(3 * DAY_MS);
      expect(await callCount(input)).toBe(calls);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        ...{ stage: 'verifying', pausedBy: 'Ada' },
        waiting: { for: 'operator', refusal: { cause: 'paused' } },
        deadlineAtMs: input.signedUpAtMs + 14 * DAY_MS,
      });
      await order(handle, 'resume');
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await eventsOf(input)).toEqual([
      ...['signed-up by signup', 'needs-action by onboarding'],
      ...['paused by Ada', 'resumed by Ada', 'verified by Meta'],
      ...['attempt by onboarding', 'registered by Meta', 'name-decided by Meta'],
      ...['certificate-collected by onboarding', 'ready by onboarding'],
    ]);
  });

  it('shows that it waits for the operator, and by whom it was paused', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await handle.signal('pause', { actor: '**Ada**\n# on call' });
      await world.sleep(MINUTE_MS);
      const details = await handle.query('__temporal_workflow_metadata');
      expect(details).toHaveProperty(
        'currentDetails',
        expect.stringContaining('your move\n\n**paused**: A person has paused'),
      );
      expect(details).toHaveProperty(
        'currentDetails',
        expect.stringContaining('\n\nPaused by Ada on call.\n\n'),
      );
      const { typedSearchAttributes } = await handle.describe();
      const shown = Object.fromEntries(
        typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
      );
      expect(shown).toMatchObject({ WaitingFor: 'operator', NeedsAttention: true });
      expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
        ...{ stage: 'registering', waitingFor: 'operator', cause: 'paused' },
      });

      await handle.signal('resume', { actor: 'Ada' });
      await world.sleep(MINUTE_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'number_in_use' } },
      });
    });
  });

  it('is read at its deadline all the same, and only then', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await order(handle, 'pause');
      const calls = await callCount(input);
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'SignupExpired' } });
      expect(await callCount(input)).toBe(calls + 1);
    });
    const ledger = await world.meta.ledgerOf(input.phoneNumberId);
    const lastMs = (ledger.at(-1)?.at_ms ?? 0) - input.signedUpAtMs;
    expect(lastMs - 14 * DAY_MS).toBeGreaterThanOrEqual(0);
    expect(lastMs - 14 * DAY_MS).toBeLessThanOrEqual(MINUTE_MS);
    expect(await eventsOf(input)).toContain('deadline-at-risk by onboarding');
  });

  it('stays paused when the read at its deadline finds it registered', async () => {
    const input = await world.signUp({
      scenario: 'on_handset',
      number: { name_status: 'APPROVED' },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await order(handle, 'pause');
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, {
        ...{ on_handset: false, registered_at: world.nowMs() },
        ...{ name_status: 'PENDING_REVIEW', review: null },
      });
      await world.sleep(20 * DAY_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        ...{ stage: 'following-name', pausedBy: 'Ada' },
        waiting: { for: 'operator', refusal: { cause: 'paused' } },
      });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { name_status: 'APPROVED' });
      await order(handle, 'resume');
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});

describe('an order that makes no sense now', () => {
  it.each([
    ['resume', [], 'the number is not paused'],
    ['pause', ['pause'], 'the number is paused already, by Ada'],
    ['retryNow', ['pause'], 'the number is paused, by Ada; resume it first'],
    ['numberFreed', ['pause'], 'the number is paused, by Ada; resume it first'],
  ])('is refused with its reason: %s after %j', async (name, before, reason) => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      for (const each of before) await order(handle, each);
      const refused = order(handle, name);
      await expect(refused).rejects.toHaveProperty('cause.type', 'NotNow');
      await expect(refused).rejects.toHaveProperty('cause.message', reason);
    });
  });
});

describe('a number that its customer has freed', () => {
  it('is tried again, and its history says why', async () => {
    const input = await world.signUp({
      scenario: 'on_handset',
      number: { name_status: 'APPROVED' },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { on_handset: false });
      await order(handle, 'numberFreed');
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await eventsOf(input)).toContain('number-freed by Ada');
    expect(await eventsOf(input)).not.toContain('retried by Ada');
  });
});

describe('a number that a person gives up', () => {
  it.each([
    ['while it waits', []],
    ['while it is paused', ['pause']],
  ])('ends as abandoned %s, by that person', async (_when, before) => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      for (const each of before) await order(handle, each);
      const calls = await callCount(input);
      await order(handle, 'abandon');
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'Abandoned' } });
      expect(await callCount(input)).toBe(calls);
    });
    expect((await eventsOf(input)).at(-1)).toBe('abandoned by Ada');
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      ...{ stage: 'done', outcome: 'abandoned', cause: 'given_up' },
    });
  });
});

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateNames, type OnboardingInput } from '../../src/contract/onboarding.ts';
import { Secret } from '../../src/domain/secret.ts';
import { providedGround } from '../support/bundle.ts';
import { HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { createWorld, type Handle, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  // A call that hangs must not outlive the test.
  world = await createWorld(providedGround(), { graphTimeoutMs: 1500 });
});
afterEach(async () => {
  await world.close();
});

const APPROVED = { name_status: 'APPROVED' };

function order(handle: Handle, name: string, updateId: string = randomUUID()): Promise<unknown> {
  return handle.executeUpdate(name, { args: [{ actor: 'Ada' }], updateId });
}

async function eventsOf({ phoneNumberId }: OnboardingInput, kind: string): Promise<string[]> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events.filter((event) => event.kind === kind).map(({ text }) => text);
}

async function registersOf({ phoneNumberId }: OnboardingInput): Promise<(number | 'ok')[]> {
  return (await world.meta.registersOf(phoneNumberId)).map(({ code }) => code ?? 'ok');
}

describe("F35: a number under a person's hands", () => {
  it('answers ten retries at once, each, and registers once more', async () => {
    const input = await world.signUp({ number: { ...APPROVED, on_handset: true } });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { on_handset: false });
      const answers = await Promise.allSettled(
        Array.from({ length: 10 }, () => order(handle, updateNames.retryNow)),
      );
      // Those that come after its end are told so.
      const taken = answers.filter(({ status }) => status === 'fulfilled');
      expect(taken.length).toBeGreaterThanOrEqual(1);
      expect((await handle.result()).outcome).toBe('ready');
      expect(await eventsOf(input, 'retried')).toHaveLength(taken.length);
    });
    expect(await registersOf(input)).toEqual([100, 'ok']);
  });

  it('takes the same order twice for one', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await order(handle, updateNames.retryNow, 'one order');
      await order(handle, updateNames.retryNow, 'one order');
      await world.sleep(MINUTE_MS);
      expect(await eventsOf(input, 'retried')).toHaveLength(1);
      expect(await registersOf(input)).toEqual([100, 100]);
      await handle.terminate();
    });
  });

  it('refuses what is asked after its end', async () => {
    const input = await world.signUp({ number: APPROVED });
    await world.play(async () => {
      const handle = await world.start(input);
      expect((await handle.result()).outcome).toBe('ready');
      await expect(order(handle, updateNames.retryNow)).rejects.toThrow(WorkflowNotFoundError);
    });
    expect(await registersOf(input)).toEqual(['ok']);
  });

  it('is given up in the middle of a register call: the attempt is settled first, and nothing follows', async () => {
    const input = await world.signUp({ number: APPROVED });
    const match = { path: '/register$', number: input.phoneNumberId, times: 1 };
    await world.meta.post('/faults', { kind: 'hang', match });
    await world.play(async () => {
      const handle = await world.start(input);
      while ((await registersOf(input)).length === 0) await wait(20);
      await order(handle, updateNames.abandon);
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'Abandoned' } });
    });
    const attempts = await world.store.attempts.of(input.phoneNumberId);
    expect(attempts.map(({ state }) => state)).toEqual(['unknown']);
    expect(await registersOf(input)).toHaveLength(1);
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      outcome: 'abandoned',
    });
  });

  it('goes on with the right PIN after a wrong one', async () => {
    const input = await world.signUp({ number: { ...APPROVED, pin: '271828' } });
    const match = { method: 'POST', path: `/${input.phoneNumberId}$`, times: 'always' };
    await world.meta.post('/faults', { kind: 'error', code: 100, match });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'pin_mismatch' } },
      });
      await world.store.credentials.keepPin(input.phoneNumberId, new Secret('161803'));
      await order(handle, updateNames.retryNow);
      await world.sleep(HOUR_MS);
      await world.store.credentials.keepPin(input.phoneNumberId, new Secret('271828'));
      await order(handle, updateNames.retryNow);
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await registersOf(input)).toEqual([133005, 133005, 'ok']);
  });
});

import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchIdOf } from '../../src/contract/account-watch.ts';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import type { WabaId } from '../../src/domain/phone-number.ts';
import { providedGround } from '../support/bundle.ts';
import { callsOf } from '../support/crowd.ts';
import { HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const reviewOf = (afterMs: number) => ({
  name_status: 'PENDING_REVIEW',
  review: { decision: 'APPROVED', after_ms: afterMs },
});

describe('an account whose webhooks are lost', () => {
  it('is read once for all its numbers, and each that changed reads itself', async () => {
    const first = await world.signUp({ number: reviewOf(7 * HOUR_MS) });
    const waba = first.wabaId;
    const others: OnboardingInput[] = [];
    for (let n = 0; n < 8; n += 1) {
      others.push(await world.signUp({ waba, number: reviewOf(30 * 24 * HOUR_MS) }));
    }
    await world.play(async () => {
      const handle = await world.start(first);
      for (const input of others) await world.start(input);
      await world.watch(waba);
      expect((await handle.result()).outcome).toBe('ready');
      // Nine numbers: about every two hours. Seen by a read of all, before their own polls would have come again.
      expect(world.nowMs() - first.signedUpAtMs).toBeLessThan(8 * HOUR_MS + 10 * MINUTE_MS);
      await world.sleep(24 * HOUR_MS);
      for (const { phoneNumberId } of others) {
        const calls = await world.meta.ledgerOf(phoneNumberId);
        const polls = calls.filter(
          ({ method, at_ms: atMs }) =>
            method === 'GET' && atMs > first.signedUpAtMs + 10 * MINUTE_MS,
        );
        expect(polls).toHaveLength(0);
      }
    });
  });
});

describe('an account whose watch has died', () => {
  it('loses no number: its own poll finds the approval, only later', async () => {
    const input = await world.signUp({ number: reviewOf(7 * HOUR_MS) });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.watch(input.wabaId);
      await world.sleep(HOUR_MS);
      await handle.client.getHandle(watchIdOf(input.wabaId)).terminate('an accident');
      expect((await handle.result()).outcome).toBe('ready');
      const tookMs = world.nowMs() - input.signedUpAtMs;
      // Every six hours, and the watch had answered for the first of them.
      expect(tookMs).toBeGreaterThan(7 * HOUR_MS);
      expect(tookMs).toBeLessThan(13 * HOUR_MS);
    });
  });
});

describe('an account whose calls Meta refuses for the limit', () => {
  const approved = { name_status: 'APPROVED' };
  const TOLD_MS = 19 * MINUTE_MS;

  it.each([80007, 4])(
    'F13: with %i makes none within the time told, while another account goes on',
    async (code) => {
      const first = await world.signUp({ number: approved });
      const second = await world.signUp({ waba: first.wabaId, number: approved });
      const elsewhere = await world.signUp({ number: approved });
      const match = { number: first.phoneNumberId, times: 1 };
      await world.meta.post('/faults', { kind: 'throttle', code, minutes: 19, match });
      await world.play(async () => {
        const throttled = await world.start(first);
        const refusedAtMs = await refusalOf(first);
        const behind = await world.start(second);
        const free = await world.start(elsewhere);
        // It needs no time to pass, and result() would let the server skip to the end of the other account's pause.
        await expect.poll(async () => (await free.describe()).status.name).toBe('COMPLETED');
        expect(world.nowMs() - refusedAtMs).toBeLessThan(MINUTE_MS);

        expect((await throttled.result()).outcome).toBe('ready');
        expect((await behind.result()).outcome).toBe('ready');
      });
      await expectNextCallAfter(TOLD_MS, first.wabaId);
    },
  );

  // Numbers that its read wakes at the very moment at which they wake by themselves would have the time-skipping server stand still.
  it('F13: is not read by its watch either', async () => {
    const first = await world.signUp({ scenario: 'review_forever' });
    const { wabaId } = first;
    const inputs = [first];
    while (inputs.length < 9) {
      inputs.push(await world.signUp({ waba: wabaId, scenario: 'review_forever' }));
    }
    const match = { path: `${wabaId}/phone_numbers`, times: 1 };
    await world.meta.post('/faults', { kind: 'throttle', code: 80007, minutes: 19, match });
    await world.play(async () => {
      for (const input of inputs) await world.start(input);
      await world.watch(wabaId);
      // The watch reads before the own poll of any number.
      await world.sleep(4 * HOUR_MS);
    });
    await expectNextCallAfter(TOLD_MS, wabaId);
  });

  /** Of the account, after the one that Meta refused. */
  async function expectNextCallAfter(toldMs: number, wabaId: WabaId): Promise<void> {
    const calls = await callsOf(world, wabaId);
    const refused = calls.findIndex(({ code }) => code !== undefined);
    const [refusedAtMs = 0, nextAtMs = 0] = calls.slice(refused).map(({ at_ms: atMs }) => atMs);
    expect(nextAtMs - refusedAtMs).toBeGreaterThanOrEqual(toldMs);
    expect(nextAtMs - refusedAtMs).toBeLessThan(toldMs + MINUTE_MS);
  }

  /** When Meta refused it, which it soon does. */
  async function refusalOf({ phoneNumberId }: OnboardingInput): Promise<number> {
    for (;;) {
      const refused = (await world.meta.ledgerOf(phoneNumberId)).find(
        ({ code }) => code !== undefined,
      );
      if (refused !== undefined) return refused.at_ms;
      await wait(20);
    }
  }
});

describe('an account of ten thousand numbers, of which one is ours', () => {
  it('is listed once a day; between, that one number is read by itself', async () => {
    const input = await world.signUp({
      scenario: 'ten_thousand_numbers',
      number: { name_status: 'PENDING_REVIEW', review: null },
    });
    await world.play(async () => {
      await world.start(input);
      await world.watch(input.wabaId);
      await world.sleep(3 * 24 * HOUR_MS);
    });
    const pages = (await world.meta.ledger()).filter(({ path }) => path.includes('/phone_numbers'));
    expect(pages.length).toBeLessThanOrEqual(300);
    const reads = await world.meta.ledgerOf(input.phoneNumberId);
    const late = reads.filter(
      ({ method, at_ms: atMs }) => method === 'GET' && atMs > input.signedUpAtMs + 24 * HOUR_MS,
    );
    expect(late.length).toBeGreaterThan(3);
  });
});

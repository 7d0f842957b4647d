import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { providedGround } from '../support/bundle.ts';
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

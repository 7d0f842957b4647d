import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { createWorld, type Handle, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

/** As the HTTP edge tells a running onboarding of a second callback. */
async function signUpAgain(handle: Handle): Promise<number> {
  const signedUpAtMs = world.nowMs();
  await handle.signal('signedUpAgain', { signedUpAtMs });
  return signedUpAtMs;
}

async function tellingsOf({ phoneNumberId }: OnboardingInput): Promise<number> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events.filter(({ kind }) => kind === 'signed-up-again').length;
}

describe('a number whose customer signs up again', () => {
  it.each([
    ['while it waits', []],
    ['while it is paused', ['pause']],
  ])('has its deadline counted from then, %s', async (_when, orders) => {
    const input = await world.signUp({ scenario: 'on_handset' });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(10 * DAY_MS);
      for (const order of orders) await handle.signal(order);
      const signedUpAtMs = await signUpAgain(handle);
      await world.sleep(HOUR_MS);
      const deadlineAtMs = signedUpAtMs + 14 * DAY_MS;
      expect(await world.progressOf(phoneNumberId)).toMatchObject({ deadlineAtMs });
      expect(await world.store.numbers.byId(phoneNumberId)).toMatchObject({ deadlineAtMs });
      await world.sleep(10 * DAY_MS);
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'SignupExpired' } });
      expect(world.nowMs() - deadlineAtMs).toBeGreaterThanOrEqual(0);
    });
    expect(await tellingsOf(input)).toBe(1);
  });

  it('is told so once, however often the same signup is told or an older one', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(2 * DAY_MS);
      const signedUpAtMs = await signUpAgain(handle);
      for (const again of [signedUpAtMs, input.signedUpAtMs, undefined, 'yesterday']) {
        await handle.signal('signedUpAgain', { signedUpAtMs: again });
      }
      await handle.signal('signedUpAgain');
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        deadlineAtMs: signedUpAtMs + 14 * DAY_MS,
      });
    });
    expect(await tellingsOf(input)).toBe(1);
  });

  it('goes on by itself when it waited for our access', async () => {
    const input = await world.signUp({ scenario: 'review_forever' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.post('/faults', {
        ...{ match: { number: input.phoneNumberId, times: 1 }, kind: 'error' },
        ...{ http: 401, code: 190 },
      });
      await world.sleep(DAY_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'token_invalid' } },
      });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { name_status: 'APPROVED' });
      await signUpAgain(handle);
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await tellingsOf(input)).toBe(1);
  });
});

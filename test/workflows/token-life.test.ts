import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import { newSignup } from '../store/builders.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const tokenShape = z.object({ value: z.string() });

/** The customer reconnects: another token for the account, which lives so long. */
async function reconnect(
  { phoneNumberId, wabaId }: Awaited<ReturnType<World['signUp']>>,
  lifeMs?: number,
): Promise<string> {
  const life = lifeMs === undefined ? {} : { expiresAt: world.nowMs() + lifeMs };
  const order = { kind: 'business', wabas: [wabaId], ...life };
  const { value } = tokenShape.parse(await world.meta.post('/tokens', order));
  const ids = { phoneNumberId, wabaId, idempotencyKey: value };
  await world.store.signups.accept(newSignup({ ...ids, token: new Secret(value) }));
  return value;
}

describe('the token of an account', () => {
  it('is looked up once a day, and its end is told ahead in the history of a number under way', async () => {
    const input = await world.signUp({ scenario: 'review_forever' });
    await reconnect(input, 16 * DAY_MS);
    await world.play(async () => {
      await world.start(input);
      await world.watch(input.wabaId);
      await world.sleep(15.9 * DAY_MS);
    });
    const events = await world.store.numbers.eventsOf(input.phoneNumberId);
    const told = events.filter(({ kind }) => kind === 'access-expiring');
    // 30 days before lies before the signup, and is told late; 14, 7, 3 and 1 within a read of the watch.
    const leftDays = told.map(({ atMs }) => (input.signedUpAtMs + 16 * DAY_MS - atMs) / DAY_MS);
    expect(leftDays.map((days) => Math.ceil(days))).toEqual([15, 14, 7, 3, 1]);
    expect(told[0]?.text).toMatch(/^Our access to the account ends in 1[45] days/);
    const asked = (await world.meta.ledger()).filter(({ path }) => path.includes('debug_token'));
    expect(asked.length).toBeGreaterThanOrEqual(12);
    expect(asked.length).toBeLessThanOrEqual(16);
  });

  it('F23: revoked in mid-wait stops the number, whose clock runs on; a new token goes on with the same number', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    const token = await reconnect(input);
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.patch('/tokens', { value: token, revoked: true });
      await world.sleep(DAY_MS);
      const paused = await world.progressOf(input.phoneNumberId);
      expect(paused).toMatchObject({
        ...{ stage: 'registering', deadlineAtMs: input.signedUpAtMs + 14 * DAY_MS },
        waiting: { for: 'operator', refusal: { cause: 'token_invalid', code: 190 } },
      });
      const calls = (await world.meta.ledgerOf(input.phoneNumberId)).length;
      await world.sleep(9 * DAY_MS);
      expect(await world.meta.ledgerOf(input.phoneNumberId)).toHaveLength(calls);
      const kinds = (await world.store.numbers.eventsOf(input.phoneNumberId)).map(
        ({ kind }) => kind,
      );
      expect(kinds.filter((kind) => kind === 'deadline-at-risk')).toHaveLength(2);

      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { on_handset: false });
      await reconnect(input);
      // As the outbox does for a signup of a number under way.
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      await handle.signal('retry');
      expect((await handle.result()).outcome).toBe('ready');
      const applied = (await world.meta.registersOf(input.phoneNumberId)).filter(
        ({ effectApplied }) => effectApplied,
      );
      expect(applied).toHaveLength(1);
    });
  });
});

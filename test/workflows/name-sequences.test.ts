import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providedGround } from '../support/bundle.ts';
import { HOUR_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

/** Every value that Meta has told or shown, one that it has not, and one in another case. */
const STATUSES = [
  ...['PENDING_REVIEW', 'DECLINED', 'EXPIRED', 'NONE', 'NON_EXISTS', 'FOO', 'declined'],
] as const;
const SEEDS = [1, 2, 3];

describe('F24: a number whose name goes through any sequence of states', () => {
  it.each(SEEDS)(
    'is followed until Meta approves it, with one registration (seed %i)',
    async (seed) => {
      const states = fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 8 });
      const [sequence = []] = fc.sample(states, { seed, numRuns: 1 });
      const input = await world.signUp({ number: { name_status: 'NONE', review: null } });
      const { phoneNumberId } = input;
      await world.play(async () => {
        const handle = await world.start(input);
        for (const name_status of [...sequence, 'AVAILABLE_WITHOUT_REVIEW']) {
          await world.sleep(HOUR_MS);
          await world.meta.patch(`/numbers/${phoneNumberId}`, { name_status, review: null });
          await handle.signal('numberChanged');
        }
        expect((await handle.result()).outcome).toBe('ready');
      });
      expect(await world.meta.registersOf(phoneNumberId)).toHaveLength(1);
      const kinds = (await world.store.numbers.eventsOf(phoneNumberId)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'registered')).toHaveLength(1);
      expect(kinds.at(-1)).toBe('ready');
    },
  );

  it('keeps the last name it knew while a read has none', async () => {
    const input = await world.signUp({ number: { name_status: 'PENDING_REVIEW', review: null } });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      const match = { method: 'GET', number: phoneNumberId, times: 1 };
      await world.meta.post('/faults', { kind: 'omit_field', field: 'name_status', match });
      await handle.signal('numberChanged');
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        ...{ stage: 'following-name', waiting: { for: 'meta' } },
      });
      await world.meta.patch(`/numbers/${phoneNumberId}`, {
        name_status: 'APPROVED',
        review: null,
      });
      await handle.signal('numberChanged');
      expect((await handle.result()).outcome).toBe('ready');
    });
  });
});

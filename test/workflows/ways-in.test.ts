import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { phoneNumberId, wabaId } from '../store/builders.ts';
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

const numberShape = z.object({ phone_number_id: z.string().transform(phoneNumberId) });
const UNDECIDED = { name_status: 'PENDING_REVIEW', review: null };

/** Somebody adds a number to the account in WhatsApp Manager. */
async function addByHand(waba: string, settings: object = {}) {
  const order = { waba, name_status: 'APPROVED', otp_verified_at: null, ...settings };
  return numberShape.parse(await world.meta.post('/numbers', order)).phone_number_id;
}

/** The watch of an account whose first number has come by a signup. */
async function watched(): Promise<string> {
  const input = await world.signUp({ number: { name_status: 'APPROVED' } });
  await world.start(input);
  await world.watch(input.wabaId);
  return input.wabaId;
}

const adoptedIds = async () =>
  (await world.store.signups.pending(100))
    .filter(({ source }) => source === 'whatsapp-manager')
    .map((row) => row.phoneNumberId);

describe('a number added in WhatsApp Manager', () => {
  it('is found within a day, waits for a code as long as it takes, and is registered then', async () => {
    await world.play(async () => {
      const waba = await watched();
      const id = await addByHand(waba);
      await world.sleep(DAY_MS);
      expect(await adoptedIds()).toEqual([id]);
      const [handle] = await world.startAdopted();

      await world.sleep(20 * DAY_MS);
      const waiting = await world.progressOf(id);
      expect(waiting).toMatchObject({
        ...{ stage: 'verifying', waiting: { for: 'operator', refusal: { cause: 'not_verified' } } },
      });
      expect(waiting).not.toHaveProperty('deadlineAtMs');
      const events = await world.store.numbers.eventsOf(id);
      expect(events.map(({ kind }) => kind)).not.toContain('deadline-at-risk');
      expect(await world.meta.registersOf(id)).toEqual([]);

      await world.meta.patch(`/numbers/${id}`, { otp_verified_at: world.nowMs() });
      await handle?.signal('numberChanged');
      expect((await handle?.result())?.outcome).toBe('ready');
      expect(await world.meta.registersOf(id)).toHaveLength(1);
    });
  });

  it('is proved again when its proof lapses before it could be registered', async () => {
    await world.play(async () => {
      const waba = await watched();
      const id = await addByHand(waba, { on_handset: true });
      await world.sleep(DAY_MS);
      const [handle] = await world.startAdopted();
      await world.meta.patch(`/numbers/${id}`, { otp_verified_at: world.nowMs() });
      await handle?.signal('numberChanged');
      await world.sleep(15 * DAY_MS);
      await world.meta.patch(`/numbers/${id}`, { on_handset: false });
      await handle?.signal('retry');
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(id)).toMatchObject({
        ...{ stage: 'verifying', waiting: { for: 'operator', refusal: { cause: 'not_verified' } } },
      });
      await world.meta.patch(`/numbers/${id}`, { otp_verified_at: world.nowMs() });
      await handle?.signal('numberChanged');
      expect((await handle?.result())?.outcome).toBe('ready');
    });
  });

  it('is left alone where a person must say so: proved, or registered by somebody else', async () => {
    await world.play(async () => {
      const waba = await watched();
      await addByHand(waba, { otp_verified_at: world.nowMs() });
      await addByHand(waba, { status: 'CONNECTED', registered_at: world.nowMs() });
      await world.sleep(3 * DAY_MS);
      expect(await adoptedIds()).toEqual([]);
    });
  });
});

describe('F25: the list of an account', () => {
  const listOf = (waba: string) => ({ path: `${waba}/phone_numbers`, times: 'always' });

  it('shows a number on its second page', async () => {
    await world.play(async () => {
      const waba = await watched();
      await world.meta.post('/numbers', { waba, count: 120, otp_verified_at: world.nowMs() });
      const id = await addByHand(waba);
      const order = { kind: 'number_on_last_page', number: id, match: listOf(waba) };
      await world.meta.post('/faults', order);
      await world.sleep(DAY_MS);
      expect(await adoptedIds()).toEqual([id]);
    });
  });

  it('adopts nobody while it does not come to an end', async () => {
    await world.play(async () => {
      const waba = await watched();
      await world.meta.post('/faults', { kind: 'paging_loop', match: listOf(waba) });
      const id = await addByHand(waba);
      await world.sleep(DAY_MS);
      expect(await adoptedIds()).toEqual([]);
      expect(await world.store.accounts.listedAtMs(wabaId(waba))).toBeUndefined();
      await world.meta.remove('/faults');
      await world.sleep(DAY_MS);
      expect(await adoptedIds()).toEqual([id]);
    });
  });

  it('that misses a number of ours makes it read itself, which alone decides that it is gone', async () => {
    const lost = await world.signUp({ number: UNDECIDED });
    const kept = await world.signUp({ waba: lost.wabaId, number: UNDECIDED });
    await world.play(async () => {
      const handle = await world.start(lost);
      await world.start(kept);
      await world.watch(lost.wabaId);
      await world.sleep(HOUR_MS);
      await world.meta.patch(`/numbers/${lost.phoneNumberId}`, { gone: true });
      const goneAtMs = world.nowMs();
      await expect(handle.result()).rejects.toThrow();
      const { waiting, changedAtMs } = await world.progressOf(lost.phoneNumberId);
      expect(waiting.refusal?.cause).toBe('number_gone');
      // Two numbers share a read of about every three and a half hours; a poll of its own comes after six.
      expect(changedAtMs - goneAtMs).toBeLessThan(4 * HOUR_MS);
      expect((await world.progressOf(kept.phoneNumberId)).outcome).toBeUndefined();
    });
  });
});

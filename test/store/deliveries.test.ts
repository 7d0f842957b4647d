import { describe, expect, it } from 'vitest';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import type { DeliveryRow, Store } from '../../src/store/store.ts';
import { DAY_MS } from '../support/spans.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import { KINDS, openRaw, openTestStore, plantFailure, type Kind } from './test-store.ts';

async function openWithNumbers(kind: Kind): ReturnType<typeof openTestStore> {
  const opened = await openTestStore(kind);
  await opened.store.signups.accept(newSignup());
  await opened.store.signups.accept(
    newSignup({ idempotencyKey: 'k2', phoneNumberId: OTHER_NUMBER }),
  );
  return opened;
}

/** What happens to a number; `announcementKey` makes it the same when it is told again. */
async function tell(
  store: Store,
  types: readonly string[],
  {
    id = NUMBER,
    announcementKey = types.join(),
  }: { id?: PhoneNumberId; announcementKey?: string } = {},
): Promise<void> {
  await store.numbers.announce({
    ...{ phoneNumberId: id, wabaId: ACCOUNT, stage: 'registering', waitingFor: 'meta' },
    ...{ deadlineAtMs: T0_MS, progressJson: '{}', announcementKey },
    events: types.map((type) => ({
      ...{ kind: type, atMs: T0_MS, text: `It is ${type}.`, actor: 'Meta' },
      ...(type.startsWith('number.') && { deliverAs: type }),
    })),
  });
}

const typesOf = (rows: readonly DeliveryRow[]): string[] => rows.map(({ type }) => type);

async function dueIn(store: Store): Promise<string[]> {
  return typesOf(await store.deliveries.due(100));
}

/** The one event that is due. */
async function onlyDue(store: Store): Promise<DeliveryRow> {
  const [row, ...others] = await store.deliveries.due(100);
  if (row === undefined || others.length > 0) throw new Error('not one');
  return row;
}

describe.each(KINDS)('%s', (kind) => {
  describe('the events of a number', () => {
    it('go out one at a time, in the order in which they happened', async () => {
      const { store } = await openWithNumbers(kind);
      await tell(store, ['number.verified', 'attempt', 'number.registered']);
      await tell(store, ['number.ready']);
      const seen: string[] = [];
      for (let n = 0; n < 3; n += 1) {
        const { id, type } = await onlyDue(store);
        seen.push(type);
        await store.deliveries.markStarted(id);
        expect(await dueIn(store)).toEqual([]);
        await store.deliveries.settle(id, n === 1 ? 'undelivered' : 'delivered');
      }
      expect(seen).toEqual(['number.verified', 'number.registered', 'number.ready']);
      expect(await dueIn(store)).toEqual([]);
      expect(typesOf(await store.deliveries.undelivered())).toEqual(['number.registered']);
    });

    it('say what, of whom, when and why, under an id that nothing changes', async () => {
      const { store } = await openWithNumbers(kind);
      await tell(store, ['number.verified']);
      const row = await onlyDue(store);
      expect(row).toEqual({
        ...{ id: row.id, phoneNumberId: NUMBER, wabaId: ACCOUNT, type: 'number.verified' },
        ...{ atMs: T0_MS, text: 'It is number.verified.', state: 'due' },
      });
      expect(row.id).toMatch(/^evt_[0-9a-f-]{36}$/);
      await store.deliveries.settle(row.id, 'delivered');
      expect(await store.deliveries.byId(row.id)).toEqual({ ...row, state: 'delivered' });
    });

    it('hold up no other number', async () => {
      const { store } = await openWithNumbers(kind);
      await tell(store, ['number.verified', 'number.registered']);
      await tell(store, ['number.needs_action'], { id: OTHER_NUMBER });
      expect(await dueIn(store)).toEqual(['number.verified', 'number.needs_action']);
    });

    it('are written with the number or not at all, and once for one announcement', async () => {
      const opened = await openWithNumbers(kind);
      const { store } = opened;
      const raw = await openRaw(opened);
      await tell(store, ['number.verified']);
      await tell(store, ['number.verified']);
      expect(await dueIn(store)).toHaveLength(1);
      await plantFailure(raw, opened, { table: 'deliveries' });
      await expect(tell(store, ['number.registered'])).rejects.toThrow();
      const kinds = (await store.numbers.eventsOf(NUMBER)).map((event) => event.kind);
      expect(kinds).toEqual(['signed-up', 'number.verified']);
    });

    it('are due again when their delivery was lost: it would have ended a day ago', async () => {
      const { store, clock } = await openWithNumbers(kind);
      await tell(store, ['number.verified']);
      await store.deliveries.markStarted((await onlyDue(store)).id);
      clock.nowMs += 4 * DAY_MS - 1;
      expect(await dueIn(store)).toEqual([]);
      clock.nowMs += 1;
      const { id } = await onlyDue(store);
      await store.deliveries.markStarted(id);
      expect(await dueIn(store)).toEqual([]);
    });

    it('stay delivered when the word of it comes before the word of its start, or twice', async () => {
      const { store } = await openWithNumbers(kind);
      await tell(store, ['number.verified', 'number.registered']);
      const { id } = await onlyDue(store);
      await store.deliveries.settle(id, 'delivered');
      await store.deliveries.markStarted(id);
      await store.deliveries.settle(id, 'undelivered');
      expect(await store.deliveries.byId(id)).toMatchObject({ state: 'delivered' });
      expect(await dueIn(store)).toEqual(['number.registered']);
    });
  });

  describe('an event that is asked for again', () => {
    it('is sent under the same id, given up or delivered, and the next ones wait for it', async () => {
      const { store } = await openWithNumbers(kind);
      await tell(store, ['number.verified', 'number.registered', 'number.ready']);
      const first = await onlyDue(store);
      await store.deliveries.settle(first.id, 'undelivered');
      const second = await onlyDue(store);
      expect(await store.deliveries.redeliver(first.id)).toBe(true);
      expect(await dueIn(store)).toEqual(['number.verified', 'number.registered']);
      await store.deliveries.settle(second.id, 'delivered');
      expect((await onlyDue(store)).id).toBe(first.id);
      await store.deliveries.settle(first.id, 'delivered');
      expect(await dueIn(store)).toEqual(['number.ready']);
      expect(await store.deliveries.redeliver(first.id)).toBe(true);
      expect(await store.deliveries.undelivered()).toEqual([]);
    });

    it('overtakes nothing while it waits for its turn, and must be known', async () => {
      const opened = await openWithNumbers(kind);
      const { store } = opened;
      await tell(store, ['number.verified', 'number.registered']);
      const raw = await openRaw(opened);
      const [waiting] = await raw.all(`select id from deliveries where state = 'waiting'`);
      expect(await store.deliveries.redeliver(String(waiting?.['id']))).toBe(true);
      expect(await dueIn(store)).toEqual(['number.verified']);
      expect(await store.deliveries.redeliver('evt_unknown')).toBe(false);
    });
  });

  it('a number that is forgotten takes its events with it', async () => {
    const { store } = await openWithNumbers(kind);
    await tell(store, ['number.verified', 'number.registered']);
    const { id } = await onlyDue(store);
    await store.erasure.begin(NUMBER);
    expect(await store.erasure.eraseRows(NUMBER)).toMatchObject({ deliveries: 2, events: 3 });
    expect(await store.deliveries.byId(id)).toBeUndefined();
    await store.deliveries.settle(id, 'delivered');
    expect(await dueIn(store)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { NumberAnnouncement } from '../../src/store/store.ts';
import {
  ACCOUNT,
  newSignup,
  NUMBER,
  OTHER_NUMBER,
  phoneNumberId,
  T0_MS,
  wabaId,
} from './builders.ts';
import { KINDS, openRaw, openTestStore, plantFailure } from './test-store.ts';

function announcement(changes: Partial<NumberAnnouncement> = {}): NumberAnnouncement {
  return {
    phoneNumberId: NUMBER,
    wabaId: ACCOUNT,
    stage: 'registering',
    waitingFor: 'operator',
    deadlineAtMs: T0_MS + 1,
    progressJson: '{"stage":"registering"}',
    events: [
      { kind: 'verified', atMs: T0_MS + 1, text: 'Ownership is proven', actor: 'meta' },
      { kind: 'attempt', atMs: T0_MS, text: 'Meta refused', actor: 'service' },
    ],
    announcementKey: 'run-1/1',
    ...changes,
  };
}

describe.each(KINDS)('%s', (kind) => {
  describe('announcing a number', () => {
    it('shows its new state and its events in the order they were told', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup({ verifiedName: 'Lucky Shrub' }));
      clock.nowMs += 5000;
      await store.numbers.announce(announcement({ cause: 'pin_mismatch' }));
      expect(await store.numbers.byId(NUMBER)).toEqual({
        phoneNumberId: NUMBER,
        wabaId: ACCOUNT,
        displayPhoneNumber: '+1 631-555-5555',
        verifiedName: 'Lucky Shrub',
        stage: 'registering',
        waitingFor: 'operator',
        deadlineAtMs: T0_MS + 1,
        cause: 'pin_mismatch',
        progressJson: '{"stage":"registering"}',
        updatedAtMs: T0_MS + 5000,
      });
      const events = await store.numbers.eventsOf(NUMBER);
      expect(events.map(({ kind }) => kind)).toEqual(['signed-up', 'verified', 'attempt']);
    });

    it('forgets a cause that is over', async () => {
      const { store } = await openTestStore(kind);
      await store.numbers.announce(announcement({ cause: 'pin_mismatch' }));
      await store.numbers.announce(announcement({ outcome: 'ready', announcementKey: 'run-1/2' }));
      const row = await store.numbers.byId(NUMBER);
      expect(row).not.toHaveProperty('cause');
      expect(row).toHaveProperty('outcome', 'ready');
    });

    it('writes nothing twice under the same key, even after a newer announcement', async () => {
      const { store } = await openTestStore(kind);
      await store.numbers.announce(announcement());
      await store.numbers.announce(
        announcement({ stage: 'done', events: [], announcementKey: 'run-1/2' }),
      );
      await store.numbers.announce(announcement());
      expect(await store.numbers.byId(NUMBER)).toHaveProperty('stage', 'done');
      expect(await store.numbers.eventsOf(NUMBER)).toHaveLength(2);
    });

    it('adds what a repeat tells more, as many times as it does, and nothing else', async () => {
      const { store } = await openTestStore(kind);
      const retried = { kind: 'retried', atMs: T0_MS, text: 'A person asked.', actor: 'Ada' };
      const { events } = announcement();
      await store.numbers.announce(announcement({ events: [...events, retried] }));
      const later = events.map((event) => ({ ...event, atMs: event.atMs + 1 }));
      for (const stage of ['verifying', 'done']) {
        const more = announcement({ stage, events: [retried, ...later, retried] });
        await store.numbers.announce(more);
      }
      expect(await store.numbers.byId(NUMBER)).toHaveProperty('stage', 'registering');
      const told = await store.numbers.eventsOf(NUMBER);
      expect(told.map(({ kind }) => kind)).toEqual(['verified', 'attempt', 'retried', 'retried']);
    });

    it('takes the same key of two numbers for two announcements', async () => {
      const { store } = await openTestStore(kind);
      await store.numbers.announce(announcement());
      await store.numbers.announce(announcement({ phoneNumberId: OTHER_NUMBER }));
      expect(await store.numbers.byId(OTHER_NUMBER)).toHaveProperty('stage', 'registering');
      expect(await store.numbers.eventsOf(OTHER_NUMBER)).toHaveLength(2);
    });

    it('never moves the time of the last change backwards', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.numbers.announce(announcement());
      clock.nowMs -= 60_000;
      await store.numbers.announce(announcement({ stage: 'done', announcementKey: 'run-1/2' }));
      const row = await store.numbers.byId(NUMBER);
      expect(row).toMatchObject({ stage: 'done', updatedAtMs: T0_MS });
    });

    it('shows a number that nobody signed up, and a later signup adds its phone number', async () => {
      const { store } = await openTestStore(kind);
      await store.numbers.announce(announcement());
      expect(await store.numbers.byId(NUMBER)).toHaveProperty('displayPhoneNumber', '');
      expect(await store.numbers.byDigits(ACCOUNT, '')).toBeUndefined();
      await store.signups.accept(newSignup());
      expect(await store.numbers.byDigits(ACCOUNT, '16315555555')).toBeDefined();
    });

    it('keeps neither state nor events when the last event cannot be written', async () => {
      const opened = await openTestStore(kind);
      const { store } = opened;
      await plantFailure(await openRaw(opened), opened, {
        table: 'events',
        when: "new.kind = 'attempt'",
      });
      await expect(store.numbers.announce(announcement())).rejects.toThrow('planted');
      expect(await store.numbers.byId(NUMBER)).toBeUndefined();
      expect(await store.numbers.eventsAfter(0)).toEqual([]);
    });
  });

  describe('finding a number', () => {
    it.each(['+1 631-555-5555', '16315555555', '+1 (631) 555 5555'])(
      'works by account and digits, however Meta writes %s',
      async (displayPhoneNumber) => {
        const { store } = await openTestStore(kind);
        await store.signups.accept(newSignup({ displayPhoneNumber }));
        const row = await store.numbers.byDigits(ACCOUNT, '16315555555');
        expect(row).toMatchObject({ phoneNumberId: NUMBER, displayPhoneNumber });
      },
    );

    it('does not find it in another account', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      expect(await store.numbers.byDigits(wabaId('1'), '16315555555')).toBeUndefined();
    });

    it('finds the id that moved last when a number came back under another', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      clock.nowMs += 1;
      await store.signups.accept(
        newSignup({ phoneNumberId: OTHER_NUMBER, idempotencyKey: 'key-2' }),
      );
      const row = await store.numbers.byDigits(ACCOUNT, '16315555555');
      expect(row).toHaveProperty('phoneNumberId', OTHER_NUMBER);
    });

    it('finds nothing for an unknown id', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.numbers.byId(NUMBER)).toBeUndefined();
      expect(await store.numbers.eventsOf(NUMBER)).toEqual([]);
    });
  });

  describe('the events of all numbers', () => {
    it('go on after the last one seen', async () => {
      const { store } = await openTestStore(kind);
      await store.numbers.announce(announcement());
      await store.numbers.announce(announcement({ phoneNumberId: OTHER_NUMBER }));
      const events = await store.numbers.eventsAfter(1);
      expect(events.map(({ id, phoneNumberId }) => [id, phoneNumberId])).toEqual([
        [2, NUMBER],
        [3, OTHER_NUMBER],
        [4, OTHER_NUMBER],
      ]);
      expect(await store.numbers.eventsAfter(4)).toEqual([]);
    });

    it('come in parts of a thousand', async () => {
      const { store } = await openTestStore(kind);
      const event = { kind: 'waiting', atMs: T0_MS, text: 'Waiting', actor: 'service' };
      await store.numbers.announce(announcement({ events: Array(1001).fill(event) }));
      expect(await store.numbers.eventsAfter(0)).toHaveLength(1000);
      expect(await store.numbers.eventsAfter(1000)).toHaveLength(1);
    });
  });

  describe('the fleet', () => {
    it('comes by account', async () => {
      const { store } = await openTestStore(kind);
      const other = wabaId('7');
      const announce = async (id: string, changes: Partial<NumberAnnouncement>): Promise<void> => {
        const key = { phoneNumberId: phoneNumberId(id), announcementKey: id, events: [] };
        await store.numbers.announce(announcement({ ...key, ...changes }));
      };
      await announce('1', {});
      await announce('2', { outcome: 'ready' });
      await announce('3', { wabaId: other });
      await announce('4', {});
      const idsOf = (rows: readonly { phoneNumberId: string }[]): string[] =>
        rows.map((row) => row.phoneNumberId);
      expect(idsOf(await store.numbers.ofAccount(other))).toEqual(['3']);
      expect(idsOf(await store.numbers.ofAccount(ACCOUNT)).toSorted()).toEqual(['1', '2', '4']);
    });
  });

  describe('what Meta tells after the end', () => {
    it('is in the history of those that have ended, once per key', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      const another = { phoneNumberId: OTHER_NUMBER, displayPhoneNumber: '+1 631-555-5556' };
      await store.signups.accept(newSignup({ ...another, idempotencyKey: 'k2' }));
      const told = { kind: 'told-by-meta', atMs: T0_MS, text: 'Told.', actor: 'Meta' };
      const countOf = async (id: typeof NUMBER): Promise<number> =>
        (await store.numbers.eventsOf(id)).filter((event) => event.kind === told.kind).length;
      await store.numbers.noteEnded({ wabaId: ACCOUNT }, 'a', told);
      await store.numbers.announce(announcement({ outcome: 'ready', events: [] }));
      const digits = '16315555556';
      await store.numbers.noteEnded({ wabaId: ACCOUNT, digits }, 'b', told);
      expect([await countOf(NUMBER), await countOf(OTHER_NUMBER)]).toEqual([0, 0]);
      for (const key of ['c', 'c', 'd']) {
        await store.numbers.noteEnded({ wabaId: ACCOUNT }, key, told);
      }
      await store.numbers.noteEnded({ wabaId: wabaId('7') }, 'e', told);
      expect([await countOf(NUMBER), await countOf(OTHER_NUMBER)]).toEqual([2, 0]);
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { NewAdoption } from '../../src/store/adoptions.ts';
import { TOMBSTONE_MS } from '../../src/store/tombstones.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, phoneNumberId, T0_MS } from './builders.ts';
import { KINDS, openTestStore, type TestStore } from './test-store.ts';

const ADOPTION: NewAdoption = {
  ...{ phoneNumberId: OTHER_NUMBER, wabaId: ACCOUNT, displayPhoneNumber: '+1 631-555-1111' },
  ...{ source: 'whatsapp-manager', actor: 'account watch' },
};

async function forget({ store }: TestStore, id = OTHER_NUMBER): Promise<void> {
  await store.erasure.begin(id);
  await store.erasure.eraseRows(id);
  await store.erasure.finish(id);
}

async function end({ store }: TestStore, outcome: string): Promise<void> {
  await store.numbers.announce({
    ...{ phoneNumberId: OTHER_NUMBER, wabaId: ACCOUNT, stage: 'done', waitingFor: 'nobody' },
    ...{ outcome, progressJson: '{}', events: [], announcementKey: outcome },
  });
}

describe.each(KINDS)('%s', (kind) => {
  describe('a number that came without a signup', () => {
    it('has its row, its event and its place in the outbox, and no deadline', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      expect(await store.adoptions.adopt({ ...ADOPTION, verifiedName: 'Blue Door' })).toBe(true);
      const row = await store.numbers.byId(OTHER_NUMBER);
      expect(row).toMatchObject({ stage: 'verifying', verifiedName: 'Blue Door' });
      expect(row).not.toHaveProperty('deadlineAtMs');
      const pending = await store.signups.pending(10);
      const adopted = pending.find((one) => one.phoneNumberId === OTHER_NUMBER);
      expect(adopted).toMatchObject({ source: 'whatsapp-manager', how: { platform: 'cloud' } });
      expect(adopted).not.toHaveProperty('deadlineAtMs');
      expect(await store.numbers.byDigits(ACCOUNT, '16315551111')).toEqual(row);
      expect(await store.numbers.eventsOf(OTHER_NUMBER)).toMatchObject([
        { kind: 'adopted', atMs: T0_MS, actor: 'account watch' },
      ]);
    });

    it('comes after those whose time runs out', async () => {
      const { store } = await openTestStore(kind);
      await store.adoptions.adopt(ADOPTION);
      await store.signups.accept(newSignup());
      const all = await store.fleet.list({});
      expect(all.rows.map((row) => row.phoneNumberId)).toEqual([NUMBER, OTHER_NUMBER]);
      expect(all.rows[1]).not.toHaveProperty('deadlineAtMs');
      const { next } = await store.fleet.list({}, { limit: 1 });
      const rest = await store.fleet.list({}, next === undefined ? {} : { after: next });
      expect(rest.rows).toEqual(all.rows.slice(1));
      const { daysLeft } = await store.fleet.count({});
      expect(daysLeft).toEqual([{ value: '14', count: 1 }]);
    });

    it('is adopted once, and not when it has signed up', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      const all = [NUMBER, OTHER_NUMBER, phoneNumberId('3')];
      expect([...(await store.adoptions.unknownOf(all))]).toEqual([OTHER_NUMBER, '3']);
      const [first, second] = [
        await store.adoptions.adopt(ADOPTION),
        await store.adoptions.adopt({ ...ADOPTION, isAgain: true }),
      ];
      expect([first, second]).toEqual([true, false]);
      expect(await store.adoptions.adopt({ ...ADOPTION, phoneNumberId: NUMBER })).toBe(false);
      expect([...(await store.adoptions.unknownOf(all))]).toEqual(['3']);
      expect(await store.signups.pending(10)).toHaveLength(2);
    });

    it('begins anew after a person abandoned it only when a person says so', async () => {
      const opened = await openTestStore(kind);
      const { adoptions, numbers } = opened.store;
      await adoptions.adopt(ADOPTION);
      await end(opened, 'abandoned');
      expect(await adoptions.adopt(ADOPTION)).toBe(false);
      expect(await adoptions.adopt({ ...ADOPTION, isAgain: true })).toBe(true);
      expect(await numbers.byId(OTHER_NUMBER)).not.toHaveProperty('outcome');
      await end(opened, 'ready');
      expect(await adoptions.adopt({ ...ADOPTION, isAgain: true })).toBe(false);
    });

    it('is never adopted after it was forgotten, however long ago, until it signs up', async () => {
      const opened = await openTestStore(kind);
      const { store, clock } = opened;
      await store.adoptions.adopt(ADOPTION);
      await forget(opened);
      clock.nowMs += 2 * TOMBSTONE_MS;
      // Old tombstones are stripped when another number is forgotten.
      await store.signups.accept(newSignup());
      await forget(opened, NUMBER);
      expect(await store.erasure.stateOf(OTHER_NUMBER)).toBeUndefined();
      expect((await store.adoptions.unknownOf([NUMBER, OTHER_NUMBER])).size).toBe(0);
      expect(await store.adoptions.adopt({ ...ADOPTION, isAgain: true })).toBe(false);
      expect(await store.erasure.welcomeBack(OTHER_NUMBER)).toBe('welcome');
      expect(await store.adoptions.adopt(ADOPTION)).toBe(true);
    });

    it('can be forgotten again, long after the first time', async () => {
      const opened = await openTestStore(kind);
      await opened.store.adoptions.adopt(ADOPTION);
      await forget(opened);
      opened.clock.nowMs += 2 * TOMBSTONE_MS;
      await opened.store.erasure.begin(OTHER_NUMBER);
      expect(await opened.store.erasure.stateOf(OTHER_NUMBER)).toBe('erasing');
    });
  });
});

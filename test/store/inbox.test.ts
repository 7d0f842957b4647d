import { describe, expect, it } from 'vitest';
import type { NewHint } from '../../src/store/hints.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, T0_MS, wabaId } from './builders.ts';
import { KINDS, openTestStore } from './test-store.ts';

const hint = (digest: string, changes: Partial<NewHint> = {}): NewHint => ({
  digest,
  wabaId: ACCOUNT,
  field: 'phone_number_name_update',
  ...changes,
});

describe.each(KINDS)('%s', (kind) => {
  describe('the inbox', () => {
    it('keeps every change of a webhook and tells how many were new', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.inbox.keep([hint('a'), hint('b')])).toBe(2);
      expect(await store.inbox.keep([hint('b'), hint('c')])).toBe(1);
      expect(await store.inbox.pending(10)).toHaveLength(3);
    });

    it('keeps the same change once, a hundred times sent (F30)', async () => {
      const { store, clock } = await openTestStore(kind);
      const kept: number[] = [];
      for (let i = 0; i < 100; i++) {
        kept.push(await store.inbox.keep([hint('a'), hint('a')]));
        clock.nowMs += 1000;
      }
      expect(kept.reduce((sum, n) => sum + n)).toBe(1);
      expect(await store.inbox.pending(10)).toEqual([{ ...hint('a'), receivedAtMs: T0_MS }]);
    });

    it('tells each of webhooks that come together how many of its changes were new', async () => {
      const { store } = await openTestStore(kind);
      const kept = [['a', 'b'], ['b', 'c'], ['a']].map((digests) =>
        store.inbox.keep(digests.map((digest) => hint(digest))),
      );
      expect(await Promise.all(kept)).toEqual([2, 1, 0]);
    });

    it.each([hint('a', { digits: '16315555555' }), hint('a', { field: 'account_update' })])(
      'keeps what a change is about: %o',
      async (change) => {
        const { store } = await openTestStore(kind);
        await store.inbox.keep([change]);
        expect(await store.inbox.pending(10)).toEqual([{ ...change, receivedAtMs: T0_MS }]);
      },
    );

    it('keeps a webhook of ten thousand changes', async () => {
      const { store } = await openTestStore(kind);
      const many = Array.from({ length: 10_000 }, (_, i) => hint(String(i)));
      expect(await store.inbox.keep(many)).toBe(10_000);
    });

    it('keeps nothing of a webhook without changes', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.inbox.keep([])).toBe(0);
    });

    it('tells the undelivered ones oldest first and not more than asked for', async () => {
      const { store, clock } = await openTestStore(kind);
      for (const digest of ['c', 'a', 'b']) {
        await store.inbox.keep([hint(digest)]);
        clock.nowMs += 1;
      }
      const digests = async (limit: number): Promise<string[]> =>
        (await store.inbox.pending(limit)).map(({ digest }) => digest);
      expect(await digests(10)).toEqual(['c', 'a', 'b']);
      expect(await digests(2)).toEqual(['c', 'a']);
      await store.inbox.markDelivered(['c', 'b']);
      await store.inbox.markDelivered([]);
      expect(await digests(10)).toEqual(['a']);
    });

    it('forgets what is older than Meta repeats, to the millisecond', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.inbox.keep([hint('a')]);
      clock.nowMs += 1;
      await store.inbox.keep([hint('b')]);
      await store.inbox.forget(clock.nowMs);
      expect((await store.inbox.pending(10)).map(({ digest }) => digest)).toEqual(['b']);
    });

    it('takes a repeat of a delivered change for no news', async () => {
      const { store } = await openTestStore(kind);
      await store.inbox.keep([hint('a')]);
      await store.inbox.markDelivered(['a']);
      expect(await store.inbox.keep([hint('a')])).toBe(0);
      expect(await store.inbox.pending(10)).toEqual([]);
    });
  });

  describe('what a webhook told of a name', () => {
    const told = (decision: string, toldAtMs?: number, digits = '16315555555'): NewHint =>
      hint(`${decision}/${toldAtMs}/${digits}`, {
        digits,
        nameDecision: { decision, ...(toldAtMs === undefined ? {} : { toldAtMs }) },
      });

    it('is found by the number, also when it came before its signup', async () => {
      const { store } = await openTestStore(kind);
      const nameDecision = { decision: 'REJECTED', reason: 'NAME_NOT_CONSISTENT', toldAtMs: 1000 };
      await store.inbox.keep([hint('a', { digits: '16315555555', nameDecision })]);
      expect(await store.inbox.nameDecisionOf(NUMBER)).toBeUndefined();
      await store.signups.accept(newSignup());
      expect(await store.inbox.nameDecisionOf(NUMBER)).toEqual(nameDecision);
    });

    it('is what was told last, in whatever order it comes', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      const hints = [told('DEFERRED', 2000), told('REJECTED', 3000), told('PENDING', 1000)];
      await store.inbox.keep(hints);
      for (const each of hints)
        await store.inbox.keep([{ ...each, digest: `late ${each.digest}` }]);
      expect(await store.inbox.nameDecisionOf(NUMBER)).toEqual({
        ...{ decision: 'REJECTED', toldAtMs: 3000 },
      });
    });

    it('was told now where Meta gives no time, or one that is still to come', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      await store.inbox.keep([told('DEFERRED', T0_MS + 1)]);
      expect(await store.inbox.nameDecisionOf(NUMBER)).toMatchObject({ toldAtMs: T0_MS });
      clock.nowMs += 5;
      await store.inbox.keep([told('REJECTED')]);
      expect(await store.inbox.nameDecisionOf(NUMBER)).toEqual({
        ...{ decision: 'REJECTED', toldAtMs: T0_MS + 5 },
      });
    });

    it('stays with a number that is known, and of a stranger no longer than the webhook', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      await store.inbox.keep([told('REJECTED'), told('REJECTED', undefined, '4930123')]);
      clock.nowMs += 1;
      await store.inbox.forget(clock.nowMs);
      const stranger = { phoneNumberId: OTHER_NUMBER, displayPhoneNumber: '+49 30 123' };
      await store.signups.accept(newSignup({ ...stranger, idempotencyKey: 'k2' }));
      expect(await store.inbox.nameDecisionOf(NUMBER)).toMatchObject({ decision: 'REJECTED' });
      expect(await store.inbox.nameDecisionOf(OTHER_NUMBER)).toBeUndefined();
    });
  });

  describe('what webhooks told of an account', () => {
    const told = (digest: string, changes: Partial<NewHint>): NewHint =>
      hint(digest, { field: 'account_update', ...changes });

    it('is of each event the last, whatever their order', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.inbox.keep([told('a', { event: 'DISABLE', toldAtMs: 2000 })]);
      clock.nowMs += 1;
      await store.inbox.keep([
        told('b', { event: 'DISABLE', toldAtMs: 1000 }),
        told('c', { event: 'REINSTATE', toldAtMs: T0_MS + 60_000, untilMs: 7 }),
        told('d', { event: 'REINSTATE', wabaId: wabaId('7') }),
        told('e', { event: 'PIN_CHANGED', field: 'security' }),
        told('f', {}),
      ]);
      const events = await store.inbox.accountEventsOf(ACCOUNT);
      expect(events.toSorted((x, y) => x.toldAtMs - y.toldAtMs)).toEqual([
        { field: 'account_update', event: 'DISABLE', toldAtMs: 2000, receivedAtMs: T0_MS + 1 },
        {
          ...{ field: 'account_update', event: 'REINSTATE', untilMs: 7 },
          ...{ toldAtMs: T0_MS + 1, receivedAtMs: T0_MS + 1 },
        },
      ]);
    });

    it('is forgotten with its webhook, except for a restriction that still holds', async () => {
      const { store, clock } = await openTestStore(kind);
      const event = 'ACCOUNT_RESTRICTION';
      await store.inbox.keep([told('a', { event, untilMs: T0_MS + 5 }), told('b', { event })]);
      clock.nowMs += 4;
      await store.inbox.forget(clock.nowMs);
      expect(await store.inbox.accountEventsOf(ACCOUNT)).toMatchObject([{ untilMs: T0_MS + 5 }]);
      clock.nowMs += 2;
      await store.inbox.forget(clock.nowMs);
      expect(await store.inbox.accountEventsOf(ACCOUNT)).toEqual([]);
    });
  });
});

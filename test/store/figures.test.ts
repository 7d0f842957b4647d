import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { ACCOUNT, newAttempt, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import { KINDS, openTestStore } from './test-store.ts';

describe.each(KINDS)('%s', (kind) => {
  describe('the fleet in figures', () => {
    it('is all zeros before anybody has signed up', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.figures.read()).toEqual({
        ...{ numbers: [], deadlinesAtMs: [], attempts: [] },
        ...{ signups: { count: 0 }, hints: { count: 0 }, events: { count: 0 } },
        ...{ eventsGivenUp: 0, accountsPaused: 0, busiestAccountPct: 0, callsWaiting: 0 },
        tokensExpiring: 0,
      });
    });

    it('counts numbers by where they are, and knows the one that has not changed for longest', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      clock.nowMs += HOUR_MS;
      await store.signups.accept(
        newSignup({ idempotencyKey: 'k2', phoneNumberId: OTHER_NUMBER, deadlineAtMs: T0_MS }),
      );
      const group = { stage: 'verifying', waitingFor: 'meta' };
      const figures = await store.figures.read();
      expect(figures.numbers).toEqual([{ ...group, count: 2, oldestAtMs: T0_MS }]);
      expect(figures.deadlinesAtMs.toSorted()).toEqual([T0_MS, newSignup().deadlineAtMs]);
      expect(figures.signups).toEqual({ count: 2, oldestAtMs: T0_MS });
    });

    it('leaves a number that is registered, or has ended, out of the deadlines', async () => {
      const { store } = await openTestStore(kind);
      for (const [id, stage, outcome] of [
        [NUMBER, 'following-name', undefined],
        [OTHER_NUMBER, 'registering', 'abandoned'],
      ] as const) {
        await store.numbers.announce({
          ...{ phoneNumberId: id, wabaId: ACCOUNT, stage, waitingFor: 'meta' },
          ...{ deadlineAtMs: T0_MS, progressJson: '{}', announcementKey: stage, events: [] },
          ...(outcome !== undefined && { outcome }),
        });
      }
      const { deadlinesAtMs, numbers } = await store.figures.read();
      expect(deadlinesAtMs).toEqual([]);
      expect(numbers).toHaveLength(2);
    });

    it('counts register requests for 72 hours', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.attempts.reserve(newAttempt());
      clock.nowMs = T0_MS + 72 * HOUR_MS - 1;
      expect((await store.figures.read()).attempts).toEqual([{ state: 'open', count: 1 }]);
      clock.nowMs += 1;
      expect((await store.figures.read()).attempts).toEqual([]);
    });

    it('knows what waits to be carried over, and since when', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.inbox.keep([{ digest: 'a', wabaId: ACCOUNT, field: 'account_update' }]);
      await store.numbers.announce({
        ...{ phoneNumberId: NUMBER, wabaId: ACCOUNT, stage: 'registering', waitingFor: 'meta' },
        ...{ deadlineAtMs: T0_MS, progressJson: '{}', announcementKey: 'k' },
        events: [{ kind: 'k', atMs: T0_MS, text: 't', actor: 'a', deliverAs: 'number.verified' }],
      });
      clock.nowMs += HOUR_MS;
      expect(await store.figures.read()).toMatchObject({
        hints: { count: 1, oldestAtMs: T0_MS },
        events: { count: 1, oldestAtMs: T0_MS },
        eventsGivenUp: 0,
      });
      const [event] = await store.deliveries.due(1);
      await store.deliveries.settle(event?.id ?? '', 'undelivered');
      await store.inbox.markDelivered(['a']);
      expect(await store.figures.read()).toMatchObject({
        ...{ hints: { count: 0 }, events: { count: 0 }, eventsGivenUp: 1 },
      });
    });

    it('knows accounts that Meta slows down, for as long as it does', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.pacing.noteUse(ACCOUNT, 83);
      await store.pacing.pause(ACCOUNT, 2 * HOUR_MS);
      await store.pacing.permit({ wabaId: ACCOUNT, who: 'w', urgencyMs: 0, calls: 1 });
      expect(await store.figures.read()).toMatchObject({
        ...{ accountsPaused: 1, busiestAccountPct: 83, callsWaiting: 1 },
      });
      clock.nowMs += HOUR_MS;
      expect(await store.figures.read()).toMatchObject({
        accountsPaused: 1,
        busiestAccountPct: 0,
      });
      clock.nowMs += HOUR_MS;
      expect(await store.figures.read()).toMatchObject({ accountsPaused: 0, callsWaiting: 0 });
    });

    it('counts a token from a week before it expires', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup({ tokenLife: { expiresAtMs: T0_MS + 8 * DAY_MS } }));
      clock.nowMs += DAY_MS - 1;
      expect((await store.figures.read()).tokensExpiring).toBe(0);
      clock.nowMs += 1;
      expect((await store.figures.read()).tokensExpiring).toBe(1);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import { KINDS, openTestStore } from './test-store.ts';

const DAY_MS = 86_400_000;
const EVENT = {
  ...{ kind: 'access-expiring', atMs: T0_MS, text: 'Ends soon.', actor: 'account watch' },
  deliverAs: 'number.access_expiring',
};

describe.each(KINDS)('%s', (kind) => {
  describe('the life of a token', () => {
    it('is known from its signup, and as Meta tells it later', async () => {
      const { store, clock } = await openTestStore(kind);
      expect(await store.tokenLives.of(ACCOUNT)).toBeUndefined();
      const tokenLife = { expiresAtMs: T0_MS + 60 * DAY_MS };
      await store.signups.accept(newSignup({ tokenLife }));
      const known = { ...tokenLife, readAtMs: T0_MS, toldAtMs: 0 };
      expect(await store.tokenLives.of(ACCOUNT)).toEqual(known);
      clock.nowMs += DAY_MS;
      await store.tokenLives.keep(ACCOUNT, { dataAccessExpiresAtMs: T0_MS + 5 });
      const later = { dataAccessExpiresAtMs: T0_MS + 5, readAtMs: T0_MS + DAY_MS, toldAtMs: 0 };
      expect(await store.tokenLives.of(ACCOUNT)).toEqual(later);
    });

    it('is warned of once, in the history of each number that is not done, and to the partner', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      await store.signups.accept(newSignup({ idempotencyKey: 'k2', phoneNumberId: OTHER_NUMBER }));
      await store.numbers.announce({
        ...{ phoneNumberId: OTHER_NUMBER, wabaId: ACCOUNT, stage: 'done', waitingFor: 'nobody' },
        ...{ outcome: 'ready', progressJson: '{}', events: [], announcementKey: 'end' },
      });
      await store.tokenLives.warn(ACCOUNT, T0_MS, EVENT);
      await store.tokenLives.warn(ACCOUNT, T0_MS, EVENT);
      const kindsOf = async (id: typeof NUMBER) =>
        (await store.numbers.eventsOf(id)).map((event) => event.kind);
      expect(await kindsOf(NUMBER)).toEqual(['signed-up', 'access-expiring']);
      expect(await kindsOf(OTHER_NUMBER)).toEqual(['signed-up']);
      expect(await store.deliveries.due(10)).toMatchObject([{ type: 'number.access_expiring' }]);
      await store.tokenLives.warn(ACCOUNT, T0_MS + 1, EVENT);
      expect(await kindsOf(NUMBER)).toHaveLength(3);
    });

    it('begins anew with a new token', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup({ tokenLife: { expiresAtMs: T0_MS } }));
      await store.tokenLives.warn(ACCOUNT, T0_MS, EVENT);
      await store.signups.accept(newSignup({ idempotencyKey: 'again' }));
      expect(await store.tokenLives.of(ACCOUNT)).toEqual({ readAtMs: T0_MS, toldAtMs: 0 });
    });
  });
});

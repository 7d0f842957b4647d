import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import { KINDS, openRaw, openTestStore, plantFailure } from './test-store.ts';

const UUID: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);
const ROW = {
  id: UUID,
  idempotencyKey: 'key-1',
  bodyHash: 'hash-1',
  phoneNumberId: NUMBER,
  wabaId: ACCOUNT,
  acceptedAtMs: T0_MS,
  deadlineAtMs: newSignup().deadlineAtMs,
  source: 'embedded-signup',
  how: { platform: 'cloud' },
};

describe.each(KINDS)('%s', (kind) => {
  describe('accepting a signup', () => {
    it('keeps signup, token, number and first event together', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.signups.accept(newSignup({ verifiedName: 'Lucky Shrub' }))).toEqual(ROW);
      expect(await store.signups.byIdempotencyKey('key-1')).toEqual(ROW);
      expect((await store.credentials.tokenOf(ACCOUNT))?.reveal()).toBe('EAAG-first');
      expect(await store.numbers.byId(NUMBER)).toEqual({
        phoneNumberId: NUMBER,
        wabaId: ACCOUNT,
        displayPhoneNumber: '+1 631-555-5555',
        verifiedName: 'Lucky Shrub',
        stage: 'verifying',
        waitingFor: 'meta',
        deadlineAtMs: newSignup().deadlineAtMs,
        updatedAtMs: T0_MS,
      });
      expect(await store.numbers.eventsOf(NUMBER)).toEqual([
        {
          id: 1,
          phoneNumberId: NUMBER,
          kind: 'signed-up',
          atMs: T0_MS,
          text: 'Embedded Signup completed; onboarding accepted',
          actor: 'signup',
        },
      ]);
    });

    it('that named no number keeps the access to its account, and begins no onboarding', async () => {
      const { store } = await openTestStore(kind);
      const token = new Secret('EAAG-account');
      await store.signups.keepAccess(ACCOUNT, { token, tokenLife: { expiresAtMs: T0_MS + 1 } });
      expect((await store.credentials.tokenOf(ACCOUNT))?.reveal()).toBe('EAAG-account');
      expect(await store.tokenLives.of(ACCOUNT)).toMatchObject({ expiresAtMs: T0_MS + 1 });
      expect(await store.signups.pending(10)).toEqual([]);
    });

    it('keeps nothing at all when the last of its rows cannot be written', async () => {
      const opened = await openTestStore(kind);
      const { store } = opened;
      const raw = await openRaw(opened);
      await plantFailure(raw, opened, { table: 'signups' });
      await expect(store.signups.accept(newSignup())).rejects.toThrow('planted');
      expect(await store.credentials.tokenOf(ACCOUNT)).toBeUndefined();
      expect(await store.numbers.byId(NUMBER)).toBeUndefined();
      expect(await store.numbers.eventsAfter(0)).toEqual([]);
      await raw.run(kind === 'sqlite' ? 'drop trigger planted' : 'drop trigger planted on signups');
      expect(await store.signups.accept(newSignup())).toEqual(ROW);
    });

    it('keeps what was chosen for the registration', async () => {
      const { store } = await openTestStore(kind);
      const how = { platform: 'on-premises', codeMethod: 'voice' } as const;
      await store.signups.accept(newSignup({ how }));
      expect(await store.signups.pending(1)).toMatchObject([{ how }]);
    });

    it('answers a twin under the same key with the first row and changes nothing', async () => {
      const { store, clock } = await openTestStore(kind);
      const first = await store.signups.accept(newSignup());
      clock.nowMs += 1000;
      const twin = newSignup({
        bodyHash: 'hash-2',
        phoneNumberId: OTHER_NUMBER,
        token: new Secret('EAAG-twin'),
      });
      expect(await store.signups.accept(twin)).toEqual(first);
      expect((await store.credentials.tokenOf(ACCOUNT))?.reveal()).toBe('EAAG-first');
      expect(await store.numbers.byId(OTHER_NUMBER)).toBeUndefined();
      expect(await store.numbers.eventsAfter(0)).toHaveLength(1);
    });

    it('accepts ten concurrent twins once', async () => {
      const { store } = await openTestStore(kind);
      const rows = await Promise.all(
        Array.from({ length: 10 }, () => store.signups.accept(newSignup())),
      );
      expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
      expect(await store.signups.pending(10)).toHaveLength(1);
    });

    it('starts a number anew that signs up again, and keeps its name', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.signups.accept(newSignup({ verifiedName: 'Lucky Shrub' }));
      await store.numbers.announce({
        phoneNumberId: NUMBER,
        wabaId: ACCOUNT,
        stage: 'done',
        waitingFor: 'nobody',
        deadlineAtMs: T0_MS,
        cause: 'deadline_passed',
        outcome: 'signup-expired',
        progressJson: '{}',
        events: [],
        announcementKey: 'run-1/9',
      });
      clock.nowMs += 1000;
      await store.signups.accept(newSignup({ idempotencyKey: 'key-2' }));
      expect(await store.numbers.byId(NUMBER)).toEqual({
        phoneNumberId: NUMBER,
        wabaId: ACCOUNT,
        displayPhoneNumber: '+1 631-555-5555',
        verifiedName: 'Lucky Shrub',
        stage: 'verifying',
        waitingFor: 'meta',
        deadlineAtMs: newSignup().deadlineAtMs,
        updatedAtMs: T0_MS + 1000,
      });
    });

    it('renews the token of a number that runs, and leaves the rest of it alone', async () => {
      const { store } = await openTestStore(kind);
      await store.signups.accept(newSignup());
      await store.numbers.announce({
        phoneNumberId: NUMBER,
        wabaId: ACCOUNT,
        stage: 'registering',
        waitingFor: 'customer',
        deadlineAtMs: T0_MS + 5,
        cause: 'token_invalid',
        progressJson: '{}',
        events: [],
        announcementKey: 'run-1/1',
      });
      const before = await store.numbers.byId(NUMBER);
      await store.signups.accept(
        newSignup({ idempotencyKey: 'key-2', token: new Secret('EAAG-second') }),
      );
      expect(await store.numbers.byId(NUMBER)).toEqual(before);
      expect((await store.credentials.tokenOf(ACCOUNT))?.reveal()).toBe('EAAG-second');
    });

    it('is not there under a key that nobody used', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.signups.byIdempotencyKey('key-1')).toBeUndefined();
    });
  });

  describe('signups whose workflow is not known to have started', () => {
    it('come oldest first, not more than asked for, and leave when started', async () => {
      const { store, clock } = await openTestStore(kind);
      const ids: string[] = [];
      for (const key of ['key-3', 'key-1', 'key-2']) {
        ids.push((await store.signups.accept(newSignup({ idempotencyKey: key }))).id);
        clock.nowMs += 1;
      }
      const pendingIds = async (limit: number): Promise<string[]> =>
        (await store.signups.pending(limit)).map(({ id }) => id);
      expect(await pendingIds(10)).toEqual(ids);
      expect(await pendingIds(2)).toEqual(ids.slice(0, 2));
      await store.signups.markStarted(ids[0] ?? '');
      await store.signups.markStarted(ids[0] ?? '');
      expect(await pendingIds(10)).toEqual(ids.slice(1));
    });
  });
});

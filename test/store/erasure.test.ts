import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { TOMBSTONE_MS } from '../../src/store/tombstones.ts';
import { factsOf } from '../domain/facts.ts';
import { ACCOUNT, newSignup, NUMBER, OTHER_NUMBER } from './builders.ts';
import { KINDS, openTestStore, type TestStore } from './test-store.ts';

const HINT = { digest: 'd', wabaId: ACCOUNT, field: 'security', digits: '16315555555' } as const;

async function attempt({ store }: TestStore, n: number): Promise<void> {
  await store.attempts.reserve({
    ...{ phoneNumberId: NUMBER, requestKey: `key-${n}`, kind: 'automatic', inFlightMs: 1 },
  });
  await store.attempts.startSending(NUMBER, n);
  await store.attempts.close(NUMBER, n, { state: 'refused', cause: 'number_in_use' });
}

/** A number with something of everything that is kept. */
async function openWithNumber(kind: (typeof KINDS)[number]): Promise<TestStore> {
  const opened = await openTestStore(kind);
  const { store } = opened;
  await store.signups.accept(newSignup());
  await store.credentials.ensurePin(NUMBER);
  await store.credentials.keepCertificate(NUMBER, new Secret('Y2VydA=='));
  await attempt(opened, 1);
  await store.inbox.keep([HINT]);
  await store.accounts.keepReads(ACCOUNT, [{ phoneNumberId: NUMBER, facts: factsOf() }]);
  return opened;
}

describe.each(KINDS)('%s', (kind) => {
  describe('a number that is forgotten', () => {
    it('leaves nothing, and its account goes with its last number', async () => {
      const { store } = await openWithNumber(kind);
      await store.erasure.begin(NUMBER);
      expect(await store.erasure.eraseRows(NUMBER)).toMatchObject({
        ...{ numbers: 1, signups: 1, events: 1, registrationAttempts: 1, numberReads: 1 },
        ...{ inbox: 1, credentials: 3 },
      });
      expect(await store.numbers.byId(NUMBER)).toBeUndefined();
      expect(await store.credentials.pinOf(NUMBER)).toBeUndefined();
      expect(await store.credentials.tokenOf(ACCOUNT)).toBeUndefined();
      expect(await store.inbox.pending(10)).toEqual([]);
      expect(await store.accounts.lastReadOf(NUMBER)).toBeUndefined();
      expect(await store.erasure.eraseRows(NUMBER)).toMatchObject({ numbers: 0, credentials: 0 });
    });

    it('comes back with no memory of what Meta told of its name', async () => {
      const { store } = await openWithNumber(kind);
      await store.inbox.keep([{ ...HINT, nameDecision: { decision: 'REJECTED' }, digest: 'n' }]);
      expect(await store.inbox.nameDecisionOf(NUMBER)).toBeDefined();
      await store.erasure.begin(NUMBER);
      await store.erasure.eraseRows(NUMBER);
      await store.signups.accept(newSignup({ idempotencyKey: 'again' }));
      expect(await store.inbox.nameDecisionOf(NUMBER)).toBeUndefined();
    });

    it('leaves the account to the numbers that stay', async () => {
      const { store } = await openWithNumber(kind);
      await store.signups.accept(newSignup({ idempotencyKey: 'k2', phoneNumberId: OTHER_NUMBER }));
      await store.erasure.begin(NUMBER);
      await store.erasure.eraseRows(NUMBER);
      expect(await store.credentials.tokenOf(ACCOUNT)).toBeDefined();
      expect(await store.numbers.byId(OTHER_NUMBER)).toBeDefined();
    });

    it('is written of no more: no late webhook, no last word of its run, no read of its account', async () => {
      const { store } = await openWithNumber(kind);
      await store.erasure.begin(NUMBER);
      await store.erasure.eraseRows(NUMBER);
      expect(await store.inbox.keep([{ ...HINT, digest: 'late' }])).toBe(0);
      await store.accounts.keepReads(ACCOUNT, [{ phoneNumberId: NUMBER, facts: factsOf() }]);
      await store.numbers.announce({
        ...{ phoneNumberId: NUMBER, wabaId: ACCOUNT, stage: 'done', waitingFor: 'nobody' },
        ...{ deadlineAtMs: 1, progressJson: '{}', events: [], announcementKey: 'late' },
      });
      expect(await store.accounts.lastReadOf(NUMBER)).toBeUndefined();
      expect(await store.numbers.byId(NUMBER)).toBeUndefined();
      expect(await store.inbox.keep([{ ...HINT, digest: 'other', digits: '16315550000' }])).toBe(1);
    });

    it('is being erased until the order is finished, and forgotten itself after eight days', async () => {
      const { store, clock } = await openWithNumber(kind);
      expect(await store.erasure.stateOf(NUMBER)).toBeUndefined();
      await store.erasure.begin(NUMBER);
      expect(await store.erasure.stateOf(NUMBER)).toBe('erasing');
      await store.erasure.finish(NUMBER);
      expect(await store.erasure.stateOf(NUMBER)).toBe('erased');
      expect(await store.erasure.stateOf(OTHER_NUMBER)).toBeUndefined();
      clock.nowMs += TOMBSTONE_MS - 1;
      expect(await store.erasure.stateOf(NUMBER)).toBe('erased');
      clock.nowMs += 1;
      expect(await store.erasure.stateOf(NUMBER)).toBeUndefined();
    });

    it('is not welcome back before its erasure is finished', async () => {
      const { store } = await openWithNumber(kind);
      await store.erasure.begin(NUMBER);
      expect(await store.erasure.welcomeBack(NUMBER)).toBe('erasing');
      expect(await store.erasure.stateOf(NUMBER)).toBe('erasing');
    });

    it('is known by what an order without a signup has left', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.erasure.isKnown(NUMBER)).toBe(false);
      await store.credentials.ensurePin(NUMBER);
      expect(await store.erasure.isKnown(NUMBER)).toBe(true);
    });

    it('keeps its attempts apart from those that were made since', async () => {
      const opened = await openWithNumber(kind);
      const { store } = opened;
      await store.erasure.begin(NUMBER);
      await store.erasure.eraseRows(NUMBER);
      await store.erasure.finish(NUMBER);
      await attempt(opened, 1);
      expect(await store.erasure.welcomeBack(NUMBER)).toBe('welcome');
      expect((await store.attempts.of(NUMBER)).map(({ n }) => n)).toEqual([1, 2]);
    });

    it('keeps the attempts that Meta counts, should it sign up again', async () => {
      const opened = await openWithNumber(kind);
      const { store } = opened;
      await attempt(opened, 2);
      await store.erasure.begin(NUMBER);
      await store.erasure.eraseRows(NUMBER);
      await store.erasure.finish(NUMBER);
      expect(await store.attempts.of(NUMBER)).toEqual([]);
      expect(await store.erasure.welcomeBack(NUMBER)).toBe('welcome');
      await store.signups.accept(newSignup({ idempotencyKey: 'again' }));
      expect(await store.attempts.of(NUMBER)).toHaveLength(2);
      await attempt(opened, 3);
      expect(await store.attempts.of(NUMBER)).toHaveLength(3);
      expect(await store.erasure.stateOf(NUMBER)).toBeUndefined();
    });
  });
});

import { describe, expect, it } from 'vitest';
import { COUNTED_MS } from '../../src/domain/pacing.ts';
import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../../src/domain/phone-number.ts';
import type { NumberFacts } from '../../src/domain/number-facts.ts';
import { KINDS, openTestStore } from './test-store.ts';

const HOUR_MS = 3_600_000;
const ACCOUNT = wabaId('102290129340398');
const OTHER = wabaId('102290129340399');

function wabaId(text: string): WabaId {
  if (!isWabaId(text)) throw new Error('not an id');
  return text;
}

function numberId(text: string): PhoneNumberId {
  if (!isPhoneNumberId(text)) throw new Error('not an id');
  return text;
}

function factsAt(readAtMs: number, status = 'PENDING'): NumberFacts {
  return {
    readAtMs,
    status,
    codeVerificationStatus: 'VERIFIED',
    isOnBizApp: false,
    isPreverified: false,
  };
}

const asked = (who: string, urgencyMs = 0, calls = 1) => ({
  wabaId: ACCOUNT,
  who,
  urgencyMs,
  calls,
});

describe.each(KINDS)('%s', (kind) => {
  describe('what was read of an account', () => {
    it('is the last read of each number, whoever made it', async () => {
      const { store } = await openTestStore(kind);
      const id = numberId('1');
      await store.accounts.keepReads(ACCOUNT, [{ phoneNumberId: id, facts: factsAt(1) }]);
      await store.accounts.keepReads(ACCOUNT, [
        { phoneNumberId: id, facts: factsAt(2, 'CONNECTED') },
        { phoneNumberId: numberId('2'), facts: factsAt(2) },
      ]);
      expect(await store.accounts.lastReadOf(id)).toEqual(factsAt(2, 'CONNECTED'));
      expect(await store.accounts.lastReadsOf(ACCOUNT)).toHaveLength(2);
      expect(await store.accounts.lastReadsOf(OTHER)).toEqual([]);
      expect(await store.accounts.lastReadOf(numberId('3'))).toBeUndefined();
    });

    it.each([
      [HOUR_MS - 1, false],
      [HOUR_MS, true],
      [HOUR_MS + 1, true],
    ])(
      'lets one number an hour see to the subscription (%i ms later: %s)',
      async (laterMs, again) => {
        const { store, clock } = await openTestStore(kind);
        expect(await store.accounts.claimSubscription(ACCOUNT)).toBe(true);
        expect(await store.accounts.claimSubscription(OTHER)).toBe(true);
        clock.nowMs += laterMs;
        expect(await store.accounts.claimSubscription(ACCOUNT)).toBe(again);
      },
    );

    it('lets the next number try when the subscription came to nothing', async () => {
      const { store } = await openTestStore(kind);
      await store.accounts.claimSubscription(ACCOUNT);
      await store.accounts.giveUpSubscription(ACCOUNT);
      expect(await store.accounts.claimSubscription(ACCOUNT)).toBe(true);
    });
  });

  describe('the calls of an account', () => {
    it('are counted together, and those of another account apart', async () => {
      const { store } = await openTestStore(kind);
      expect(await store.pacing.permit(asked('1', 0, 180))).toEqual({ kind: 'go' });
      expect((await store.pacing.permit(asked('2'))).kind).toBe('wait');
      expect((await store.pacing.permit({ ...asked('2'), wabaId: OTHER })).kind).toBe('go');
    });

    it('go to the nearest deadline first, and to those behind it as calls leave the hour', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.pacing.permit(asked('first', 0, 179));
      clock.nowMs += 1000;
      await store.pacing.permit(asked('second'));
      const late = await store.pacing.permit(asked('late', 2000));
      const urgent = await store.pacing.permit(asked('urgent', 1000));
      expect(late).toMatchObject({ kind: 'wait' });
      expect(urgent).toEqual(late);
      clock.nowMs += COUNTED_MS - 1000;
      // 179 calls are free again: both go, and one that is less urgent than the queue still has room.
      expect((await store.pacing.permit(asked('late', 2000))).kind).toBe('go');
      expect((await store.pacing.permit(asked('urgent', 1000))).kind).toBe('go');
    });

    it('are not kept for somebody who was told to come back and has not', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.pacing.permit(asked('first', 0, 180));
      await store.pacing.permit(asked('gone', 1, 180));
      clock.nowMs += COUNTED_MS;
      expect((await store.pacing.permit(asked('here', 2))).kind).toBe('wait');
      clock.nowMs += 120_001;
      expect((await store.pacing.permit(asked('here', 2))).kind).toBe('go');
    });

    it('have the larger limit once a number of the account was seen registered', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.pacing.permit(asked('1', 0, 180));
      const facts = factsAt(clock.nowMs, 'CONNECTED');
      await store.accounts.keepReads(ACCOUNT, [{ phoneNumberId: numberId('1'), facts }]);
      expect((await store.pacing.permit(asked('2', 0, 4320))).kind).toBe('go');
      expect((await store.pacing.permit(asked('3'))).kind).toBe('wait');
    });

    it('stand still while Meta says so, but for the last read at a deadline', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.pacing.pause(ACCOUNT, 1000);
      expect(await store.pacing.permit(asked('1'))).toEqual({
        kind: 'wait',
        untilMs: clock.nowMs + 1000,
        waitMs: 1000,
      });
      expect((await store.pacing.permit({ ...asked('2'), atOnce: true })).kind).toBe('go');
      clock.nowMs += 1000;
      expect((await store.pacing.permit(asked('1'))).kind).toBe('go');
    });

    it('leave room for what others use, as Meta tells it', async () => {
      const { store } = await openTestStore(kind);
      await store.pacing.permit(asked('1', 0, 10));
      await store.pacing.noteUse(ACCOUNT, 45);
      expect((await store.pacing.permit(asked('1', 0, 90))).kind).toBe('go');
      expect((await store.pacing.permit(asked('1'))).kind).toBe('wait');
      await store.pacing.noteUse(ACCOUNT, 49.5);
      expect((await store.pacing.permit(asked('1', 0, 80))).kind).toBe('go');
      expect((await store.pacing.permit(asked('1'))).kind).toBe('wait');
    });

    it('stay below the smaller limit, whatever is registered, while Meta counts by it', async () => {
      const { store, clock } = await openTestStore(kind);
      await store.pacing.permit(asked('1', 0, 100));
      await store.pacing.noteUse(ACCOUNT, 50);
      const facts = factsAt(clock.nowMs, 'CONNECTED');
      await store.accounts.keepReads(ACCOUNT, [{ phoneNumberId: numberId('1'), facts }]);
      expect((await store.pacing.permit(asked('2', 0, 80))).kind).toBe('go');
      expect((await store.pacing.permit(asked('3'))).kind).toBe('wait');
      await store.pacing.noteUse(ACCOUNT, 3);
      expect((await store.pacing.permit(asked('3'))).kind).toBe('go');
    });
  });
});

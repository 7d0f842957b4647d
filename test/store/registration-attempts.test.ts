import { describe, expect, it } from 'vitest';
import type { AttemptResult, AttemptRow, Store } from '../../src/store/store.ts';
import { newAttempt, NUMBER, OTHER_NUMBER, T0_MS } from './builders.ts';
import { KINDS, openRaw, openTestStore } from './test-store.ts';

type State = AttemptRow['state'];

const HOUR_MS = 3_600_000;
const REFUSED: AttemptResult = {
  state: 'refused',
  http: 400,
  code: 133_005,
  cause: 'pin_mismatch',
};

/** Brings attempt 1 of the number into `state`. */
async function attemptIn(state: State, store: Store): Promise<void> {
  await store.attempts.reserve(newAttempt());
  if (state === 'open') return;
  if (state !== 'not_sent') await store.attempts.startSending(NUMBER, 1);
  if (state !== 'sending') await store.attempts.close(NUMBER, 1, { state });
}

async function stateOf(store: Store, n: number): Promise<State | undefined> {
  const rows = await store.attempts.of(NUMBER);
  return rows.find((row) => row.n === n)?.state;
}

/** Reserves, sends and closes one attempt at the clock's instant. */
async function spend(store: Store, requestKey: string, kind: 'automatic' | 'operator') {
  const reservation = await store.attempts.reserve(newAttempt({ requestKey, kind }));
  if (reservation.kind !== 'reserved') return reservation.kind;
  await store.attempts.startSending(NUMBER, reservation.n);
  await store.attempts.close(NUMBER, reservation.n, REFUSED);
  return reservation.kind;
}

describe.each(KINDS)('%s', (database) => {
  describe('reserving an attempt', () => {
    it('opens attempt 1 of a new number and counts it as spent', async () => {
      const { store } = await openTestStore(database);
      expect(await store.attempts.reserve(newAttempt())).toEqual({
        kind: 'reserved',
        n: 1,
        left: { automatic: 5, operator: 7 },
      });
      expect(await store.attempts.of(NUMBER)).toEqual([
        { n: 1, kind: 'automatic', state: 'open', openedAtMs: T0_MS },
      ]);
    });

    it.each<State>(['open', 'sending', 'ok', 'refused', 'unknown', 'not_sent'])(
      'answers a repeated request with its own row while that is %s',
      async (state) => {
        const { store } = await openTestStore(database);
        await attemptIn(state, store);
        const left =
          state === 'not_sent' ? { automatic: 6, operator: 8 } : { automatic: 5, operator: 7 };
        expect(await store.attempts.reserve(newAttempt())).toEqual({
          kind: 'reserved',
          n: 1,
          left,
        });
        expect(await store.attempts.of(NUMBER)).toHaveLength(1);
      },
    );

    it('keeps the attempts of two numbers apart', async () => {
      const { store } = await openTestStore(database);
      await store.attempts.reserve(newAttempt());
      const other = newAttempt({ phoneNumberId: OTHER_NUMBER, requestKey: 'run-2/1' });
      expect(await store.attempts.reserve(other)).toMatchObject({ kind: 'reserved', n: 1 });
    });

    it('never answers a number with the row of another number that used the same request key', async () => {
      const { store } = await openTestStore(database);
      await store.attempts.reserve(newAttempt());
      const other = newAttempt({ phoneNumberId: OTHER_NUMBER });
      await expect(store.attempts.reserve(other)).rejects.toThrow(/unique/i);
      expect(await store.attempts.of(OTHER_NUMBER)).toEqual([]);
    });
  });

  describe('a second attempt while the first is on its way', () => {
    it.each(['open', 'sending'] as const)(
      'is refused until the time of one that is %s is up',
      async (state) => {
        const { store, clock } = await openTestStore(database);
        await attemptIn(state, store);
        clock.nowMs += 14_999;
        const second = await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
        expect(second).toEqual({ kind: 'in-flight', untilMs: T0_MS + 15_000 });
        expect(await stateOf(store, 1)).toBe(state);
      },
    );

    it.each([
      ['open', 'not_sent'],
      ['sending', 'unknown'],
    ] as const)('settles one that was %s as %s at that very instant', async (before, after) => {
      const { store, clock } = await openTestStore(database);
      await attemptIn(before, store);
      clock.nowMs += 15_000;
      const second = await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
      expect(second).toMatchObject({ kind: 'reserved', n: 2 });
      expect(await stateOf(store, 1)).toBe(after);
    });

    it('counts the way from the moment of sending, not from the reservation', async () => {
      const { store, clock } = await openTestStore(database);
      await store.attempts.reserve(newAttempt());
      clock.nowMs += 14_000;
      await store.attempts.startSending(NUMBER, 1);
      clock.nowMs += 14_000;
      const second = await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
      expect(second).toEqual({ kind: 'in-flight', untilMs: T0_MS + 29_000 });
    });

    it('does not count an old open attempt, as it never left', async () => {
      const { store, clock } = await openTestStore(database);
      await attemptIn('open', store);
      clock.nowMs += 15_000;
      const second = await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
      expect(second).toEqual({ kind: 'reserved', n: 2, left: { automatic: 5, operator: 7 } });
    });

    it('counts an old sending attempt, as it may have arrived', async () => {
      const { store, clock } = await openTestStore(database);
      await attemptIn('sending', store);
      clock.nowMs += 15_000;
      const second = await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
      expect(second).toEqual({ kind: 'reserved', n: 2, left: { automatic: 4, operator: 6 } });
    });
  });

  describe('the budget of 72 hours', () => {
    it('gives six attempts to the workflow, the seventh and eighth to the operator, and no ninth', async () => {
      const { store } = await openTestStore(database);
      const kinds: string[] = [];
      for (let i = 1; i <= 7; i++) kinds.push(await spend(store, `auto/${i}`, 'automatic'));
      for (let i = 1; i <= 3; i++) kinds.push(await spend(store, `person/${i}`, 'operator'));
      const six = Array<string>(6).fill('reserved');
      expect(kinds).toEqual([...six, 'budget-spent', 'reserved', 'reserved', 'budget-spent']);
      expect(await store.attempts.of(NUMBER)).toHaveLength(8);
    });

    it('counts the operator attempts against the workflow too', async () => {
      const { store } = await openTestStore(database);
      for (let i = 1; i <= 6; i++) await spend(store, `person/${i}`, 'operator');
      expect(await spend(store, 'auto/1', 'automatic')).toBe('budget-spent');
    });

    it.each([
      [-1, 'budget-spent'],
      [0, 'reserved'],
      [1, 'reserved'],
    ])('72 hours %i ms after the first of six was sent is %s', async (offsetMs, kind) => {
      const { store, clock } = await openTestStore(database);
      for (let i = 1; i <= 6; i++) {
        clock.nowMs = T0_MS + (i - 1) * HOUR_MS;
        await spend(store, `auto/${i}`, 'automatic');
      }
      clock.nowMs = T0_MS + 72 * HOUR_MS + offsetMs;
      const seventh = await store.attempts.reserve(newAttempt({ requestKey: 'auto/7' }));
      expect(seventh.kind).toBe(kind);
      if (seventh.kind === 'budget-spent') expect(seventh.nextAtMs).toBe(T0_MS + 72 * HOUR_MS);
    });

    it('runs from the moment of sending, as that is when Meta counts', async () => {
      const { store, clock } = await openTestStore(database);
      for (let i = 1; i <= 6; i++) {
        await store.attempts.reserve(newAttempt({ requestKey: `auto/${i}` }));
        clock.nowMs += 10_000;
        await store.attempts.startSending(NUMBER, i);
        await store.attempts.close(NUMBER, i, REFUSED);
      }
      const seventh = await store.attempts.reserve(newAttempt({ requestKey: 'auto/7' }));
      expect(seventh).toMatchObject({ nextAtMs: T0_MS + 10_000 + 72 * HOUR_MS });
    });

    it('does not count what was not sent', async () => {
      const { store } = await openTestStore(database);
      for (let i = 1; i <= 9; i++) {
        await store.attempts.reserve(newAttempt({ requestKey: `auto/${i}` }));
        await store.attempts.close(NUMBER, i, { state: 'not_sent' });
      }
      const tenth = await store.attempts.reserve(newAttempt({ requestKey: 'auto/10' }));
      expect(tenth).toEqual({ kind: 'reserved', n: 10, left: { automatic: 5, operator: 7 } });
    });

    it('stays spent when the store is closed and opened again', async () => {
      const first = await openTestStore(database);
      for (let i = 1; i <= 6; i++) await spend(first.store, `auto/${i}`, 'automatic');
      await first.store.close();
      const { store } = await openTestStore(first);
      expect(await spend(store, 'auto/7', 'automatic')).toBe('budget-spent');
    });
  });

  describe('the states of an attempt', () => {
    const ends = ['ok', 'refused', 'unknown', 'not_sent'] as const;
    const allowed = new Set([
      'open→not_sent',
      'sending→ok',
      'sending→refused',
      'sending→unknown',
      'sending→not_sent',
      'unknown→ok',
    ]);
    const from: readonly State[] = ['open', 'sending', ...ends];
    const moves = from.flatMap((before) =>
      ends.map((end) => [before, end, allowed.has(`${before}→${end}`)] as const),
    );

    it.each(moves)(
      'closing one that is %s as %s changes it: %s',
      async (before, end, isAllowed) => {
        const { store } = await openTestStore(database);
        await attemptIn(before, store);
        expect(await store.attempts.close(NUMBER, 1, { state: end })).toBe(isAllowed);
        expect(await stateOf(store, 1)).toBe(isAllowed ? end : before);
      },
    );

    it.each(from)('sends one that is %s only if it was open', async (before) => {
      const { store } = await openTestStore(database);
      await attemptIn(before, store);
      expect(await store.attempts.startSending(NUMBER, 1)).toBe(before === 'open');
      expect(await stateOf(store, 1)).toBe(before === 'open' ? 'sending' : before);
    });

    it('sends an attempt once, however many ask at the same time', async () => {
      const { store } = await openTestStore(database);
      await store.attempts.reserve(newAttempt());
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => store.attempts.startSending(NUMBER, 1)),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('does not send an attempt that is no longer the newest, even if its row were open', async () => {
      const opened = await openTestStore(database);
      const { store } = opened;
      await attemptIn('not_sent', store);
      await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
      await (
        await openRaw(opened)
      ).run(`update registration_attempts set state = 'open' where n = 1`);
      expect(await store.attempts.startSending(NUMBER, 1)).toBe(false);
      expect(await store.attempts.startSending(NUMBER, 2)).toBe(true);
    });

    it('sends and closes nothing for an attempt that was never reserved', async () => {
      const { store } = await openTestStore(database);
      expect(await store.attempts.startSending(NUMBER, 1)).toBe(false);
      expect(await store.attempts.close(NUMBER, 1, REFUSED)).toBe(false);
      expect(await store.attempts.of(NUMBER)).toEqual([]);
    });
  });

  describe('settling an attempt whose sender is gone', () => {
    it.each([
      ['open', 'not_sent', 'not-sent'],
      ['sending', 'unknown', 'unknown'],
      ['ok', 'ok', 'ok'],
      ['refused', 'refused', 'refused'],
      ['unknown', 'unknown', 'unknown'],
      ['not_sent', 'not_sent', 'not-sent'],
    ] as const)('finds it %s, leaves it %s and answers %s', async (before, after, kind) => {
      const { store } = await openTestStore(database);
      await attemptIn(before, store);
      expect(await store.attempts.settle(NUMBER, 1)).toMatchObject({ kind });
      expect(await stateOf(store, 1)).toBe(after);
    });

    it('proves that a late sender can no longer send', async () => {
      const { store } = await openTestStore(database);
      await attemptIn('open', store);
      await store.attempts.settle(NUMBER, 1);
      expect(await store.attempts.startSending(NUMBER, 1)).toBe(false);
    });

    it('keeps the answer of a late sender that proves success', async () => {
      const { store } = await openTestStore(database);
      await attemptIn('sending', store);
      await store.attempts.settle(NUMBER, 1);
      expect(await store.attempts.close(NUMBER, 1, { state: 'ok', http: 200 })).toBe(true);
      expect(await store.attempts.settle(NUMBER, 1)).toEqual({ kind: 'ok' });
    });

    it('tells the whole refusal', async () => {
      const { store } = await openTestStore(database);
      await attemptIn('sending', store);
      await store.attempts.close(NUMBER, 1, {
        state: 'refused',
        http: 400,
        code: 133_016,
        subcode: 2_388_001,
        traceId: 'AbCdEf',
        cause: 'attempts_locked',
        toldWaitMs: 60_000,
      });
      const refusal = {
        cause: 'attempts_locked',
        code: 133_016,
        subcode: 2_388_001,
        traceId: 'AbCdEf',
        toldWaitMs: 60_000,
      };
      expect(await store.attempts.settle(NUMBER, 1)).toEqual({ kind: 'refused', refusal });
    });

    it('tells why an unknown outcome is unknown, if Meta gave a reason', async () => {
      const { store } = await openTestStore(database);
      await attemptIn('sending', store);
      await store.attempts.close(NUMBER, 1, { state: 'unknown', code: 2, cause: 'meta_down' });
      const refusal = { cause: 'meta_down', code: 2 };
      expect(await store.attempts.settle(NUMBER, 1)).toEqual({ kind: 'unknown', refusal });
    });

    it('does not touch the other attempts of the number', async () => {
      const { store } = await openTestStore(database);
      await attemptIn('not_sent', store);
      await store.attempts.reserve(newAttempt({ requestKey: 'run-1/2' }));
      await store.attempts.settle(NUMBER, 1);
      expect(await stateOf(store, 2)).toBe('open');
    });

    it('answers unknown when the row is gone, as after a restored backup', async () => {
      const { store } = await openTestStore(database);
      expect(await store.attempts.settle(NUMBER, 1)).toEqual({ kind: 'unknown' });
    });
  });

  describe('the list of attempts', () => {
    it('is in order and tells code and cause where there is one', async () => {
      const { store, clock } = await openTestStore(database);
      await spend(store, 'auto/1', 'automatic');
      clock.nowMs += 60_000;
      await store.attempts.reserve(newAttempt({ requestKey: 'person/1', kind: 'operator' }));
      const refused = { state: 'refused', code: 133_005, cause: 'pin_mismatch' };
      expect(await store.attempts.of(NUMBER)).toEqual([
        { n: 1, kind: 'automatic', openedAtMs: T0_MS, ...refused },
        { n: 2, kind: 'operator', openedAtMs: T0_MS + 60_000, state: 'open' },
      ]);
    });
  });
});

import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttemptRef } from '../../src/contract/activities.ts';
import type { Cause } from '../../src/domain/causes.ts';
import type { AttemptOutcome, Readiness, Refusal } from '../../src/domain/register-protocol.ts';
import type { AttemptResult, AttemptRow, Store } from '../../src/store/store.ts';
import type { LedgerEntry } from '../support/fake-meta.ts';
import { MINUTE_MS } from '../support/spans.ts';
import { wabaId } from '../store/builders.ts';
import { createRig, failureOf, GRAPH_TIMEOUT_MS, run, START_TO_CLOSE_MS, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(async () => {
  await rig.close();
});

type OfNumber = Pick<AttemptRef, 'phoneNumberId'>;

function reserve({ phoneNumberId }: OfNumber, step = 1): Promise<Readiness> {
  const requestKey = `run-of-${phoneNumberId}/${step}`;
  const attempt = { phoneNumberId, requestKey };
  return run(rig.activities().reserveAttempt, { ...attempt, kind: 'automatic' });
}

/** A number whose first attempt is written down, not sent. */
async function reserved(): Promise<AttemptRef> {
  const input = await rig.signUp();
  expect(await reserve(input)).toMatchObject({ kind: 'reserved', n: 1 });
  return { phoneNumberId: input.phoneNumberId, wabaId: input.wabaId, n: 1 };
}

const register = (ref: AttemptRef, activities = rig.activities()): Promise<AttemptOutcome> =>
  run(activities.register, ref);

const settle = (ref: AttemptRef): Promise<AttemptOutcome> =>
  run(rig.activities().settleAttempt, ref);

const postsOf = ({ phoneNumberId }: OfNumber): Promise<readonly LedgerEntry[]> =>
  rig.meta.registersOf(phoneNumberId);

async function rowOf({ phoneNumberId, n }: AttemptRef): Promise<AttemptRow | undefined> {
  return (await rig.store.attempts.of(phoneNumberId)).find((row) => row.n === n);
}

describe('a reserved attempt', () => {
  it('has its PIN sealed and its row written before anything is sent, and I3: keeps the PIN', async () => {
    const ref = await reserved();
    const pin = (await rig.store.credentials.pinOf(ref.phoneNumberId))?.reveal() ?? '';
    expect(pin).toMatch(/^[0-9]{6}$/);
    expect(await rowOf(ref)).toMatchObject({ state: 'open', kind: 'automatic' });
    expect(await postsOf(ref)).toHaveLength(0);

    expect(await register(ref)).toEqual({ kind: 'ok' });
    const pinSha256 = createHash('sha256').update(pin).digest('hex');
    expect(await postsOf(ref)).toMatchObject([{ pinSha256, effectApplied: true, http: 200 }]);
  });

  it('is the same row when Temporal repeats the reservation', async () => {
    const input = await rig.signUp();
    const [first, second] = [await reserve(input), await reserve(input)];
    expect(second).toEqual(first);
    expect(await rig.store.attempts.of(input.phoneNumberId)).toHaveLength(1);
  });

  it('keeps a second one away for as long as its request may be on its way', async () => {
    const input = await rig.signUp();
    await reserve(input, 1);
    expect(await reserve(input, 2)).toEqual({
      kind: 'in-flight',
      untilMs: rig.clock.nowMs + GRAPH_TIMEOUT_MS + 5000,
    });
  });

  it('is not made while another process holds the store: no PIN is drawn, nothing is sent', async () => {
    const input = await rig.signUp();
    const failure = await whileStoreIsLocked(() => failureOf(reserve(input)));
    expect(failure).toMatchObject({ type: 'StoreUnavailable', nonRetryable: false });
    expect(await rig.store.credentials.pinOf(input.phoneNumberId)).toBeUndefined();
    expect(await postsOf(input)).toHaveLength(0);
  });
});

/** Another program is in the middle of a write. */
async function whileStoreIsLocked<T>(act: () => Promise<T>): Promise<T> {
  const other = new DatabaseSync(rig.storePath);
  other.exec('begin immediate');
  try {
    return await act();
  } finally {
    other.exec('rollback');
    other.close();
  }
}

interface Case {
  readonly fault?: object;
  readonly outcome: {
    readonly kind: AttemptOutcome['kind'];
    readonly refusal?: {
      readonly cause: Cause;
      readonly code?: number;
      readonly traceId?: unknown;
    };
  };
  readonly state: AttemptRow['state'];
  readonly effective: boolean;
}

const aTraceId: unknown = expect.any(String);
const unknown = (fault: object, effective: boolean): Case => ({
  ...{ fault, effective },
  outcome: { kind: 'unknown' },
  state: 'unknown',
});
const unknownWith = (fault: { readonly code: number }, effective: boolean): Case => ({
  ...unknown({ kind: 'error', ...fault }, effective),
  outcome: {
    kind: 'unknown',
    refusal: { cause: 'meta_down', code: fault.code, traceId: aTraceId },
  },
});
const refused = (fault: object, refusal: Refusal): Case => ({
  fault,
  outcome: { kind: 'refused', refusal: { traceId: aTraceId, ...refusal } },
  state: 'refused',
  effective: false,
});
const error = (code: number, more: object = {}): object => ({ kind: 'error', code, ...more });

const CASES: readonly (readonly [string, Case])[] = [
  ['success', { outcome: { kind: 'ok' }, state: 'ok', effective: true }],
  [
    'extra keys',
    { ...unknown({ kind: 'extra_keys' }, true), outcome: { kind: 'ok' }, state: 'ok' },
  ],
  ['F15: a reset before the effect', unknown({ kind: 'drop_before' }, false)],
  ['F14: a reset after the effect', unknown({ kind: 'drop_after' }, true)],
  [
    'F12: HTTP 500 after the effect',
    {
      ...unknownWith({ code: 131_000 }, true),
      fault: { kind: 'http_500_after' },
    },
  ],
  ['F12: code 1', unknownWith({ code: 1 }, false)],
  ['F12: code 2', unknownWith({ code: 2 }, false)],
  ['F12: code 131000', unknownWith({ code: 131_000 }, false)],
  ['F12: code 131016', unknownWith({ code: 131_016 }, false)],
  ['F12: HTML as 502', unknown({ kind: 'html' }, false)],
  ['F18: HTML as 200', unknown({ kind: 'html', http: 200 }, false)],
  ['F18: HTML as 404', unknown({ kind: 'html', http: 404 }, false)],
  ['F18: cut JSON', unknown({ kind: 'truncated' }, true)],
  ['F18: an empty 200', unknown({ kind: 'empty' }, true)],
  ['F18: success false', unknown({ kind: 'success_false' }, false)],
  ['F18: success beside an error', unknown({ kind: 'success_with_error' }, true)],
  ['F19: 10 MB', unknown({ kind: 'huge' }, true)],
  ['F20: a redirect', unknown({ kind: 'redirect' }, false)],
  ['F17: silence before the effect', unknown({ kind: 'hang', ms: 5000 }, false)],
  ['F17: silence after the effect', unknown({ kind: 'hang', when: 'after', ms: 5000 }, true)],
  ['F17: a byte a second', unknown({ kind: 'drip' }, true)],
  ['F22: 133005', refused(error(133_005), { cause: 'pin_mismatch', code: 133_005 })],
  ['F22: 133006', refused(error(133_006), { cause: 'not_verified', code: 133_006 })],
  [
    'F22: 133009',
    refused(error(133_009), { cause: 'pin_locked', code: 133_009, toldWaitMs: 60 * MINUTE_MS }),
  ],
  ['F21: 133016', refused(error(133_016), { cause: 'attempts_locked', code: 133_016 })],
  [
    'F22: 131031 about the PIN',
    refused(error(131_031, { details: 'The PIN is wrong.' }), {
      cause: 'pin_mismatch',
      code: 131_031,
    }),
  ],
  [
    'F22: 100/2388001 about a WhatsApp account',
    refused(
      error(100, { subcode: 2_388_001, error_user_msg: 'It has an existing WhatsApp account.' }),
      { cause: 'number_in_use', code: 100, subcode: 2_388_001 },
    ),
  ],
  ['F22: 190', refused(error(190, { http: 401 }), { cause: 'token_invalid', code: 190 })],
  ['F22: an unknown code', refused(error(424_242), { cause: 'unknown_refusal', code: 424_242 })],
  [
    'F13: 80007 told 19 minutes',
    refused(
      { kind: 'throttle', minutes: 19 },
      { cause: 'throttled', code: 80_007, toldWaitMs: 19 * MINUTE_MS },
    ),
  ],
];

describe('a register request', () => {
  it.each(CASES)(
    'that ends with %s is sent once and written down as it ended',
    async (_title, end) => {
      const ref = await reserved();
      if (end.fault !== undefined) await rig.armFault(ref.phoneNumberId, end.fault);
      expect(await register(ref)).toEqual(end.outcome);
      expect(await rowOf(ref)).toMatchObject({
        state: end.state,
        ...(end.outcome.refusal && { cause: end.outcome.refusal.cause }),
      });
      expect(await settle(ref)).toEqual(end.outcome);
      expect(await postsOf(ref)).toMatchObject([{ effectApplied: end.effective }]);
    },
  );

  it('is not sent, and not counted, when nobody listens', async () => {
    const ref = await reserved();
    const { register: unreachable } = rig.activities({ graph: rig.unreachable });
    expect(await run(unreachable, ref)).toEqual({ kind: 'not-sent' });
    expect(await rowOf(ref)).toMatchObject({ state: 'not_sent' });
    expect(await reserve(ref, 2)).toMatchObject({
      n: 2,
      left: { automatic: 5, operator: 7 },
    });
  });

  it('F02: is not sent again by a second call for the same row', async () => {
    const ref = await reserved();
    await rig.armFault(ref.phoneNumberId, { kind: 'drop_before' });
    expect(await register(ref)).toEqual({ kind: 'unknown' });
    expect(await register(ref)).toEqual({ kind: 'unknown' });
    expect(await postsOf(ref)).toHaveLength(1);
  });

  it('is sent once when two workers have the same row at the same time', async () => {
    const ref = await reserved();
    const outcomes = await Promise.all([register(ref), register(ref), register(ref)]);
    expect(await postsOf(ref)).toHaveLength(1);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['ok', 'unknown', 'unknown']);
    expect(await rowOf(ref)).toMatchObject({ state: 'ok' });
  });

  it('F04: is not sent for a row that is no longer the newest', async () => {
    const ref = await reserved();
    rig.clock.nowMs += MINUTE_MS;
    expect(await reserve(ref, 2)).toMatchObject({ kind: 'reserved', n: 2 });
    expect(await register(ref)).toEqual({ kind: 'not-sent' });
    expect(await postsOf(ref)).toHaveLength(0);
    expect(await register({ ...ref, n: 2 })).toEqual({ kind: 'ok' });
  });

  it('is not sent without a row, and its outcome is unknown', async () => {
    const ref = await reserved();
    expect(await register({ ...ref, n: 7 })).toEqual({ kind: 'unknown' });
    expect(await postsOf(ref)).toHaveLength(0);
  });
});

/** A store that lets something happen to this process in the middle of an activity. */
function storeThat(happens: {
  readonly whileOpening?: () => void;
  readonly whileClaiming?: () => void;
  readonly afterSending?: () => Store;
}): Store {
  const { store } = rig;
  const { whileOpening, whileClaiming, afterSending } = happens;
  return {
    ...store,
    credentials: {
      ...store.credentials,
      pinOf: (phoneNumberId) => {
        whileOpening?.();
        return store.credentials.pinOf(phoneNumberId);
      },
    },
    attempts: {
      ...store.attempts,
      startSending: async (phoneNumberId, n) => {
        const isMine = await store.attempts.startSending(phoneNumberId, n);
        whileClaiming?.();
        return isMine;
      },
      close: (phoneNumberId, n, result) =>
        (afterSending?.() ?? store).attempts.close(phoneNumberId, n, result),
    },
  };
}

const freeze = (durationMs: number) => () => {
  rig.clock.monotonicMs += durationMs;
};

describe('F04: a process that stood still before it sent', () => {
  const HALF_MS = START_TO_CLOSE_MS / 2;
  const sent = { outcome: { kind: 'ok' }, state: 'ok', posts: 1 } as const;
  const notSent = { outcome: { kind: 'not-sent' }, state: 'not_sent', posts: 0 } as const;

  it.each([
    ['for 1 ms less than 2 s after it claimed the row', { whileClaiming: freeze(1999) }, sent],
    ['for 2 s after it claimed the row', { whileClaiming: freeze(2000) }, notSent],
    ['for 8 s after it claimed the row', { whileClaiming: freeze(8000) }, notSent],
    ['for 1 ms less than half its time', { whileOpening: freeze(HALF_MS - 1) }, sent],
    ['for half its time', { whileOpening: freeze(HALF_MS) }, notSent],
  ])('%s', async (_title, happens, expected) => {
    const ref = await reserved();
    const store = storeThat(happens);
    expect(await register(ref, rig.activities({ store }))).toEqual(expected.outcome);
    expect(await rowOf(ref)).toMatchObject({ state: expected.state });
    expect(await postsOf(ref)).toHaveLength(expected.posts);
  });
});

describe('F40: a store that fails', () => {
  it('before the request lets nothing be sent', async () => {
    const ref = await reserved();
    const failure = await whileStoreIsLocked(() => failureOf(register(ref)));
    expect(failure).toMatchObject({ type: 'StoreUnavailable' });
    expect(await postsOf(ref)).toHaveLength(0);
    expect(await settle(ref)).toEqual({ kind: 'not-sent' });
  });

  it('after the request leaves a row that says so: of unknown outcome, never open again', async () => {
    const ref = await reserved();
    const store = storeThat({ afterSending: () => rig.closedStore });
    const failure = await failureOf(register(ref, rig.activities({ store })));
    expect(failure).toMatchObject({ type: 'StoreUnavailable' });
    expect(await settle(ref)).toEqual({ kind: 'unknown' });
    expect(await register(ref)).toEqual({ kind: 'unknown' });
    expect(await postsOf(ref)).toHaveLength(1);
  });

  it('knows no token lets nothing be sent, and a person is asked', async () => {
    const ref = await reserved();
    const failure = await failureOf(register({ ...ref, wabaId: wabaId('1') }));
    expect(failure).toMatchObject({ type: 'Refused', details: [{ cause: 'token_invalid' }] });
    expect(await settle(ref)).toEqual({ kind: 'not-sent' });
    expect(await postsOf(ref)).toHaveLength(0);
  });
});

describe('an attempt whose activity failed', () => {
  it('is closed as not sent when it never left, and a late worker sends nothing', async () => {
    const ref = await reserved();
    expect(await settle(ref)).toEqual({ kind: 'not-sent' });
    expect(await register(ref)).toEqual({ kind: 'not-sent' });
    expect(await postsOf(ref)).toHaveLength(0);
  });

  it('is of unknown outcome when its sender is gone', async () => {
    const ref = await reserved();
    await rig.store.attempts.startSending(ref.phoneNumberId, ref.n);
    expect(await settle(ref)).toEqual({ kind: 'unknown' });
    expect(await rowOf(ref)).toMatchObject({ state: 'unknown' });
  });

  it.each<readonly [AttemptResult, AttemptOutcome]>([
    [{ state: 'ok' }, { kind: 'ok' }],
    [{ state: 'not_sent' }, { kind: 'not-sent' }],
    [{ state: 'unknown' }, { kind: 'unknown' }],
    [
      { state: 'refused', cause: 'pin_mismatch', code: 133_005, traceId: 'A1' },
      { kind: 'refused', refusal: { cause: 'pin_mismatch', code: 133_005, traceId: 'A1' } },
    ],
  ])('stays as it was closed: %o', async (result, outcome) => {
    const ref = await reserved();
    await rig.store.attempts.startSending(ref.phoneNumberId, ref.n);
    await rig.store.attempts.close(ref.phoneNumberId, ref.n, result);
    expect(await settle(ref)).toEqual(outcome);
    expect(await settle(ref)).toEqual(outcome);
  });
});

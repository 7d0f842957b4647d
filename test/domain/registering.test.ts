import { describe, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/domain/causes.ts';
import {
  begin,
  next,
  waitOrAsk,
  type Instant,
  type Seen,
  type Step,
  type Turn,
} from '../../src/domain/registering.ts';
import { factsOf } from './facts.ts';

const AT: Instant = { nowMs: 1000, deadlineAtMs: 1e12 };
const LEFT = { automatic: 5, operator: 7 };
const UNREGISTERED = factsOf({ status: 'PENDING' });
const REGISTERED = factsOf({ status: 'CONNECTED', platformType: 'CLOUD_API' });

const reserved: Seen = { kind: 'reservation', reservation: { kind: 'reserved', n: 1, left: LEFT } };
const read = (seen = UNREGISTERED): Seen => ({ kind: 'facts', facts: seen });
const refused = (cause: Cause): Seen => ({
  kind: 'outcome',
  outcome: { kind: 'refused', refusal: { cause } },
});
const woken = (by: 'facts' | 'time' | 'retry', seen = UNREGISTERED): Seen => ({
  kind: 'woken',
  by,
  facts: seen,
});

/** The turn after all of this was seen, one after the other. */
function after(...seen: readonly Seen[]): Turn {
  return seen.reduce((turn, each) => next(turn, each, AT), begin(UNREGISTERED));
}

const stepAfter = (...seen: readonly Seen[]): Step => after(...seen).step;

describe('a number that is not registered', () => {
  it('has an attempt counted, then sent, then looked for', () => {
    expect(begin(UNREGISTERED).step).toEqual({ kind: 'reserve', attempt: 'automatic' });
    expect(stepAfter(reserved)).toEqual({ kind: 'send', n: 1 });
    expect(stepAfter(reserved, { kind: 'outcome', outcome: { kind: 'ok' } })).toEqual({
      kind: 'prove',
    });
  });

  it('is done when a read shows it registered, and only then', () => {
    const ok: Seen = { kind: 'outcome', outcome: { kind: 'ok' } };
    expect(stepAfter(reserved, ok, read(REGISTERED)).kind).toBe('done');
    expect(stepAfter(reserved, ok, read())).toEqual({ kind: 'reserve', attempt: 'automatic' });
  });

  it('keeps all else that Meta showed when it turns out to live on the WhatsApp Business app', () => {
    const { protocol } = after(reserved, refused('coexistence'));
    expect(protocol.facts).toEqual({ ...UNREGISTERED, isOnBizApp: true });
  });

  it('is a case for a person when Meta accepted it twice and does not show it', () => {
    const ok: Seen = { kind: 'outcome', outcome: { kind: 'ok' } };
    expect(stepAfter(reserved, ok, read(), reserved, ok, read())).toMatchObject({
      kind: 'wait',
      for: 'operator',
      refusal: { cause: 'success_not_visible' },
    });
  });

  it('must prove its owner again before anything is sent, once the proof has lapsed', () => {
    const lapsed = factsOf({ status: 'PENDING', codeVerificationStatus: 'EXPIRED' });
    expect(begin(lapsed).step.kind).toBe('verify');
    expect(stepAfter(reserved, refused('number_in_use'), woken('retry', lapsed)).kind).toBe(
      'verify',
    );
  });

  it('goes on with the attempt that was asked for once its owner is proved', () => {
    const lapsed = factsOf({ status: 'PENDING', codeVerificationStatus: 'EXPIRED' });
    const waiting = [reserved, refused('number_in_use'), woken('retry', lapsed)];
    expect(stepAfter(...waiting, read())).toEqual({ kind: 'reserve', attempt: 'operator' });
  });

  it('waits for a person when it was registered before and somebody took it off', () => {
    expect(begin(UNREGISTERED, true).step).toMatchObject({
      for: 'operator',
      refusal: { cause: 'deregistered_elsewhere' },
    });
    expect(begin(REGISTERED, true).step.kind).toBe('done');
  });

  it.each([
    [-1, 'send'],
    [0, 'read-once-more-or-expire'],
    [1, 'read-once-more-or-expire'],
  ])('of which an attempt was reserved %i ms after its deadline: %s', (afterMs, step) => {
    const at = { nowMs: AT.deadlineAtMs + afterMs, deadlineAtMs: AT.deadlineAtMs };
    const turn = next(begin(UNREGISTERED), reserved, at);
    expect(turn.step.kind).toBe(step);
    // The deadline has moved.
    if (step !== 'send') expect(next(turn, read(), AT).step.kind).toBe('reserve');
  });

  it('waits as long as the ledger says', () => {
    const spent: Seen = {
      kind: 'reservation',
      reservation: { kind: 'budget-spent', nextAtMs: 9000, left: LEFT },
    };
    const flying: Seen = { kind: 'reservation', reservation: { kind: 'in-flight', untilMs: 8000 } };
    expect(stepAfter(spent)).toMatchObject({
      for: 'time',
      untilMs: 9000,
      refusal: { cause: 'budget_spent' },
    });
    expect(stepAfter(flying)).toMatchObject({
      untilMs: 8000,
      refusal: { cause: 'outcome_unknown' },
    });
  });
});

describe('an answer that was lost', () => {
  const lost: Seen = { kind: 'outcome', outcome: { kind: 'unknown' } };
  const doubtful: Seen = {
    kind: 'outcome',
    outcome: { kind: 'unknown', refusal: { cause: 'maintenance', code: 131057 } },
  };

  it('is looked for before anything else, whatever came with it', () => {
    expect(stepAfter(reserved, lost).kind).toBe('look-after-lost-answer');
    expect(stepAfter(reserved, doubtful).kind).toBe('look-after-lost-answer');
  });

  it('is sent again only after a read that says no', () => {
    expect(stepAfter(reserved, lost, read()).kind).toBe('reserve');
    expect(stepAfter(reserved, lost, read(REGISTERED)).kind).toBe('done');
  });

  it('counts as the refusal that came with it, once the reads say no, and only once', () => {
    expect(stepAfter(reserved, doubtful, read())).toMatchObject({
      for: 'time',
      refusal: { cause: 'maintenance' },
    });
    expect(stepAfter(reserved, doubtful, read(), woken('time'), reserved, lost, read()).kind).toBe(
      'reserve',
    );
  });
});

describe('a refusal', () => {
  it.each([
    ['coexistence', { kind: 'done' }],
    ['number_in_use', { kind: 'wait', for: 'operator' }],
    ['unknown_refusal', { kind: 'wait', for: 'operator' }],
    ['name_not_ready', { kind: 'wait', for: 'time', untilMs: 1000 + 6 * 3_600_000 }],
    ['attempts_locked', { kind: 'wait', for: 'time', untilMs: 1000 + 72 * 3_600_000 }],
    ['banned', { kind: 'fail', refusal: { cause: 'banned' } }],
  ] as const)('for %s leads to %o', (cause, step) => {
    expect(stepAfter(reserved, refused(cause))).toMatchObject(step);
  });

  it('whose verdict is to ask is never followed by a request of ours', () => {
    for (const cause of Object.keys(CAUSES).filter(isCause)) {
      if (CAUSES[cause].verdict !== 'ask') continue;
      expect(stepAfter(reserved, refused(cause)), cause).toMatchObject({ for: 'operator' });
    }
  });

  it('waits longer each time in a row, from the third day on with a person told', () => {
    const turns = [refused('name_not_ready')];
    const waits: Step[] = [];
    for (let n = 0; n < 6; n += 1) {
      waits.push(stepAfter(reserved, ...turns));
      turns.push(woken('time'), reserved, refused('name_not_ready'));
    }
    expect(waits.map((step) => ('for' in step ? step.for : step.kind))).toEqual([
      ...['time', 'time', 'time', 'time'],
      ...['operator', 'operator'],
    ]);
    expect(waits.map((step) => ('untilMs' in step ? step.untilMs : 0))).toEqual(
      [6, 12, 24, 24, 24, 24].map((hours) => 1000 + hours * 3_600_000),
    );
  });

  it('begins to count anew when another one comes in between', () => {
    const turn = after(reserved, refused('name_not_ready'), woken('time'), reserved);
    const other = next(turn, refused('recently_deleted'), AT);
    expect(other.protocol.timesSeen).toBe(1);
  });

  it.each([
    [-1, 'time'],
    [0, 'operator'],
    [1, 'operator'],
  ] as const)(
    "is a person's problem now when its wait would end at the deadline (%i ms)",
    (offsetMs, who) => {
      const at = { nowMs: 0, deadlineAtMs: 5000 };
      expect(waitOrAsk({ cause: 'budget_spent' }, 5000 + offsetMs, at).for).toBe(who);
    },
  );

  it('is no answer at all when nothing was sent: a short wait, not counted by Meta', () => {
    const notSent: Seen = { kind: 'outcome', outcome: { kind: 'not-sent' } };
    expect(stepAfter(reserved, notSent)).toMatchObject({ for: 'time', untilMs: 31_000 });
    expect(stepAfter(reserved, notSent, woken('time'), reserved, notSent)).toMatchObject({
      untilMs: 61_000,
    });
  });
});

describe('who asks for the next attempt', () => {
  it('is a person after a retry, and the service in every other case', () => {
    const locked = [reserved, refused('number_in_use')];
    expect(stepAfter(...locked, woken('retry'))).toEqual({ kind: 'reserve', attempt: 'operator' });
    expect(stepAfter(...locked, woken('time'))).toEqual({ kind: 'reserve', attempt: 'automatic' });
    const spent: Seen = {
      kind: 'reservation',
      reservation: { kind: 'budget-spent', nextAtMs: 9000, left: LEFT },
    };
    expect(stepAfter(...locked, woken('retry'), spent, woken('facts'))).toEqual({
      kind: 'reserve',
      attempt: 'operator',
    });
  });
});

describe('a repair', () => {
  const repaired = (outcome: Extract<Seen, { kind: 'repaired' }>['outcome']): Seen => ({
    kind: 'repaired',
    outcome,
    facts: UNREGISTERED,
  });

  it.each([
    ['pin_mismatch', 'set-pin'],
    ['half_deregistered', 'deregister'],
  ] as const)('of %s is made once, by %s, then the number is registered again', (cause, by) => {
    const refusal = { cause };
    expect(stepAfter(reserved, refused(cause))).toEqual({
      kind: 'repair',
      repair: { by, refusal },
    });
    const again = [reserved, refused(cause), repaired({ kind: 'ok' })];
    expect(stepAfter(...again)).toEqual({ kind: 'reserve', attempt: 'automatic' });
    expect(stepAfter(...again, reserved, refused(cause))).toMatchObject({
      for: 'operator',
      refusal,
    });
  });

  it('comes before the attempt when somebody changed the PIN at Meta', () => {
    const stale: Seen = { kind: 'reservation', reservation: { kind: 'pin-stale' } };
    expect(stepAfter(stale)).toMatchObject({ kind: 'repair', repair: { by: 'set-pin' } });
    expect(stepAfter(stale, repaired({ kind: 'ok' })).kind).toBe('reserve');
    expect(stepAfter(stale, repaired({ kind: 'ok' }), stale).kind).toBe('repair');
  });

  it("that Meta refuses for good is a person's case, told as what was to be repaired", () => {
    const refusal = { cause: 'permission_lost' } as const;
    expect(
      stepAfter(reserved, refused('pin_mismatch'), repaired({ kind: 'refused', refusal })),
    ).toMatchObject({ for: 'operator', refusal: { cause: 'pin_mismatch' } });
  });

  it.each([
    ['was not sent', { kind: 'not-sent' }, [31_000, 'meta_down']],
    [
      'Meta refuses for a time',
      { kind: 'refused', refusal: { cause: 'recently_deleted' } },
      [301_000, 'recently_deleted'],
    ],
    ['has no request left', { kind: 'budget-spent', nextAtMs: 7000 }, [7000, 'budget_spent']],
  ] as const)('that %s is still due after its wait', (_case, outcome, [untilMs, cause]) => {
    const waiting = [reserved, refused('half_deregistered'), repaired(outcome)];
    expect(stepAfter(...waiting)).toMatchObject({ for: 'time', untilMs, refusal: { cause } });
    expect(stepAfter(...waiting, woken('time'))).toMatchObject({ kind: 'repair' });
    expect(stepAfter(...waiting, woken('time', REGISTERED)).kind).toBe('done');
  });

  it('whose answer was lost is taken for made: the next attempt tells', () => {
    const lost = [reserved, refused('half_deregistered'), repaired({ kind: 'unknown' })];
    expect(stepAfter(...lost).kind).toBe('reserve');
  });
});

function isCause(name: string): name is Cause {
  return name in CAUSES;
}

import type { AttemptKind } from './attempt-budget.ts';
import { causeEntry, type Cause } from './causes.ts';
import { isPast } from './deadline.ts';
import { isOwnershipSettled } from './goals.ts';
import { needsRegistration, type NumberFacts } from './number-facts.ts';
import type { AttemptOutcome, Readiness, Refusal, RepairOutcome } from './register-protocol.ts';
import { isChangeShown } from './renaming.ts';
import { waitMsOf } from './waits.ts';

/** Where the register protocol of one number stands. */
export interface Protocol {
  /** The last read. */
  readonly facts: NumberFacts;
  /** Who asks for the next attempt. */
  readonly kind: AttemptKind;
  /** What the last attempt came to, and how often in a row. */
  readonly last?: string;
  readonly timesSeen: number;
  /** How often Meta accepted a registration that then was not to be seen. */
  readonly unproven: number;
  /** Causes that were repaired already: a second time a person is asked. */
  readonly repaired: readonly Cause[];
  /** A repair that is due before the next attempt. */
  readonly due?: Repair;
  /** What came with an answer that proves nothing: it counts if the reads say no. */
  readonly doubt?: Refusal;
  /** Present where a registered number is registered again, to apply its new name. */
  readonly rename?: Rename;
}

interface Rename {
  /** Meta showed the change when this began, so a read that shows none proves that it is applied. */
  readonly wasShown: boolean;
  /** Meta has said success since. */
  readonly isAccepted: boolean;
}

/** Which write mends what the refusal says. */
export interface Repair {
  readonly by: 'set-pin' | 'deregister';
  readonly refusal: Refusal;
}

/** What is to be done next. */
export type Step =
  | { readonly kind: 'done' }
  | { readonly kind: 'fail'; readonly refusal: Refusal }
  | { readonly kind: 'verify' }
  | { readonly kind: 'reserve'; readonly attempt: AttemptKind }
  | { readonly kind: 'send'; readonly n: number }
  | { readonly kind: 'repair'; readonly repair: Repair }
  /** Meta said success: only a read proves it. */
  | { readonly kind: 'prove' }
  | { readonly kind: 'look-after-lost-answer' }
  | { readonly kind: 'read-once-more-or-expire' }
  | Move;

/** Waits for a time, a person, or both. */
export interface Move {
  readonly kind: 'wait';
  readonly for: 'time' | 'operator';
  readonly refusal: Refusal;
  readonly untilMs?: number;
}

/** What came of a step. */
export type Seen =
  | { readonly kind: 'facts'; readonly facts: NumberFacts }
  | { readonly kind: 'reservation'; readonly reservation: Readiness }
  | { readonly kind: 'outcome'; readonly outcome: AttemptOutcome }
  | { readonly kind: 'repaired'; readonly outcome: RepairOutcome; readonly facts: NumberFacts }
  | { readonly kind: 'woken'; readonly by: Waker; readonly facts: NumberFacts };

export type Waker = 'facts' | 'time' | 'retry';

export interface Turn {
  readonly protocol: Protocol;
  readonly step: Step;
}

export interface Instant {
  readonly nowMs: number;
  readonly deadlineAtMs: number;
}

const REPAIRS: Readonly<Partial<Record<Cause, Repair['by']>>> = {
  pin_mismatch: 'set-pin',
  half_deregistered: 'deregister',
};

/**
 * The register protocol: read, count the attempt, send it once, and believe only a read that shows it. Pure: whoever carries
 * out a turn's step hands what came of it to `next`. `isTakenOff`: the number was registered before.
 */
export function begin(facts: NumberFacts, isTakenOff = false): Turn {
  const protocol: Protocol = { ...FRESH, facts };
  if (!isTakenOff || !needsRegistration(facts)) return turnOf(protocol);
  return { protocol, step: ask({ cause: 'deregistered_elsewhere' }) };
}

/**
 * The same for a number whose new name Meta has approved: registered as it is, it is registered once more, within the deadline
 * for that. Source: Meta, "Display names": the new name is live once the number is registered again.
 */
export function beginRename(facts: NumberFacts): Turn {
  return turnOf({ ...FRESH, facts, rename: { wasShown: isChangeShown(facts), isAccepted: false } });
}

const FRESH = { kind: 'automatic', timesSeen: 0, unproven: 0, repaired: [] } as const;

export function next({ protocol, step }: Turn, seen: Seen, at: Instant): Turn {
  switch (seen.kind) {
    case 'facts':
      return afterRead(protocol, step, { facts: seen.facts, at });
    case 'reservation':
      return afterReservation(protocol, seen.reservation, at);
    case 'outcome':
      return afterAttempt(protocol, seen.outcome, at);
    case 'repaired':
      return afterRepair({ ...protocol, facts: seen.facts }, seen.outcome, at);
    case 'woken':
      return turnOf({ ...protocol, facts: seen.facts, kind: kindAfter(protocol, seen.by) });
  }
}

/** Every turn begins with a read that says "not registered", so no request follows a lost answer blindly. */
function turnOf(protocol: Protocol): Turn {
  const { facts, kind, due } = protocol;
  if (isDone(protocol)) return { protocol, step: { kind: 'done' } };
  if (!isOwnershipSettled(facts)) return { protocol, step: { kind: 'verify' } };
  if (due !== undefined) return { protocol, step: { kind: 'repair', repair: due } };
  return { protocol, step: { kind: 'reserve', attempt: kind } };
}

/** That a renamed number is registered proves nothing: it was so before. */
function isDone({ facts, rename }: Protocol): boolean {
  if (rename === undefined || facts.isOnBizApp) return !needsRegistration(facts);
  return !isChangeShown(facts) && (rename.wasShown || rename.isAccepted);
}

function kindAfter({ kind }: Protocol, by: Waker): AttemptKind {
  if (by === 'facts') return kind;
  return by === 'retry' ? 'operator' : 'automatic';
}

function afterRead(
  before: Protocol,
  step: Step,
  { facts, at }: { readonly facts: NumberFacts; readonly at: Instant },
): Turn {
  if (step.kind === 'verify') return turnOf({ ...before, facts });
  const { doubt, ...rest } = before;
  const protocol: Protocol = { ...rest, facts, kind: 'automatic' };
  if (isDone(protocol)) return turnOf(protocol);
  if (step.kind === 'prove') return afterProof({ ...protocol, unproven: before.unproven + 1 });
  return doubt === undefined ? turnOf(protocol) : afterRefusal(protocol, doubt, at);
}

/** Twice accepted and not to be seen is a person's case. */
function afterProof(protocol: Protocol): Turn {
  if (protocol.unproven < 2) return turnOf(protocol);
  return { protocol, step: ask({ cause: 'success_not_visible' }) };
}

function afterReservation(protocol: Protocol, reservation: Readiness, at: Instant): Turn {
  switch (reservation.kind) {
    case 'reserved':
      // Reserving may have taken hours, while no worker was there.
      if (isPast(at.deadlineAtMs, at.nowMs)) return tooLate(protocol);
      return { protocol, step: { kind: 'send', n: reservation.n } };
    case 'pin-stale':
      return turnOf({ ...protocol, due: { by: 'set-pin', refusal: PIN_CHANGED } });
    case 'budget-spent':
      return { protocol, step: waitOrAsk({ cause: 'budget_spent' }, reservation.nextAtMs, at) };
    case 'in-flight':
      return { protocol, step: waitOrAsk({ cause: 'outcome_unknown' }, reservation.untilMs, at) };
  }
}

function tooLate(protocol: Protocol): Turn {
  const isRename = protocol.rename !== undefined;
  return { protocol, step: { kind: isRename ? 'done' : 'read-once-more-or-expire' } };
}

const PIN_CHANGED: Refusal = { cause: 'pin_changed_outside' };

function afterAttempt(before: Protocol, outcome: AttemptOutcome, at: Instant): Turn {
  const refusal = 'refusal' in outcome ? outcome.refusal : undefined;
  const last = refusal?.cause ?? outcome.kind;
  const timesSeen = before.last === last ? before.timesSeen + 1 : 1;
  const protocol: Protocol = { ...before, last, timesSeen };
  switch (outcome.kind) {
    case 'ok':
      return { protocol: accepted(protocol), step: { kind: 'prove' } };
    case 'unknown': {
      const doubtful = refusal === undefined ? protocol : { ...protocol, doubt: refusal };
      return { protocol: doubtful, step: { kind: 'look-after-lost-answer' } };
    }
    case 'not-sent':
      return afterRefusal(protocol, { cause: 'meta_down' }, at);
    case 'refused':
      return afterRefusal(protocol, outcome.refusal, at);
  }
}

function accepted(protocol: Protocol): Protocol {
  const { rename } = protocol;
  return rename === undefined ? protocol : { ...protocol, rename: { ...rename, isAccepted: true } };
}

function afterRefusal(protocol: Protocol, refusal: Refusal, at: Instant): Turn {
  const { cause } = refusal;
  if (cause === 'coexistence') {
    return turnOf({ ...protocol, facts: { ...protocol.facts, isOnBizApp: true } });
  }
  const by = REPAIRS[cause];
  if (by !== undefined && !protocol.repaired.includes(cause)) {
    return turnOf({ ...protocol, due: { by, refusal } });
  }
  const { verdict } = causeEntry(cause);
  if (verdict === 'stop') return { protocol, step: { kind: 'fail', refusal } };
  if (verdict !== 'wait') return { protocol, step: ask(refusal) };
  return { protocol, step: waitFor(refusal, protocol.timesSeen, at) };
}

/** A repair that was not made is still due, once what kept it from being made is over. */
function afterRepair(before: Protocol, outcome: RepairOutcome, at: Instant): Turn {
  const { due, ...rest } = before;
  if (due === undefined) return turnOf(before);
  const { refusal } = due;
  const protocol: Protocol = { ...rest, repaired: [...before.repaired, refusal.cause] };
  switch (outcome.kind) {
    case 'ok':
    case 'unknown':
      return turnOf(protocol);
    case 'not-sent':
      return { protocol: before, step: waitFor({ cause: 'meta_down' }, before.timesSeen, at) };
    case 'budget-spent':
      return {
        protocol: before,
        step: waitOrAsk({ cause: 'budget_spent' }, outcome.nextAtMs, at),
      };
    case 'refused': {
      const passes = causeEntry(outcome.refusal.cause).verdict === 'wait';
      return passes
        ? { protocol: before, step: waitFor(outcome.refusal, before.timesSeen, at) }
        : { protocol, step: ask(refusal) };
    }
  }
}

function ask(refusal: Refusal): Move {
  return { kind: 'wait', for: 'operator', refusal };
}

/** The time that Meta or the table names. A person is told as well once it has lasted too long. */
function waitFor(refusal: Refusal, timesSeen: number, at: Instant): Move {
  const { cause, toldWaitMs } = refusal;
  const move = waitOrAsk(refusal, at.nowMs + waitMsOf(cause, timesSeen, toldWaitMs), at);
  const { asksAfter = Infinity } = causeEntry(cause);
  return timesSeen > asksAfter ? { ...move, for: 'operator' } : move;
}

/** A wait that would end after the deadline is a person's problem now, not then. */
export function waitOrAsk(refusal: Refusal, untilMs: number, { deadlineAtMs }: Instant): Move {
  return untilMs < deadlineAtMs ? { kind: 'wait', for: 'time', refusal, untilMs } : ask(refusal);
}

import { budgetOf, type AttemptKind } from '../../../src/domain/attempt-budget.ts';
import { isPast } from '../../../src/domain/deadline.ts';
import { registrationOf, type NumberFacts } from '../../../src/domain/number-facts.ts';
import type { Readiness, RepairOutcome } from '../../../src/domain/register-protocol.ts';
import { begin, next, type Move, type Seen, type Step } from '../../../src/domain/registering.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, ModelMeta } from './meta.ts';
import { createRandom, type Random } from './random.ts';

export const DEADLINE_MS = 14 * DAY_MS;
/** From here on nothing fails and people do what they are asked: now every number must come to its end. */
const HEALED_MS = 10 * DAY_MS;
/** Many more than any life needs: a life that goes on for longer goes in circles. */
const MAX_TURNS = 2000;
const PIN = '150954';

export interface Life {
  readonly meta: ModelMeta;
  readonly outcome: 'registered' | 'expired' | 'abandoned' | 'endless';
  readonly endedAtMs: number;
}

/** One number's registration, from its first read to its end, in a world that the seed decides. */
export function live(seed: number): Life {
  const random = createRandom(seed);
  const meta = new ModelMeta(random);
  const life = new Living(meta, random);
  const first = life.readUntilClear();
  if (isLost(first)) return life.ended('abandoned');
  let turn = begin(first);
  for (let turns = 0; turns < MAX_TURNS; turns += 1) {
    const { step } = turn;
    if (step.kind === 'done') return life.ended('registered');
    if (step.kind === 'fail') return life.ended('abandoned');
    const seen = life.carryOut(step);
    if (seen === 'expired' || seen === 'abandoned') return life.ended(seen);
    turn = next(turn, seen, { nowMs: meta.nowMs, deadlineAtMs: DEADLINE_MS });
  }
  return life.ended('endless');
}

/** Carries out steps as the workflow does, on a clock that jumps. */
class Living {
  private readonly sentAtMs: number[] = [];
  private readonly meta: ModelMeta;
  private readonly random: Random;

  constructor(meta: ModelMeta, random: Random) {
    this.meta = meta;
    this.random = random;
  }

  ended(outcome: Life['outcome']): Life {
    return { meta: this.meta, outcome, endedAtMs: this.meta.nowMs };
  }

  carryOut(step: Exclude<Step, { kind: 'done' | 'fail' }>): Seen | 'expired' | 'abandoned' {
    switch (step.kind) {
      case 'reserve':
        return { kind: 'reservation', reservation: this.reserve(step.attempt) };
      case 'send':
        this.pass(this.random.between(1, 10_000));
        return { kind: 'outcome', outcome: this.meta.register(PIN) };
      case 'repair':
        return this.repaired(this.mend(step.repair.by));
      case 'prove':
        return this.look(MINUTE_MS, 17);
      case 'look-after-lost-answer':
        this.pass(MINUTE_MS);
        return this.look(MINUTE_MS, 5);
      case 'verify':
        return this.waitFor({ kind: 'wait', for: 'operator', refusal: { cause: 'not_verified' } });
      case 'wait':
        return this.waitFor(step);
      case 'read-once-more-or-expire':
        return this.lastRead();
    }
  }

  /** An answer that says nothing, or none, is asked for again. */
  readUntilClear(): NumberFacts {
    for (;;) {
      const facts = this.meta.read();
      const isClear = facts !== undefined && registrationOf(facts) !== 'unclear';
      if (isClear) return facts;
      this.pass(MINUTE_MS);
    }
  }

  private reserve(kind: AttemptKind): Readiness {
    const { nowMs } = this.meta;
    const budget = budgetOf(this.sentAtMs, kind, nowMs);
    if (budget.kind === 'spent') {
      return { kind: 'budget-spent', nextAtMs: budget.nextAtMs, left: budget.left };
    }
    this.sentAtMs.push(nowMs);
    return { kind: 'reserved', n: this.sentAtMs.length, left: budget.left };
  }

  private mend(by: 'set-pin' | 'deregister'): RepairOutcome {
    this.pass(1000);
    return by === 'set-pin' ? this.meta.setPin(PIN) : this.meta.deregister();
  }

  private repaired(outcome: RepairOutcome): Seen | 'abandoned' {
    const facts = this.readUntilClear();
    return isLost(facts) ? 'abandoned' : { kind: 'repaired', outcome, facts };
  }

  private look(paceMs: number, reads: number): Seen | 'expired' | 'abandoned' {
    for (let n = 0; n < reads; n += 1) {
      if (isPast(DEADLINE_MS, this.meta.nowMs)) return this.lastRead();
      const facts = this.readUntilClear();
      if (isLost(facts)) return 'abandoned';
      if (registrationOf(facts) === 'registered') return { kind: 'facts', facts };
      this.pass(n < 5 ? paceMs : 5 * paceMs);
    }
    return { kind: 'facts', facts: this.readUntilClear() };
  }

  private waitFor(move: Move): Seen | 'expired' | 'abandoned' {
    const { meta } = this;
    const { untilMs = Infinity } = move;
    const personAtMs = this.personActsAtMs(move);
    const wokenAtMs = Math.min(untilMs, personAtMs, DEADLINE_MS);
    this.pass(wokenAtMs - meta.nowMs);
    if (isPast(DEADLINE_MS, meta.nowMs)) return this.lastRead();
    const isPerson = wokenAtMs === personAtMs;
    if (isPerson && (this.isHealed() || this.random.chance(0.5))) meta.clearTheWay();
    const facts = this.readUntilClear();
    return isLost(facts) ? 'abandoned' : { kind: 'woken', by: isPerson ? 'retry' : 'time', facts };
  }

  /** People also retry unasked, and are slow until the world has healed. */
  private personActsAtMs({ for: who }: Move): number {
    const { meta, random } = this;
    const reactionMs = this.isHealed() ? HOUR_MS : random.between(MINUTE_MS, 4 * DAY_MS);
    return who === 'operator' || random.chance(0.1) ? meta.nowMs + reactionMs : Infinity;
  }

  private isHealed(): boolean {
    return this.meta.nowMs >= HEALED_MS;
  }

  private lastRead(): Seen | 'expired' {
    const facts = this.meta.read();
    const isThere = facts !== undefined && registrationOf(facts) === 'registered';
    return isThere ? { kind: 'facts', facts } : 'expired';
  }

  private pass(ms: number): void {
    this.meta.nowMs += Math.max(ms, 1);
    this.meta.hasFaults = !this.isHealed();
  }
}

function isLost(facts: NumberFacts): boolean {
  return ['banned', 'gone'].includes(registrationOf(facts));
}

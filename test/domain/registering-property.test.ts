import fc from 'fast-check';
import { describe, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/domain/causes.ts';
import type { AttemptOutcome, Refusal } from '../../src/domain/register-protocol.ts';
import {
  begin,
  next,
  type Instant,
  type Seen,
  type Step,
  type Turn,
} from '../../src/domain/registering.ts';
import { factsOf } from './facts.ts';

const DEADLINE_MS = 14 * 86_400_000;
const LEFT = { automatic: 5, operator: 7 };

const facts = fc.constantFrom(
  factsOf(),
  factsOf({ status: 'CONNECTED', platformType: 'CLOUD_API' }),
  factsOf({ codeVerificationStatus: 'EXPIRED' }),
  factsOf({ status: 'UNKNOWN' }),
  factsOf({ isOnBizApp: true }),
);
const isCause = (name: string): name is Cause => name in CAUSES;
const refusal: fc.Arbitrary<Refusal> = fc.record({
  cause: fc.constantFrom(...Object.keys(CAUSES).filter(isCause)),
});
const outcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constant({ kind: 'ok' } as const),
  fc.constant({ kind: 'not-sent' } as const),
  fc.constant({ kind: 'unknown' } as const),
  refusal.map((said) => ({ kind: 'unknown', refusal: said }) as const),
  refusal.map((said) => ({ kind: 'refused', refusal: said }) as const),
);
const reservation = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'reserved', n: 1, left: LEFT } as const) },
  fc.constant({ kind: 'budget-spent', nextAtMs: 1e6, left: LEFT } as const),
  fc.constant({ kind: 'in-flight', untilMs: 1e6 } as const),
  fc.constant({ kind: 'pin-stale' } as const),
);
/** One answer to whatever is asked for. */
const draw = fc.record({
  facts,
  outcome,
  reservation,
  by: fc.constantFrom('facts' as const, 'time' as const, 'retry' as const),
});
type Draw = typeof draw extends fc.Arbitrary<infer Value> ? Value : never;

function seenOf(step: Exclude<Step, { kind: 'done' | 'fail' }>, drawn: Draw): Seen {
  switch (step.kind) {
    case 'reserve':
      return { kind: 'reservation', reservation: drawn.reservation };
    case 'send':
      return { kind: 'outcome', outcome: drawn.outcome };
    case 'repair':
      return { kind: 'repaired', outcome: drawn.outcome, facts: drawn.facts };
    case 'wait':
      return { kind: 'woken', by: drawn.by, facts: drawn.facts };
    case 'verify':
    case 'prove':
    case 'look-after-lost-answer':
    case 'read-once-more-or-expire':
      return { kind: 'facts', facts: drawn.facts };
  }
}

/** Every turn of a history of answers, the first one too. */
function turnsOf(draws: readonly Draw[]): readonly Turn[] {
  const turns = [begin(factsOf())];
  for (const [index, drawn] of draws.entries()) {
    const turn = turns.at(-1);
    if (turn === undefined || turn.step.kind === 'done' || turn.step.kind === 'fail') break;
    const at: Instant = { nowMs: index * 3_600_000, deadlineAtMs: DEADLINE_MS };
    turns.push(next(turn, seenOf(turn.step, drawn), at));
  }
  return turns;
}

const histories = fc.array(draw, { maxLength: 60 });

/** Holds for every two turns that follow each other. */
function always(holds: (before: Turn, after: Turn) => boolean): void {
  fc.assert(
    fc.property(histories, (draws) => {
      const turns = turnsOf(draws);
      return turns.slice(1).every((turn, index) => holds(turns[index] ?? turn, turn));
    }),
    { numRuns: 2000 },
  );
}

describe('whatever Meta answers, a number', () => {
  it('has no request sent that was not counted just before', () => {
    always(({ step: before }, { step }) => step.kind !== 'send' || before.kind === 'reserve');
  });

  it('has no attempt counted right after a request: something is looked at, repaired or waited for', () => {
    always(({ step: before }, { step }) => before.kind !== 'send' || step.kind !== 'reserve');
  });

  it('is repaired once for each cause, and after that a person is asked', () => {
    fc.assert(
      fc.property(histories, (draws) => {
        const { repaired } = turnsOf(draws).at(-1)?.protocol ?? { repaired: [] };
        const byRefusal = repaired.filter((cause) => cause !== 'pin_changed_outside');
        return new Set(byRefusal).size === byRefusal.length;
      }),
    );
  });

  it('never waits by itself for an instant at or after its deadline', () => {
    always((_before, { step }) => {
      return step.kind !== 'wait' || step.untilMs === undefined || step.untilMs < DEADLINE_MS;
    });
  });

  it('waits for a person wherever no time is named', () => {
    always((_before, { step }) => {
      return step.kind !== 'wait' || step.untilMs !== undefined || step.for === 'operator';
    });
  });
});

import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/domain/causes.ts';
import {
  stepAfter,
  stepAfterRefusal,
  waitOrAsk,
  type AttemptContext,
} from '../../src/domain/register-protocol.ts';

const context: AttemptContext = { nowMs: 1000, deadlineAtMs: 1e12, timesSeen: 1 };

describe('after a register request', () => {
  it('looks for the registration when Meta said success', () => {
    expect(stepAfter({ kind: 'ok' }, context)).toEqual({ kind: 'look-for-it', lostAnswer: false });
  });

  it('looks for the registration before anything else when the answer was lost', () => {
    const lost = { kind: 'look-for-it', lostAnswer: true };
    expect(stepAfter({ kind: 'unknown' }, context)).toEqual(lost);
    const withCode = { kind: 'unknown', refusal: { cause: 'meta_down', code: 131000 } } as const;
    expect(stepAfter(withCode, context)).toEqual(lost);
  });

  it('backs off when nothing was sent', () => {
    expect(stepAfter({ kind: 'not-sent' }, context)).toMatchObject({
      kind: 'wait',
      untilMs: 31_000,
    });
    expect(stepAfter({ kind: 'not-sent' }, { ...context, timesSeen: 2 })).toMatchObject({
      untilMs: 61_000,
    });
  });

  it.each([
    ['coexistence', 'not-applicable'],
    ['number_in_use', 'ask'],
    ['pin_mismatch', 'ask'],
    ['unknown_refusal', 'ask'],
    ['name_not_ready', 'wait'],
    ['attempts_locked', 'wait'],
    ['banned', 'stop'],
  ] as const)('refused for %s: %s', (cause, kind) => {
    expect(stepAfter({ kind: 'refused', refusal: { cause } }, context).kind).toBe(kind);
  });

  it('never sends again by itself for a cause whose verdict is to ask', () => {
    for (const cause of Object.keys(CAUSES).filter(isCause)) {
      if (CAUSES[cause].verdict !== 'ask') continue;
      expect(stepAfterRefusal({ cause }, context).kind, cause).toBe('ask');
    }
  });

  it.each([
    [-1, 'wait'],
    [0, 'ask'],
    [1, 'ask'],
  ] as const)(
    'asks a person now when the wait would end at the deadline (%i ms)',
    (offsetMs, kind) => {
      const step = waitOrAsk({ cause: 'budget_spent' }, 5000 + offsetMs, 5000);
      expect(step.kind).toBe(kind);
    },
  );
});

function isCause(name: string): name is keyof typeof CAUSES {
  return name in CAUSES;
}

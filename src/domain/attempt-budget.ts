const HOUR_MS = 3_600_000;

/** Meta counts register requests, failed ones too, over a moving 72 hours, and locks the number for 72 h at the eleventh. */
export const BUDGET_WINDOW_MS = 72 * HOUR_MS;

/** Who asks for an attempt: the workflow by itself, or a person. */
export type AttemptKind = 'automatic' | 'operator';

/**
 * Our own ceilings, of Meta's 10: the last two stay unused because other partners and hand-made calls count on the same
 * number, and the two before are kept for people.
 */
const ATTEMPT_LIMITS: Readonly<Record<AttemptKind, number>> = { automatic: 6, operator: 8 };

export type Budget =
  | { readonly kind: 'allowed'; readonly left: AttemptsLeft }
  | { readonly kind: 'spent'; readonly nextAtMs: number; readonly left: AttemptsLeft };

export type AttemptsLeft = Readonly<Record<AttemptKind, number>>;

/** May a number be registered now? `sentAtMs` are the counted attempts of the number, in any order. */
export function budgetOf(sentAtMs: readonly number[], kind: AttemptKind, nowMs: number): Budget {
  const counted = sentAtMs.filter((atMs) => nowMs - atMs < BUDGET_WINDOW_MS).sort((a, b) => a - b);
  const left = leftAfter(counted.length);
  if (left[kind] > 0) return { kind: 'allowed', left };
  // The attempt that must leave the window before this kind has one to spend.
  const blocking = counted[counted.length - ATTEMPT_LIMITS[kind]] ?? nowMs;
  return { kind: 'spent', nextAtMs: blocking + BUDGET_WINDOW_MS, left };
}

function leftAfter(counted: number): AttemptsLeft {
  return {
    automatic: Math.max(ATTEMPT_LIMITS.automatic - counted, 0),
    operator: Math.max(ATTEMPT_LIMITS.operator - counted, 0),
  };
}

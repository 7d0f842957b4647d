const HOUR_MS = 3_600_000;

/** Meta counts register requests, failed ones too, over a moving 72 hours, and locks the number for 72 h at the eleventh. */
export const BUDGET_WINDOW_MS = 72 * HOUR_MS;

/** Who asks for an attempt: the workflow by itself, or a person. */
export type AttemptKind = 'automatic' | 'operator';

/** How many requests of one kind fit into a moving window, by who asks. */
export interface BudgetRule {
  readonly windowMs: number;
  readonly limits: AttemptsLeft;
  /** Meta counts the requests it refuses as well. */
  readonly isRefusedCounted: boolean;
}

/**
 * Our own ceilings, of Meta's 10: the last two stay unused because other partners and hand-made calls count on the same
 * number, and the two before are kept for people.
 */
export const REGISTER_BUDGET: BudgetRule = {
  windowMs: BUDGET_WINDOW_MS,
  limits: { automatic: 6, operator: 8 },
  isRefusedCounted: true,
};

/** Source: Meta, "Display names": 10 changes in 30 days. Each is a person's. */
export const NAME_CHANGE_BUDGET: BudgetRule = {
  windowMs: 30 * 24 * HOUR_MS,
  limits: { automatic: 10, operator: 10 },
  isRefusedCounted: false,
};

export type Budget =
  | { readonly kind: 'allowed'; readonly left: AttemptsLeft }
  | { readonly kind: 'spent'; readonly nextAtMs: number; readonly left: AttemptsLeft };

export type AttemptsLeft = Readonly<Record<AttemptKind, number>>;

/** May a number be registered now? `sentAtMs` are its counted attempts, in any order. */
export function budgetOf(sentAtMs: readonly number[], kind: AttemptKind, nowMs: number): Budget {
  return budgetUnder(REGISTER_BUDGET, sentAtMs, { kind, nowMs });
}

export function budgetUnder(
  { windowMs, limits }: BudgetRule,
  sentAtMs: readonly number[],
  { kind, nowMs }: { readonly kind: AttemptKind; readonly nowMs: number },
): Budget {
  const counted = sentAtMs.filter((atMs) => nowMs - atMs < windowMs).sort((a, b) => a - b);
  const left = {
    automatic: Math.max(limits.automatic - counted.length, 0),
    operator: Math.max(limits.operator - counted.length, 0),
  };
  if (left[kind] > 0) return { kind: 'allowed', left };
  // The attempt that must leave the window before this kind has one to spend.
  const blocking = counted[counted.length - limits[kind]] ?? nowMs;
  return { kind: 'spent', nextAtMs: blocking + windowMs, left };
}

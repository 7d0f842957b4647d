/** What one run measured. */
export interface Measured {
  /** Webhook accepted to the woken number's first Graph call, number by number. */
  readonly wakesMs: readonly number[];
  /** Signal to first call of a bare workflow, run by run. */
  readonly baresMs: readonly number[];
  /** CPU time of the worker for one onboarding, and for one bare workflow. */
  readonly cpuMs: { readonly ours: number; readonly bare: number };
  /** Memory of the worker, before and after so many numbers began to wait. */
  readonly memory: {
    readonly beforeKiB: number;
    readonly afterKiB: number;
    readonly parked: number;
  };
}

export interface Figures {
  readonly wakeP50Ms: number;
  readonly wakeP99Ms: number;
  readonly bareP50Ms: number;
  readonly cpuRatio: number;
  readonly parkedKiB: number;
}

export const GOALS = { wakeRatio: 1.5, cpuRatio: 1.5, parkedKiB: 150 } as const;

export function figuresOf({ wakesMs, baresMs, cpuMs, memory }: Measured): Figures {
  return {
    wakeP50Ms: percentile(wakesMs, 0.5),
    wakeP99Ms: percentile(wakesMs, 0.99),
    bareP50Ms: percentile(baresMs, 0.5),
    cpuRatio: rounded(cpuMs.ours / cpuMs.bare, 100),
    parkedKiB: rounded((memory.afterKiB - memory.beforeKiB) / memory.parked, 10),
  };
}

/** Which goals are missed. A figure that is no number misses its own. */
export function missedBy(figures: Figures): readonly string[] {
  const wakeRatio = figures.wakeP50Ms / figures.bareP50Ms;
  return [
    ...(wakeRatio <= GOALS.wakeRatio ? [] : ['wakeP50Ms / bareP50Ms']),
    ...(figures.cpuRatio <= GOALS.cpuRatio ? [] : ['cpuRatio']),
    ...(figures.parkedKiB <= GOALS.parkedKiB ? [] : ['parkedKiB']),
  ];
}

/** By nearest rank: a value that was measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(Math.ceil(share * sorted.length), 1);
  return rounded(sorted[rank - 1] ?? NaN, 10);
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

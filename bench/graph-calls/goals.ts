import type { Figures } from './figures.ts';
import type { ScaleReport, Strategy } from './simulation.ts';

/** A figure of the mixed accounts that must not be exceeded. */
export interface Goal {
  readonly strategy: Strategy;
  readonly figure: keyof Figures;
  readonly atMost: number;
}

const OURS = ['loss0.5', 'loss2', 'loss100'] as const;

export const GOALS: readonly Goal[] = [
  { strategy: 'loss2', figure: 'callsPerNumber', atMost: 2.5 },
  { strategy: 'loss2', figure: 'lateP50S', atMost: 10 },
  { strategy: 'loss2', figure: 'lateP99S', atMost: 45 * 60 },
  // The number's own poll, which needs neither webhooks nor a watch.
  { strategy: 'loss100', figure: 'lateP99S', atMost: 6 * 3600 },
  ...OURS.flatMap((strategy): readonly Goal[] => [
    { strategy, figure: 'peakUse', atMost: 0.9 },
    { strategy, figure: 'limitErrors', atMost: 0 },
  ]),
];

export function isMet({ strategy, figure, atMost }: Goal, mixed: ScaleReport): boolean {
  return mixed[strategy][figure] <= atMost;
}

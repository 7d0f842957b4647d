import type { Figures } from './figures.ts';
import { GOALS, isMet, type Goal } from './goals.ts';
import {
  STRATEGIES,
  type Report,
  type Scale,
  type ScaleReport,
  type Strategy,
} from './simulation.ts';

const NAMES: Readonly<Record<Strategy, string>> = {
  'loss0.5': '0.5 % of webhooks lost',
  loss2: '2 % of webhooks lost',
  loss100: 'all webhooks lost',
  fixed5min: 'each number every 5 min',
  fixed1h: 'each number every hour',
};

const ORDER: readonly Scale[] = ['mixed', '1', '10', '50', '100', '500'];
const HEAD = ['a WABA', 'strategy', 'calls', 'late p50', 'late p99', 'peak use', 'limit errors'];
/** Of the columns before this one the text is on the left, from it on on the right. */
const FIRST_FIGURE = 2;

/** The figures of all scales, and the goals beneath. */
export function tableOf(report: Report): string {
  const rows = ORDER.flatMap((scale) =>
    STRATEGIES.map((strategy, n) => [
      n === 0 ? scale : '',
      NAMES[strategy],
      ...cellsOf(report[scale][strategy]),
    ]),
  );
  const goals = GOALS.map((goal) => lineOf(goal, report.mixed));
  return [...aligned([HEAD, ...rows]), '', 'Goals, on mixed accounts:', ...goals, ''].join('\n');
}

function cellsOf(figures: Figures): readonly string[] {
  const { callsPerNumber, lateP50S, lateP99S, peakUse, limitErrors } = figures;
  return [
    callsPerNumber.toFixed(2),
    inWords(lateP50S),
    inWords(lateP99S),
    peakUse.toFixed(2),
    limitErrors.toString(),
  ];
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  const minutes = seconds / 60;
  return minutes < 120 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`;
}

function lineOf(goal: Goal, mixed: ScaleReport): string {
  const { strategy, figure, atMost } = goal;
  const verdict = isMet(goal, mixed) ? 'OK  ' : 'MISS';
  const is = mixed[strategy][figure].toString();
  return `${verdict}  ${NAMES[strategy]}: ${figure} ${is}, at most ${atMost.toString()}`;
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, n) =>
        n < FIRST_FIGURE ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

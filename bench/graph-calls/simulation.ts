import { drawAccounts, type Account, type Draw, type Sizes } from './accounts.ts';
import { figuresOf, type Figures } from './figures.ts';
import { followAccount } from './following.ts';
import { pollAccount } from './plain.ts';

const MINUTE_MS = 60_000;

/** By numbers per account. */
export const SCALES = {
  mixed: [1, 500],
  '1': [1, 1],
  '10': [10, 10],
  '50': [50, 50],
  '100': [100, 100],
  '500': [500, 500],
} as const satisfies Readonly<Record<string, Sizes>>;
export type Scale = keyof typeof SCALES;

/** Ours, by the share of webhooks that are lost, beside the plain strategies, which hear none. */
export const STRATEGIES = ['loss0.5', 'loss2', 'loss100', 'fixed5min', 'fixed1h'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export type ScaleReport = Readonly<Record<Strategy, Figures>>;
export type Report = Readonly<Record<Scale, ScaleReport>>;

/** The share of webhooks lost in the run that is also played for real. */
export const USUAL_LOSS = 0.02;

/** Calls `onScale` before each scale. */
export function simulate(draw: Draw, onScale: (scale: Scale) => void = () => undefined): Report {
  const reportOf = (scale: Scale): ScaleReport => {
    onScale(scale);
    return compare(drawAccounts(SCALES[scale], draw));
  };
  return {
    mixed: reportOf('mixed'),
    '1': reportOf('1'),
    '10': reportOf('10'),
    '50': reportOf('50'),
    '100': reportOf('100'),
    '500': reportOf('500'),
  };
}

export function follow(accounts: readonly Account[], loss: number): Figures {
  return figuresOf(accounts.map((account) => followAccount(account, loss)));
}

/** Every strategy with the same numbers. */
export function compare(accounts: readonly Account[]): ScaleReport {
  const poll = (intervalMs: number): Figures =>
    figuresOf(accounts.map((account) => pollAccount(account, intervalMs)));
  return {
    'loss0.5': follow(accounts, 0.005),
    loss2: follow(accounts, USUAL_LOSS),
    loss100: follow(accounts, 1),
    fixed5min: poll(5 * MINUTE_MS),
    fixed1h: poll(60 * MINUTE_MS),
  };
}

import { isPast } from './deadline.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** So many days before the end, the first at half time. */
const SIGNUP_NOTICES = [7, 4, 2, 1];
/** A claimed pre-verified number has 90 days, of which the first ten weeks are no risk. */
const PREVERIFIED_NOTICES = [14, 7, 3, 1];

/** A deadline that still binds, and which of its notices was told last. */
export interface AtRisk {
  readonly deadlineAtMs: number;
  readonly isPreverified: boolean;
  /** The instant at which that notice was due; 0 when none was told. */
  readonly toldAtMs: number;
}

/** Notices so many days before an end, the first ones first, and which of them was told last. */
interface Countdown {
  readonly endsAtMs: number;
  readonly days: readonly number[];
  readonly toldAtMs: number;
}

/** The notice to tell now: of several that are due, as after an outage, only the latest. None at the end or after it. */
export function dueOf({ endsAtMs, days, toldAtMs }: Countdown, nowMs: number): number | undefined {
  if (isPast(endsAtMs, nowMs)) return undefined;
  return days
    .map((day) => endsAtMs - day * DAY_MS)
    .findLast((atMs) => atMs <= nowMs && atMs > toldAtMs);
}

/** When to look whether a notice is due; undefined once none is left. */
export function nextOf(countdown: Countdown, nowMs: number): number | undefined {
  const { endsAtMs, days } = countdown;
  const coming = days.map((day) => endsAtMs - day * DAY_MS).find((atMs) => atMs > nowMs);
  return dueOf(countdown, nowMs) ?? coming;
}

export function dueNoticeAtMs(risk: AtRisk, nowMs: number): number | undefined {
  return dueOf(countdownOf(risk), nowMs);
}

export function nextNoticeAtMs(risk: AtRisk, nowMs: number): number | undefined {
  return nextOf(countdownOf(risk), nowMs);
}

function countdownOf({ deadlineAtMs, isPreverified, toldAtMs }: AtRisk): Countdown {
  const days = isPreverified ? PREVERIFIED_NOTICES : SIGNUP_NOTICES;
  return { endsAtMs: deadlineAtMs, days, toldAtMs };
}

/** A span for people, to the hour: `2 days 5 hours`. */
export function spanText(spanMs: number): string {
  const hours = Math.round(spanMs / HOUR_MS);
  if (hours === 0) return 'less than an hour';
  return [countText(Math.floor(hours / 24), 'day'), countText(hours % 24, 'hour')]
    .filter((part) => part !== '')
    .join(' ');
}

function countText(count: number, unit: string): string {
  if (count === 0) return '';
  return count === 1 ? `1 ${unit}` : `${count.toString()} ${unit}s`;
}

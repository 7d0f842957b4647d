import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './meta-clocks.ts';
import type { ClockState } from './world.ts';

// The only file that knows the system's time. Every rule is given the virtual instant.

export function newClock(atMs: number = Date.now()): ClockState {
  return { mode: 'real', factor: 1, at_ms: atMs, anchor_ms: Date.now() };
}

export function virtualNowMs(clock: ClockState): number {
  if (clock.mode === 'frozen') return clock.at_ms;
  return clock.at_ms + Math.floor((Date.now() - clock.anchor_ms) * clock.factor);
}

/** Moves the clock forward. An instant already past changes nothing: time does not run backwards. */
export function moveTo(clock: ClockState, atMs: number): void {
  clock.at_ms = Math.max(atMs, virtualNowMs(clock));
  clock.anchor_ms = Date.now();
}

/** `real`, `frozen` or `scaled:<factor>`; undefined for anything else. */
export function parseMode(text: string): Pick<ClockState, 'mode' | 'factor'> | undefined {
  if (text === 'real' || text === 'frozen') return { mode: text, factor: 1 };
  const factor = Number(/^scaled:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  return factor > 0 ? { mode: 'scaled', factor } : undefined;
}

export function setMode(clock: ClockState, mode: Pick<ClockState, 'mode' | 'factor'>): void {
  moveTo(clock, virtualNowMs(clock));
  Object.assign(clock, mode);
}

/** A scaled clock stands still while the program is down: a night off must not cost it months. A real one went on. */
export function resumeClock(clock: ClockState): void {
  if (clock.mode === 'scaled') clock.anchor_ms = Date.now();
}

/** Real milliseconds until the virtual instant, or undefined on a frozen clock. */
export function realDelayMs(clock: ClockState, untilMs: number): number | undefined {
  if (clock.mode === 'frozen') return undefined;
  return Math.max(0, (untilMs - virtualNowMs(clock)) / clock.factor);
}

const UNITS_MS: Record<string, number> = {
  d: DAY_MS,
  h: HOUR_MS,
  m: MINUTE_MS,
  s: SECOND_MS,
  ms: 1,
};

/** `3d4h`, `90m`, `1ms`; undefined for anything else. */
export function parseSpanMs(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|d|h|m|s))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+)(ms|d|h|m|s)/g);
  return [...parts].reduce(
    (sum, [, count, unit = 'ms']) => sum + Number(count) * (UNITS_MS[unit] ?? 0),
    0,
  );
}

/** Graph writes instants as `2023-08-22T19:05:53+0000`: no milliseconds, no colon in the zone. */
export function graphTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, '+0000');
}

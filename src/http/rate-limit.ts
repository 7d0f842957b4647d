import { HttpError } from './errors.ts';

/** So many a minute of each key. */
export interface RateLimit {
  /** Counts one. @throws HttpError too_many_requests */
  readonly take: (key: string) => void;
  /** Counts none. @throws HttpError too_many_requests, if the next one would be too many */
  readonly check: (key: string) => void;
}

const MINUTE_MS = 60_000;
/** Far above the callers of a minute. Whoever brings more addresses than this is counted less exactly. */
const MOST_KEYS = 10_000;

/** In this process alone: with two starters a caller has twice as much. */
export function createRateLimit(most: number, monotonicMs: () => number): RateLimit {
  const minutes = new Map<string, { readonly startedAtMs: number; count: number }>();
  const minuteOf = (key: string): { readonly startedAtMs: number; count: number } => {
    const known = minutes.get(key);
    if (known !== undefined && known.startedAtMs > monotonicMs() - MINUTE_MS) return known;
    minutes.delete(key);
    const [oldest] = minutes.size < MOST_KEYS ? [] : minutes.keys();
    if (oldest !== undefined) minutes.delete(oldest);
    const fresh = { startedAtMs: monotonicMs(), count: 0 };
    minutes.set(key, fresh);
    return fresh;
  };
  const check = (key: string): void => {
    const { startedAtMs, count } = minuteOf(key);
    if (count < most) return;
    const seconds = Math.ceil((startedAtMs + MINUTE_MS - monotonicMs()) / 1000);
    throw new HttpError('too_many_requests', {
      headers: { 'retry-after': `${Math.max(seconds, 1)}` },
    });
  };
  return {
    check,
    take: (key) => {
      check(key);
      minuteOf(key).count += 1;
    },
  };
}

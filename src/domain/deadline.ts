import type { NumberFacts } from './number-facts.ts';

const DAY_MS = 86_400_000;
/** Meta: "register within 14 days after Embedded Signup", else the customer signs up again. */
export const SIGNUP_WINDOW_MS = 14 * DAY_MS;
/** Meta: a claimed pre-verified number may be registered for 90 days. */
const PREVERIFIED_WINDOW_MS = 90 * DAY_MS;

/** The deadline before Meta has been read: counted from the signup callback. */
export function provisionalDeadlineOf(signedUpAtMs: number): number {
  return signedUpAtMs + SIGNUP_WINDOW_MS;
}

/**
 * The one absolute instant after which Meta wants Embedded Signup again. Counted from Meta's own `last_onboarded_time` when
 * it belongs to this signup (at most a day before our callback, never in the future), else from the callback.
 */
export function deadlineOf(facts: NumberFacts, signedUpAtMs: number): number {
  const windowMs = facts.isPreverified ? PREVERIFIED_WINDOW_MS : SIGNUP_WINDOW_MS;
  return anchorOf(facts, signedUpAtMs) + windowMs;
}

function anchorOf(facts: NumberFacts, signedUpAtMs: number): number {
  const onboardedAtMs = facts.lastOnboardedAtMs;
  if (onboardedAtMs === undefined || onboardedAtMs > facts.readAtMs) return signedUpAtMs;
  return onboardedAtMs >= signedUpAtMs - DAY_MS ? onboardedAtMs : signedUpAtMs;
}

/** How long until an instant, at least 1 ms: Temporal takes a timer of 0 for none. */
export function remainingMs(untilMs: number, nowMs: number): number {
  return Math.max(untilMs - nowMs, 1);
}

/** The earlier of the instants that are set. */
export function earliestOf(instants: readonly (number | undefined)[]): number | undefined {
  const set = instants.filter((atMs) => atMs !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

/** True at the very instant: a number not registered by then is late. */
export function isPast(deadlineAtMs: number, nowMs: number): boolean {
  return nowMs >= deadlineAtMs;
}

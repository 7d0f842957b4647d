import { earliestOf } from './deadline.ts';
import { dueOf, spanText } from './notices.ts';

/** Time enough for a customer to sign up again, and a last word a day before. */
const NOTICES = [30, 14, 7, 3, 1];
const FIRST_NOTICE_MS = 30 * 86_400_000;

/** Until when Meta takes our token for an account; absent is never. */
export interface TokenLife {
  readonly expiresAtMs?: number;
  /** Meta's other clock: after it the token reads nothing, though it may not have expired. */
  readonly dataAccessExpiresAtMs?: number;
}

/** The instant at which we lose access by one clock or the other; undefined if by none. */
export function accessEndsAtMs(life: TokenLife): number | undefined {
  return earliestOf([life.expiresAtMs, life.dataAccessExpiresAtMs]);
}

/** The notice to tell now, as of a deadline: of several that are due only the latest, and none at the end or after it. */
export function dueTokenNoticeAtMs(
  life: TokenLife,
  toldAtMs: number,
  nowMs: number,
): number | undefined {
  const endsAtMs = accessEndsAtMs(life);
  return endsAtMs && dueOf({ endsAtMs, days: NOTICES, toldAtMs }, nowMs);
}

/** What people read from the first notice on; undefined before it, and once it is over. */
export function tokenWarningOf(life: TokenLife, nowMs: number): string | undefined {
  const endsAtMs = accessEndsAtMs(life) ?? Infinity;
  if (endsAtMs - nowMs > FIRST_NOTICE_MS || endsAtMs <= nowMs) return undefined;
  const left = spanText(endsAtMs - nowMs);
  return `Our access to the account ends in ${left}. Let the customer run Embedded Signup again before.`;
}

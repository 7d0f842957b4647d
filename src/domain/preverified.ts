import { dueOf, nextOf, spanText } from './notices.ts';

const DAY_MS = 86_400_000;
/** Meta: a number that is added and never proved is removed after 90 days; a proof lasts as long. */
const LIFE_MS = 90 * DAY_MS;
/** Meta takes a new code only in the last 45 days of a proof. */
const RENEW_FROM_DAYS = 45;
const NOTICES = [RENEW_FROM_DAYS, 14, 7, 3, 1];

/** What one read of a pre-verified number said, in Meta's words; no phone number. */
export interface PreverifiedFacts {
  readonly readAtMs: number;
  /** `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`, or a word yet unknown. */
  readonly status: string;
  /** Of the proof. */
  readonly expiresAtMs?: number;
}

/** Whose move it is: `code` is yours, `customer` claims it, `code-or-customer` in the last 45 days. */
export type PreverifiedWait = 'code' | 'customer' | 'code-or-customer';

/** At its very end a proof is over. */
export function preverifiedWaitOf(
  { status, expiresAtMs = Infinity }: Omit<PreverifiedFacts, 'readAtMs'>,
  nowMs: number,
): PreverifiedWait {
  if (status !== 'VERIFIED' || nowMs >= expiresAtMs) return 'code';
  return nowMs >= expiresAtMs - RENEW_FROM_DAYS * DAY_MS ? 'code-or-customer' : 'customer';
}

/** Whole days until the proof is over; undefined where there is none. */
export function daysLeftOf(expiresAtMs: number | undefined, nowMs: number): number | undefined {
  return expiresAtMs && Math.max(0, Math.floor((expiresAtMs - nowMs) / DAY_MS));
}

/** When the proof lapses, or Meta removes what was never proved; undefined once it has lapsed. */
export function preverifiedEndsAtMs(
  { status, expiresAtMs }: PreverifiedFacts,
  addedAtMs: number,
): number | undefined {
  if (status === 'NOT_VERIFIED') return addedAtMs + LIFE_MS;
  return status === 'VERIFIED' ? expiresAtMs : undefined;
}

interface Countdown {
  readonly endsAtMs: number;
  readonly toldAtMs: number;
}

/** The notice to tell now: of several that are due only the latest, and none at the end or after it. */
export function duePreverifiedNoticeAtMs(countdown: Countdown, nowMs: number): number | undefined {
  return dueOf({ ...countdown, days: NOTICES }, nowMs);
}

/** When to look again: at the next notice, then at the end. */
export function nextPreverifiedLookAtMs(countdown: Countdown, nowMs: number): number | undefined {
  const { endsAtMs } = countdown;
  return (
    nextOf({ ...countdown, days: NOTICES }, nowMs) ?? (endsAtMs > nowMs ? endsAtMs : undefined)
  );
}

const ASKS: Readonly<Record<PreverifiedWait, string>> = {
  code: 'Have a code sent to it, and give it to Meta.',
  customer: 'A customer may claim it in Embedded Signup.',
  'code-or-customer': 'A customer may claim it; a new code proves it for another 90 days.',
};

/** What people read: what to do, and how long there is. */
export function preverifiedText(
  wait: PreverifiedWait,
  { endsAtMs, nowMs }: { readonly endsAtMs: number | undefined; readonly nowMs: number },
): string {
  if (endsAtMs === undefined || endsAtMs <= nowMs) return ASKS[wait];
  return `${ASKS[wait]} ${spanText(endsAtMs - nowMs)} left.`;
}

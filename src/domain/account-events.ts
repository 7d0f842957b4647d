import type { Cause } from './causes.ts';

/** The last of its kind that a webhook told of an account as a whole. */
export interface AccountEvent {
  readonly field: string;
  /** Meta's word: of a ban its state, of a review the decision. */
  readonly event: string;
  /** When Meta says that it happened. */
  readonly toldAtMs: number;
  readonly receivedAtMs: number;
  /** When a restriction ends. It is on no read. */
  readonly untilMs?: number;
}

/** Changes that say nothing about onboarding. Source: Meta, webhook `account_update`. */
export const IDLE_EVENTS: ReadonlySet<string> = new Set([
  'AD_ACCOUNT_LINKED',
  'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
  'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
  'MM_LITE_TERMS_SIGNED',
  'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
  'VOLUME_BASED_PRICING_TIER_UPDATE',
]);

const ACCESS: readonly string[] = [
  ...['PARTNER_ADDED', 'PARTNER_APP_INSTALLED', 'ACCOUNT_RECONNECTED'],
];

/**
 * Access that comes back, or room for more numbers, helps who waits for a person. Each signup brings one, and every other number
 * of the account would be read for nothing.
 */
export function helpsWhoWaitsForPeople(field: string, event: string): boolean {
  return field === 'business_capability_update' || ACCESS.includes(event);
}

const LOCKS: readonly string[] = ['DISABLE', 'ACCOUNT_VIOLATION'];
const REINSTATE = 'REINSTATE';
const DELETED = 'ACCOUNT_DELETED';
const RESTRICTION = 'ACCOUNT_RESTRICTION';
/** Only of these does the account itself say more than its numbers. */
const DOUBTS: readonly string[] = [...LOCKS, REINSTATE, DELETED, RESTRICTION];

/** Is there a reason to read the account, which was last read at this instant? */
export function isInDoubt(events: readonly AccountEvent[], readAtMs = -Infinity): boolean {
  return events.some(
    ({ field, event, receivedAtMs }) =>
      receivedAtMs >= readAtMs && (field === 'account_review_update' || DOUBTS.includes(event)),
  );
}

/**
 * What the account's own review keeps its numbers from. A word we do not know keeps them from nothing: Meta refuses what it does
 * not want. Source: Meta, `account_review_status`, and webhook `account_review_update`.
 */
export function causeOfReview(status: string | undefined): Cause | undefined {
  if (status === 'REJECTED') return 'waba_rejected';
  return status === 'PENDING' || status === 'DEFERRED' ? 'waba_in_review' : undefined;
}

/** Has Meta told that it locked the account, and not yet that it let it go? */
export function isToldLocked(events: readonly AccountEvent[]): boolean {
  const lockedAtMs = Math.max(...toldAt(events, LOCKS));
  return lockedAtMs > Math.max(...toldAt(events, [REINSTATE]));
}

/** Since this instant Meta has told that the account may be used again. */
export function isToldReinstated(events: readonly AccountEvent[], sinceMs: number): boolean {
  const isNews = events.some(
    ({ event, receivedAtMs }) => event === REINSTATE && receivedAtMs >= sinceMs,
  );
  return isNews && !isToldLocked(events);
}

export function isToldDeleted(events: readonly AccountEvent[]): boolean {
  return events.some(({ event }) => event === DELETED);
}

/** Until when Meta lets the account add no number; undefined if it may, as far as it told. */
export function addRestrictedUntilMs(
  events: readonly AccountEvent[],
  nowMs: number,
): number | undefined {
  const ends = events.map(({ untilMs }) => untilMs ?? 0);
  const untilMs = Math.max(...ends, 0);
  return untilMs > nowMs ? untilMs : undefined;
}

function toldAt(events: readonly AccountEvent[], of: readonly string[]): readonly number[] {
  const instants = events.filter(({ event }) => of.includes(event)).map((each) => each.toldAtMs);
  return [-Infinity, ...instants];
}

/** What a person should know of a number although its onboarding has ended. */
const TOLD_AFTER_END: Readonly<Record<string, string>> = {
  ACCOUNT_DELETED: 'the WhatsApp account was deleted',
  ACCOUNT_OFFBOARDED: 'the number was registered elsewhere or its phone was changed',
  ACCOUNT_RECONNECTED: 'the account was connected again',
  ACCOUNT_RESTRICTION: 'the account is restricted',
  ACCOUNT_VIOLATION: 'the account broke a policy',
  DISABLE: 'the account was disabled',
  PARTNER_APP_UNINSTALLED: 'the customer removed our app',
  PARTNER_REMOVED: 'the customer removed us as a partner',
  PIN_CHANGED: 'somebody changed the PIN in WhatsApp Manager',
  PIN_REQUEST_SUCCESS: 'somebody switched two-step verification off in WhatsApp Manager',
  REINSTATE: 'the account may be used again',
  REJECTED: 'the review of the account ended with a rejection',
  SCHEDULE_FOR_DISABLE: 'the account will be disabled',
};

/** Undefined for what changes nothing for a number that is done, or is told elsewhere. */
export function textAfterEnd(event: string): string | undefined {
  const text = Object.hasOwn(TOLD_AFTER_END, event) ? TOLD_AFTER_END[event] : undefined;
  return text && `Meta's webhook ${event}: ${text}. Only a hint; nothing was done.`;
}

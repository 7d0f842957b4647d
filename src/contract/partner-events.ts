import type { EventKind } from './activities.ts';

export const DELIVER_EVENT = 'deliverEvent';

/** Calls to the partner have slots of their own: a receiver that hangs takes none from the onboardings. */
export const DELIVERY_QUEUE = 'partner-events';

/** No number: the run outlives a number that is forgotten. */
export interface DeliveryInput {
  readonly eventId: string;
}

export function deliveryIdOf(eventId: string): string {
  return `deliver-event/${eventId}`;
}

/** What the partner is told. Public names: they may be added to, never changed. */
const PUBLIC_TYPES: Partial<Readonly<Record<EventKind, string>>> = {
  verified: 'number.verified',
  registered: 'number.registered',
  'name-decided': 'number.name_decided',
  'name-undecided': 'number.name_undecided',
  'name-applied': 'number.name_applied',
  'certificate-collected': 'number.certificate_available',
  'needs-action': 'number.needs_action',
  'deadline-at-risk': 'number.deadline_at_risk',
  'access-expiring': 'number.access_expiring',
  'signup-expired': 'number.signup_expired',
  abandoned: 'number.abandoned',
  ready: 'number.ready',
};

/** The public type of what happened to a number; undefined for what is told only in its history. */
export function publicTypeOf(kind: EventKind): string | undefined {
  return PUBLIC_TYPES[kind];
}

export interface DeliveryActivities {
  /**
   * Sends the event once, unless it is delivered or forgotten. Fails with `NotDelivered` when the receiver does not take it:
   * Temporal's retry is the next attempt.
   */
  readonly deliverEvent: (args: DeliveryInput) => Promise<void>;
  /** Gives the event up, so that the number's next one goes out. It can be sent again by hand. */
  readonly parkEvent: (args: DeliveryInput) => Promise<void>;
}

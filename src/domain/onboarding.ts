/** Where an onboarding is. These are the words of the search attribute `OnboardingStage`. */
export const STAGES = [
  'verifying',
  'registering',
  'following-name',
  'collecting-certificate',
  'done',
] as const;

export type Stage = (typeof STAGES)[number];

/** Only registration is under the deadline: a registered number has no time to run out of. */
export const BOUND_STAGES: readonly string[] = ['verifying', 'registering'] satisfies Stage[];

/** Whose move it is. `time` is a lock-out or a back-off. */
export const WAITING_FOR = ['meta', 'customer', 'operator', 'time', 'nobody'] as const;

export type WaitingFor = (typeof WAITING_FOR)[number];

/** How a number came to us: by its customer's signup, by hand in WhatsApp Manager, or added by our own order to Meta's API. */
export const SOURCES = ['embedded-signup', 'whatsapp-manager', 'api'] as const;

export type Source = (typeof SOURCES)[number];

/**
 * Only Embedded Signup starts Meta's 14 days. A number that came otherwise may take its time: what lapses is the proof of
 * ownership, which a new code renews.
 */
export function hasSignupDeadline(source: Source): boolean {
  return source === 'embedded-signup';
}

/** What follows a number that is not being onboarded. */
export type Task = 'change-display-name';

/** How a customer's On-Premises client sends a code. In small letters, as it writes them. */
export type CodeMethod = 'sms' | 'voice';

/** Where a number is registered: at Meta, or on the customer's own client, which Meta has retired. */
export type Platform = 'cloud' | 'on-premises';

/**
 * The stages that may follow each one. Back only to prove ownership again, or to register a number taken off Cloud API; and
 * On-Premises the certificate comes first.
 */
const NEXT: Readonly<Record<Stage, readonly Stage[]>> = {
  verifying: ['registering', 'following-name', 'done'],
  registering: ['verifying', 'following-name', 'done'],
  'following-name': ['registering', 'collecting-certificate', 'done'],
  'collecting-certificate': ['registering', 'done'],
  done: [],
};

export function mayFollow(from: Stage, to: Stage): boolean {
  return from === to || NEXT[from].includes(to);
}

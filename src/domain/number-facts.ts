import type { NameDecision } from './name-decision.ts';

/**
 * What one read of a number said, in Meta's values. Enums stay open: Meta has answered values missing from its own lists.
 * Neither the phone number itself nor a certificate is in it, as facts travel through Temporal.
 */
export interface NumberFacts {
  readonly readAtMs: number;
  /** `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`, …: the proof of ownership, which lapses after 14 days. */
  readonly codeVerificationStatus: string;
  readonly status?: string;
  readonly platformType?: string;
  readonly throughputLevel?: string;
  readonly nameStatus?: string;
  /** Present while a change of the name is under way. */
  readonly newNameStatus?: string;
  /** SHA-256 (hex) of the new name's certificate: shown once it is approved, until the number is registered again. */
  readonly newCertificateSha256?: string;
  /** The name that Meta shows is the one that was asked for; absent where none was. */
  readonly isWantedName?: boolean;
  readonly canSendMessage?: string;
  readonly isOnBizApp: boolean;
  readonly isPreverified: boolean;
  readonly lastOnboardedAtMs?: number;
  /** SHA-256 (hex) of the certificate Meta showed; the certificate itself is sealed in the store. */
  readonly certificateSha256?: string;
  /** Meta has told since the wait began that the account may be used again, and its health agrees. */
  readonly isReinstated?: true;
  /** What a webhook told of the name, if it is news and explains `nameStatus`. */
  readonly nameDecision?: NameDecision;
}

/** What the facts say about registration. `unclear` is never a reason to write: the number is read again. */
export type Registration = 'registered' | 'not-registered' | 'unclear' | 'banned' | 'gone';

/** What a `status` says, and on which platform it says so; the platform may be missing. */
const STATUSES: Readonly<Record<string, readonly [Registration, platform?: string]>> = {
  CONNECTED: ['registered', 'CLOUD_API'],
  FLAGGED: ['registered', 'CLOUD_API'],
  RESTRICTED: ['registered', 'CLOUD_API'],
  RATE_LIMITED: ['registered', 'CLOUD_API'],
  PENDING: ['not-registered', 'NOT_APPLICABLE'],
  UNVERIFIED: ['not-registered', 'NOT_APPLICABLE'],
  DISCONNECTED: ['not-registered', 'NOT_APPLICABLE'],
  BANNED: ['banned'],
  DELETED: ['gone'],
  MIGRATED: ['gone'],
};

/**
 * Decides on `status` and `platform_type` together, never on `code_verification_status`: numbers that are live show an
 * expired OTP there. Source: Meta, "Managing business phone numbers", phone number status.
 */
export function registrationOf(facts: NumberFacts): Registration {
  if (facts.status === undefined) return isLive(facts) ? 'registered' : 'unclear';
  const [registration, platform] = STATUSES[facts.status] ?? ['unclear' as const];
  const agrees = [platform, undefined].includes(facts.platformType) || platform === undefined;
  return agrees ? registration : 'unclear';
}

function isLive({ platformType, throughputLevel = 'NOT_APPLICABLE' }: NumberFacts): boolean {
  return platformType === 'CLOUD_API' && throughputLevel !== 'NOT_APPLICABLE';
}

/** Meta lets it send already, whatever its name's review does. */
export function isUsable(facts: NumberFacts): boolean {
  return registrationOf(facts) === 'registered' && facts.canSendMessage === 'AVAILABLE';
}

/** Clearly not on Cloud API, and not at home on the WhatsApp Business app either. */
export function needsRegistration(facts: NumberFacts): boolean {
  return registrationOf(facts) === 'not-registered' && !facts.isOnBizApp;
}

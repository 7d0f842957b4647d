import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';

/** One read of a business phone number, in Meta's values. A field Meta left out is absent. */
export interface PhoneNumber {
  readonly phoneNumberId: PhoneNumberId;
  /** `+1 631-555-5555` or `16315555555`: compare digits only. */
  readonly displayPhoneNumber: string;
  /** The text of the name; no sign of its approval. */
  readonly verifiedName?: string;
  readonly codeVerificationStatus: string;
  readonly status?: string;
  readonly platformType?: string;
  readonly throughputLevel?: string;
  readonly accountMode?: string;
  readonly nameStatus?: string;
  /** Present while a change of the name is under way, as the next two fields that begin with `new`. */
  readonly newDisplayName?: string;
  readonly newNameStatus?: string;
  readonly certificate?: Secret;
  readonly newCertificate?: Secret;
  readonly lastOnboardedAtMs?: number;
  readonly isPinEnabled?: boolean;
  readonly isOnBizApp?: boolean;
  readonly isPreverified?: boolean;
  readonly qualityRating?: string;
  readonly canSendMessage?: string;
}

export interface TokenFacts {
  readonly isValid: boolean;
  /** Empty if Meta could not tell whose token it is. */
  readonly appId: string;
  /** Absent means never. */
  readonly expiresAtMs?: number;
  readonly scopes: readonly string[];
  /** The accounts for which `whatsapp_business_management` was granted one by one. */
  readonly wabaIds: readonly string[];
}

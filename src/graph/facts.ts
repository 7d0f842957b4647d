import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { BusinessId, PreverifiedId } from './ids.ts';

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
  /** The account's part in that. */
  readonly canAccountSend?: string;
}

/** A value as Meta answered it, except that certificates, tokens, PINs and the like are secrets, however deep they lie. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | Secret
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue };

/** One number for people: every field Meta sent, under Meta's own names. As JSON it shows no secret. */
export interface PhoneNumberFields {
  readonly phoneNumberId: PhoneNumberId;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export interface TokenFacts {
  readonly isValid: boolean;
  /** Empty if Meta could not tell whose token it is. */
  readonly appId: string;
  /** Absent means never. */
  readonly expiresAtMs?: number;
  /** After it the token reads nothing. Absent means never. */
  readonly dataAccessExpiresAtMs?: number;
  readonly scopes: readonly string[];
  /** The accounts for which `whatsapp_business_management` was granted one by one. */
  readonly wabaIds: readonly string[];
}

export interface Account {
  readonly wabaId: WabaId;
  readonly name?: string;
  /** `APPROVED`, `PENDING`, `REJECTED` or `RESTRICTED`, or a word yet unknown. */
  readonly accountReviewStatus?: string;
  /** Meta's spelling varies between upper and lower case. */
  readonly businessVerificationStatus?: string;
}

/** An app that receives the webhooks of an account. */
export interface SubscribedApp {
  readonly appId: string;
  readonly name?: string;
  /** Where the account's messages go instead of the app's own callback. */
  readonly overrideCallbackUrl?: string;
}

/** A number that a partner has verified before a customer picks it in Embedded Signup. */
export interface PreverifiedNumber {
  readonly preverifiedId: PreverifiedId;
  readonly phoneNumber?: string;
  /** `VERIFIED`, `NOT_VERIFIED` or `EXPIRED`, or a word yet unknown. */
  readonly codeVerificationStatus?: string;
  readonly verifiedAtMs?: number;
  readonly verificationExpiresAtMs?: number;
}

/** A business with which a pre-verified number is shared. */
export interface Partner {
  readonly businessId: BusinessId;
  readonly name?: string;
}

import { z } from 'zod';

import { isPhoneNumberId, type PhoneNumberId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import type { FieldValue, PhoneNumber, PhoneNumberFields } from './facts.ts';
import { present } from './present.ts';
import { graphTime, optionalWord, word } from './schemas.ts';

const flag = z.boolean().nullish();

const certificate = z
  .string()
  .transform((text) => (text === '' ? undefined : new Secret(text)))
  .nullish();

/** What a number's sending depends on: itself, its account, the business, the app. */
const healthOfEntity = z.looseObject({ entity_type: optionalWord, can_send_message: optionalWord });

/** One business phone number. Source: Meta, WhatsApp Business Phone Number node. */
export const phoneNumberSchema = z
  .looseObject({
    id: z.custom<PhoneNumberId>(isPhoneNumberId),
    display_phone_number: z.string(),
    verified_name: z.string().nullish(),
    code_verification_status: word,
    status: optionalWord,
    // The older and the newer name of one field.
    platform_type: optionalWord,
    host_platform: optionalWord,
    throughput: z.looseObject({ level: optionalWord }).nullish(),
    account_mode: optionalWord,
    name_status: optionalWord,
    new_display_name: z.string().nullish(),
    new_name_status: optionalWord,
    certificate,
    new_certificate: certificate,
    last_onboarded_time: graphTime,
    is_pin_enabled: flag,
    is_on_biz_app: flag,
    is_preverified_number: flag,
    quality_rating: optionalWord,
    health_status: z
      .looseObject({
        can_send_message: optionalWord,
        entities: z.array(healthOfEntity.nullable().catch(null)).nullish().catch(undefined),
      })
      .nullish(),
  })
  .transform((raw): PhoneNumber =>
    present({
      phoneNumberId: raw.id,
      displayPhoneNumber: raw.display_phone_number,
      verifiedName: raw.verified_name,
      codeVerificationStatus: raw.code_verification_status,
      status: raw.status,
      platformType: raw.platform_type ?? raw.host_platform,
      throughputLevel: raw.throughput?.level,
      accountMode: raw.account_mode,
      nameStatus: raw.name_status,
      newDisplayName: raw.new_display_name,
      newNameStatus: raw.new_name_status,
      certificate: raw.certificate,
      newCertificate: raw.new_certificate,
      lastOnboardedAtMs: raw.last_onboarded_time,
      isPinEnabled: raw.is_pin_enabled,
      isOnBizApp: raw.is_on_biz_app,
      isPreverified: raw.is_preverified_number,
      qualityRating: raw.quality_rating,
      canSendMessage: raw.health_status?.can_send_message,
      canAccountSend: raw.health_status?.entities?.find((each) => each?.entity_type === 'WABA')
        ?.can_send_message,
    }),
  );

/** Fields that hold a secret, wherever in a number they stand. `is_pin_enabled` is none. */
const SECRET_FIELD = /^(.*_)?(certificate|token|pin|password|secret|key)$/;

const plainValue = z.union([z.string(), z.number(), z.boolean()]).nullable().catch(null);

/** Every field under Meta's own name: what a person asks for need not be known here. */
export const numberFieldsSchema = z
  .looseObject({ id: z.custom<PhoneNumberId>(isPhoneNumberId) })
  .transform((raw): PhoneNumberFields => ({ phoneNumberId: raw.id, fields: hidden(raw) }));

function hidden(raw: object): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, fieldValueOf(name, value)]),
  );
}

// An array passes its own name on, so that a list of certificates is a list of secrets.
function fieldValueOf(name: string, value: unknown): FieldValue {
  if (Array.isArray(value)) return value.map((each) => fieldValueOf(name, each));
  if (typeof value === 'object' && value !== null) return hidden(value);
  const plain = plainValue.parse(value);
  const isSecret = SECRET_FIELD.test(name) && plain !== null && plain !== '';
  return isSecret ? new Secret(String(plain)) : plain;
}

const NAME_STATUSES = [
  'APPROVED',
  'AVAILABLE_WITHOUT_REVIEW',
  'PENDING_REVIEW',
  'DECLINED',
  'EXPIRED',
  'NONE',
  'NON_EXISTS',
];

/** The values Meta has told or shown so far. Another one is passed on, with a warning. */
export const ENUMS: readonly {
  readonly field: string;
  readonly of: (number: PhoneNumber) => string | undefined;
  readonly known: readonly string[];
}[] = [
  {
    field: 'code_verification_status',
    of: (number) => number.codeVerificationStatus,
    known: ['VERIFIED', 'NOT_VERIFIED', 'EXPIRED', 'UNVERIFIED'],
  },
  {
    field: 'status',
    of: (number) => number.status,
    known: [
      ...['PENDING', 'CONNECTED', 'DISCONNECTED', 'FLAGGED', 'RESTRICTED', 'RATE_LIMITED'],
      ...['BANNED', 'MIGRATED', 'DELETED', 'UNKNOWN', 'UNVERIFIED'],
    ],
  },
  {
    field: 'platform_type',
    of: (number) => number.platformType,
    known: ['CLOUD_API', 'ON_PREMISE', 'NOT_APPLICABLE'],
  },
  {
    field: 'throughput.level',
    of: (number) => number.throughputLevel,
    known: ['STANDARD', 'HIGH', 'NOT_APPLICABLE'],
  },
  { field: 'account_mode', of: (number) => number.accountMode, known: ['LIVE', 'SANDBOX'] },
  { field: 'name_status', of: (number) => number.nameStatus, known: NAME_STATUSES },
  { field: 'new_name_status', of: (number) => number.newNameStatus, known: NAME_STATUSES },
  {
    field: 'quality_rating',
    of: (number) => number.qualityRating,
    known: ['GREEN', 'YELLOW', 'RED', 'NA', 'UNKNOWN'],
  },
  {
    field: 'health_status.can_send_message',
    of: (number) => number.canSendMessage,
    known: ['AVAILABLE', 'LIMITED', 'BLOCKED'],
  },
];

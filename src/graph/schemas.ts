import { z } from 'zod';

import { isPhoneNumberId, type PhoneNumberId } from '../domain/phone-number.ts';
import type { RefusalAnswer } from '../domain/refusals.ts';
import { Secret } from '../domain/secret.ts';
import type { PhoneNumber, TokenFacts } from './facts.ts';
import { present } from './present.ts';

/** Meta's enums stay open: four fields have already answered values missing from Meta's own lists. */
const word = z.string().max(100);
const optionalWord = word.nullish();
const flag = z.boolean().nullish();

/** Enough for any sentence of Meta's; texts are kept to tell causes apart, not to be stored at length. */
const MAX_TEXT = 1000;

/** `2023-08-22T19:05:53+0000` (no colon) or Unix seconds, by page; 0 is no time. In ms. */
const graphTime = z
  .union([z.number(), z.string()])
  .transform((time) => graphTimeMs(time))
  .refine((atMs) => !Number.isNaN(atMs))
  .transform((atMs) => (atMs === 0 ? undefined : atMs))
  .nullish();

const certificate = z
  .string()
  .transform((text) => (text === '' ? undefined : new Secret(text)))
  .nullish();

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
    health_status: z.looseObject({ can_send_message: optionalWord }).nullish(),
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
    }),
  );

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

/** `paging.next` only tells that there is more: it is a URL with a token, so the cursor is used instead. */
export const phoneNumberPageSchema = z
  .looseObject({
    data: z.array(phoneNumberSchema),
    paging: z
      .looseObject({
        cursors: z.looseObject({ after: z.string().nullish() }).nullish(),
        next: z.string().nullish(),
      })
      .nullish(),
  })
  .transform(({ data, paging }) => ({
    numbers: data,
    hasMore: typeof paging?.next === 'string',
    after: paging?.cursors?.after ?? undefined,
  }));

export const subscribedAppsSchema = z
  .looseObject({
    data: z.array(z.looseObject({ whatsapp_business_api_data: z.looseObject({ id: z.string() }) })),
  })
  .transform(({ data }) => data.map((app) => app.whatsapp_business_api_data.id));

const token = z.string().regex(/^[A-Za-z0-9._~+/=|-]{16,4096}$/);

/** Meta's pages show three answers: two names of the key, and the bare token as the whole body. */
export const accessTokenSchema = z
  .union([
    z.looseObject({ access_token: token }).transform((answer) => answer.access_token),
    z.looseObject({ business_token: token }).transform((answer) => answer.business_token),
    token,
  ])
  .transform((text) => new Secret(text));

export function isBareToken(text: string): boolean {
  return token.safeParse(text).success;
}

/** `app_id` has been both text and number; it is missing when the token is nonsense. */
export const tokenFactsSchema = z
  .looseObject({
    data: z.looseObject({
      is_valid: z.boolean(),
      app_id: z.union([z.string(), z.int()]).nullish(),
      expires_at: z.number().nullish(),
      scopes: z.array(z.string()).nullish(),
      granular_scopes: z
        .array(z.looseObject({ scope: z.string(), target_ids: z.array(z.string()).nullish() }))
        .nullish(),
    }),
  })
  .transform(({ data }): TokenFacts =>
    present({
      isValid: data.is_valid,
      appId: String(data.app_id ?? ''),
      expiresAtMs: data.expires_at ? data.expires_at * 1000 : undefined,
      scopes: data.scopes ?? [],
      wabaIds: (data.granular_scopes ?? [])
        .filter(({ scope }) => scope === 'whatsapp_business_management')
        .flatMap((granted) => granted.target_ids ?? []),
    }),
  );

/** Some of Meta's samples write the word as a string. An `error` beside it is no success. */
export const successSchema = z.looseObject({
  success: z.union([z.literal(true), z.literal('true')]),
  error: z.undefined().optional(),
});

/** Only `code` is sure to be there and of its type; a strange neighbour must not hide it. */
export function envelopeSchema(
  redact: (text: string) => string,
): z.ZodType<{ answer: RefusalAnswer; traceId?: string }> {
  const text = z
    .string()
    .transform((said) => redact(said).slice(0, MAX_TEXT))
    .optional()
    .catch(undefined);
  const details = z.union([
    z.looseObject({ details: text }).transform((data) => data.details),
    text,
  ]);
  const error = z.looseObject({
    code: z.int(),
    error_subcode: z.int().optional().catch(undefined),
    message: text,
    error_user_msg: text,
    error_data: details.optional().catch(undefined),
    fbtrace_id: text,
  });
  return z.looseObject({ error }).transform(({ error: said }) =>
    present({
      answer: present({
        code: said.code,
        subcode: said.error_subcode,
        message: said.message,
        userMessage: said.error_user_msg,
        details: said.error_data,
      }),
      traceId: /^[\w-]{1,64}$/.test(said.fbtrace_id ?? '') ? said.fbtrace_id : undefined,
    }),
  );
}

function graphTimeMs(time: string | number): number {
  if (typeof time === 'number') return time * 1000;
  if (/^[0-9]{1,12}$/.test(time)) return Number(time) * 1000;
  return Date.parse(time.replace(/([+-][0-9]{2}):?([0-9]{2})$/, '$1:$2'));
}

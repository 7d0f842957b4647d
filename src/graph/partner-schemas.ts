// What belongs to an account, a business or an app rather than to a number.
import { z } from 'zod';

import { isWabaId, type WabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import type { Account, Partner, PreverifiedNumber, SubscribedApp, TokenFacts } from './facts.ts';
import { isBusinessId, isPreverifiedId, type BusinessId, type PreverifiedId } from './ids.ts';
import { present } from './present.ts';
import { graphTime, optionalText, optionalWord } from './schemas.ts';

export const accountSchema = z
  .looseObject({
    id: z.custom<WabaId>(isWabaId),
    name: optionalText,
    account_review_status: optionalWord,
    business_verification_status: optionalWord,
  })
  .transform((raw): Account =>
    present({
      wabaId: raw.id,
      name: raw.name,
      accountReviewStatus: raw.account_review_status,
      businessVerificationStatus: raw.business_verification_status,
    }),
  );

export const subscribedAppsSchema = z
  .looseObject({
    data: z.array(
      z.looseObject({
        whatsapp_business_api_data: z.looseObject({ id: z.string(), name: optionalText }),
        override_callback_uri: optionalText,
      }),
    ),
  })
  .transform(({ data }) =>
    data.map((app): SubscribedApp =>
      present({
        appId: app.whatsapp_business_api_data.id,
        name: app.whatsapp_business_api_data.name,
        overrideCallbackUrl: app.override_callback_uri === '' ? null : app.override_callback_uri,
      }),
    ),
  );

/** Meta's guide and Meta's OpenAPI description name the number and its status differently. */
export const preverifiedNumberSchema = z
  .looseObject({
    id: z.custom<PreverifiedId>(isPreverifiedId),
    phone_number: optionalWord,
    display_phone_number: optionalWord,
    code_verification_status: optionalWord,
    verification_status: optionalWord,
    code_verification_time: graphTime,
    verification_expiry_time: graphTime,
  })
  .transform((raw): PreverifiedNumber =>
    present({
      preverifiedId: raw.id,
      phoneNumber: raw.phone_number ?? raw.display_phone_number,
      codeVerificationStatus: raw.code_verification_status ?? raw.verification_status,
      verifiedAtMs: raw.code_verification_time,
      verificationExpiresAtMs: raw.verification_expiry_time,
    }),
  );

export const partnerSchema = z
  .looseObject({ id: z.custom<BusinessId>(isBusinessId), name: optionalText })
  .transform((raw): Partner => present({ businessId: raw.id, name: raw.name }));

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
      data_access_expires_at: z.number().nullish(),
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
      dataAccessExpiresAtMs: data.data_access_expires_at
        ? data.data_access_expires_at * 1000
        : undefined,
      scopes: data.scopes ?? [],
      wabaIds: (data.granular_scopes ?? [])
        .filter(({ scope }) => scope === 'whatsapp_business_management')
        .flatMap((granted) => granted.target_ids ?? []),
    }),
  );

// What a path or a body may carry, each with the error for whatever else stands in its place.
import { z } from 'zod';
import { isAcceptablePin } from '../domain/pin.ts';
import type { Secret } from '../domain/secret.ts';
import { checkedCallbackUrl, FORMS, REGIONS } from '../graph/checks.ts';
import { field } from './contract.ts';
import {
  fits,
  phoneNumberIdText,
  preverifiedIdText,
  secretText,
  wabaIdText,
} from './field-forms.ts';

/** Of Meta's own examples. */
const NUMBER_ID = '106540352242922';
const ACCOUNT_ID = '102290129340398';
/** As Meta's message has it, without the hyphen. */
const CODE = '123830';

export const phoneNumberId = field(phoneNumberIdText, 'invalid_phone_number_id', {
  meaning: "Meta's id of the number, 1-20 digits",
  example: NUMBER_ID,
});
/** Of one order: as many as a page of Meta's list. */
export const phoneNumberIds = field(
  z.array(phoneNumberIdText).min(1).max(100),
  'invalid_phone_number_ids',
  { meaning: "1-100 of Meta's ids of numbers", example: [NUMBER_ID] },
);
/** Of a number that we know, or not: whatever else stands there is none. */
export const knownNumberId = field(phoneNumberIdText, 'unknown_number', {
  meaning: "Meta's id of a number that is onboarded here",
  example: NUMBER_ID,
});
export const wabaId = field(wabaIdText, 'invalid_waba_id', {
  meaning: "the account's id, 1-20 digits",
  example: ACCOUNT_ID,
});
export const optionalWabaId = field(wabaIdText.exactOptional(), 'invalid_waba_id', {
  meaning: 'the account; needed for a number that no signup has brought',
});
export const preverifiedId = field(preverifiedIdText, 'invalid_preverified_id', {
  meaning: "Meta's id of the pre-verified number, 1-20 digits",
  example: NUMBER_ID,
});
export const optionalPreverifiedId = field(
  preverifiedIdText.exactOptional(),
  'invalid_preverified_id',
  { meaning: 'of the pre-verified number that this one was' },
);

/** Whatever else stands there is none of the words that our own page was given for a signup. */
export const state = field(z.unknown().transform(wordOf).exactOptional(), 'invalid_state', {
  meaning: "what a browser's page was given for this signup: it counts once, for ten minutes",
});
export const signupCode = field(secretText(FORMS.signupCode), 'invalid_code', {
  meaning: 'the code from Embedded Signup, which lives 30 seconds',
  example: 'AQBhlXsctMxJYS...',
});
export const platform = field(
  z.enum(['cloud', 'on-premises']).default('cloud'),
  'invalid_platform',
  { meaning: 'where the number is registered' },
);
const clientMethod = z.enum(['sms', 'voice']);
export const codeMethod = field(clientMethod, 'invalid_code_method', {
  meaning: "how the customer's client gets its code",
  example: 'sms',
});
export const optionalCodeMethod = field(clientMethod.exactOptional(), 'invalid_code_method', {
  meaning: "how the customer's client gets its code; only On-Premises",
});
export const region = field(z.enum(REGIONS).exactOptional(), 'unsupported_region', {
  meaning: 'where Meta keeps the messages at rest; only on Cloud API',
  message: `data_localization_region: one of ${REGIONS.join(', ')}`,
});

const COUNTRY = { meaning: 'the country code, 1-3 digits' };
export const countryCode = field(z.string().regex(FORMS.countryCode), 'invalid_cc', {
  ...COUNTRY,
  example: '1',
});
export const optionalCountryCode = field(
  z.string().regex(FORMS.countryCode).exactOptional(),
  'invalid_cc',
  { meaning: `${COUNTRY.meaning}; needed where Meta shows the number without one` },
);
const DIGITS = { meaning: 'the number, 4-15 digits' };
export const digits = field(z.string().regex(FORMS.digits), 'invalid_phone_number', {
  meaning: `${DIGITS.meaning}, with the country code`,
  example: '16315555555',
});
export const optionalDigits = field(
  z.string().regex(FORMS.digits).exactOptional(),
  'invalid_phone_number',
  DIGITS,
);
/** For a change: what is wrong with its form is told by the rule it breaks. */
export const newName = field(z.string().max(500), 'invalid_new_name', {
  meaning: 'the display name, which Meta reviews',
  example: 'Lucky Shrub',
});
export const displayName = field(z.string().regex(FORMS.name), 'invalid_verified_name', {
  meaning: 'the display name, which Meta reviews; 2-75 characters on one line',
  example: 'Lucky Shrub',
});
/** No onboarding begins. */
export const isByHand = field(z.boolean().default(false), 'invalid_by_hand', {
  meaning: '`true` begins no onboarding',
});
export const isMigrated = field(z.boolean().exactOptional(), 'invalid_migrate_phone_number', {
  meaning: '`true` takes the number over from another account',
});

export const callbackUrl = field(
  z.string().refine(fits(checkedCallbackUrl)).exactOptional(),
  'invalid_override_callback_url',
  { meaning: "where the account's webhooks go instead; https, at most 200 characters" },
);
export const verifyToken = field(
  secretText(FORMS.verifyToken).exactOptional(),
  'invalid_verify_token',
  { meaning: 'what Meta proves itself with there; 1-1024 visible characters' },
);

export const method = field(z.enum(['SMS', 'VOICE']), 'invalid_method', {
  meaning: 'how the code comes',
  example: 'SMS',
});
export const language = field(z.string().regex(FORMS.language), 'invalid_language', {
  meaning: "the language of Meta's message",
  example: 'en_US',
});
export const oneTimeCode = field(secretText(FORMS.code), 'invalid_one_time_code', {
  meaning: 'the code that came: six digits, without the hyphen',
  example: CODE,
});
/** One that somebody else chose may be one that we would not: `isAcceptablePin` is asked later. */
export const pin = field(secretText(FORMS.pin).exactOptional(), 'invalid_pin', {
  meaning: 'six digits; absent: a fresh one is drawn. It is sealed here, and never answered',
});
export const isCurrent = field(z.boolean().default(false), 'invalid_is_current', {
  meaning: '`true`: Meta has this PIN already, and it is only kept',
});

export function isWeak(given: Secret): boolean {
  return !isAcceptablePin(given.reveal());
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

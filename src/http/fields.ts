// What a call may carry, each with the error for whatever else stands in its place. What the Graph client checks by itself is told
// by its forms, so that a form is told once.
import { z } from 'zod';
import { fleetCursorOf, FLEET_OUTCOMES } from '../desk/fleet.ts';
import { CAUSES } from '../domain/causes.ts';
import { STAGES, WAITING_FOR } from '../domain/onboarding.ts';
import { isPhoneNumberId, isWabaId } from '../domain/phone-number.ts';
import { isAcceptablePin } from '../domain/pin.ts';
import { Secret } from '../domain/secret.ts';
import { checkedCallbackUrl, checkedFields, FORMS, REGIONS } from '../graph/checks.ts';
import { InvalidArgument } from '../graph/errors.ts';
import { isPreverifiedId } from '../graph/ids.ts';
import { field } from './contract.ts';

/** Meta's ids. */
const idText = z.string().regex(/^[0-9]{1,20}$/);
const secretText = (form: RegExp) =>
  z
    .string()
    .regex(form)
    .transform((text) => new Secret(text));

const phoneNumberIdText = idText.transform(guarded(isPhoneNumberId));
const wabaIdText = idText.transform(guarded(isWabaId));
const preverifiedIdText = idText.transform(guarded(isPreverifiedId));

export const phoneNumberId = field(phoneNumberIdText, 'invalid_phone_number_id');
/** Of one order: as many as a page of Meta's list. */
export const phoneNumberIds = field(
  z.array(phoneNumberIdText).min(1).max(100),
  'invalid_phone_number_ids',
);
/** Of a number that we know, or not: whatever else stands there is none. */
export const knownNumberId = field(idText.transform(guarded(isPhoneNumberId)), 'unknown_number');
export const wabaId = field(wabaIdText, 'invalid_waba_id');
export const optionalWabaId = field(wabaIdText.exactOptional(), 'invalid_waba_id');
/** The same as a filter. */
export const account = optionalWabaId;
export const preverifiedId = field(preverifiedIdText, 'invalid_preverified_id');
export const optionalPreverifiedId = field(
  preverifiedIdText.exactOptional(),
  'invalid_preverified_id',
);

export const stage = field(z.enum(STAGES).exactOptional(), 'invalid_stage');
export const waitingFor = field(z.enum(WAITING_FOR).exactOptional(), 'invalid_waiting_for');
export const cause = field(z.enum(Object.keys(CAUSES)).exactOptional(), 'invalid_cause');
export const outcome = field(z.enum(FLEET_OUTCOMES).exactOptional(), 'invalid_outcome');
export const text = field(
  z
    .string()
    .regex(/^[^\p{C}]{1,75}$/u)
    .transform((typed) => typed.trim())
    .refine((typed) => typed !== '')
    .exactOptional(),
  'invalid_text',
);
export const format = field(z.enum(['json', 'csv']).exactOptional(), 'invalid_format');

/** Of a page. */
export const limit = field(
  z
    .string()
    .regex(/^([1-9][0-9]?|100)$/)
    .transform(Number)
    .exactOptional(),
  'invalid_limit',
);
/** A cursor of the fleet's. */
export const fleetAfter = field(
  z.string().transform(orRefused(fleetCursorOf)).exactOptional(),
  'invalid_after',
);
/** A cursor of Meta's. */
export const auditAfter = field(
  z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .transform(Number)
    .exactOptional(),
  'invalid_after',
);
/** What our own page was given for a signup; whatever else stands there is none of these words. */
export const state = field(z.unknown().transform(wordOf).exactOptional(), 'invalid_state');
export const metaAfter = field(z.string().regex(FORMS.cursor).exactOptional(), 'invalid_after');
/** The id of the last event that was seen. */
export const eventsAfter = field(
  z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number)
    .exactOptional(),
  'invalid_after',
);
/** Names of Meta's fields, each once. */
export const fields = field(
  z
    .string()
    .transform((names) => [...new Set(names.split(','))])
    .refine(fits(checkedFields))
    .exactOptional(),
  'invalid_fields',
);
export const accountMode = field(
  z.enum(['SANDBOX', 'LIVE']).exactOptional(),
  'invalid_account_mode',
);
/** `field`, or `field:desc`. */
export const sort = field(
  z
    .string()
    .regex(/^[a-z0-9_]+(:desc)?$/)
    .exactOptional(),
  'invalid_sort',
);

export const signupCode = field(secretText(FORMS.signupCode), 'invalid_code');
export const platform = field(
  z.enum(['cloud', 'on-premises']).default('cloud'),
  'invalid_platform',
);
const clientMethod = z.enum(['sms', 'voice']);
export const codeMethod = field(clientMethod, 'invalid_code_method');
export const optionalCodeMethod = field(clientMethod.exactOptional(), 'invalid_code_method');
export const region = field(
  z.enum(REGIONS).exactOptional(),
  'unsupported_region',
  `data_localization_region: one of ${REGIONS.join(', ')}`,
);

export const countryCode = field(z.string().regex(FORMS.countryCode), 'invalid_cc');
export const optionalCountryCode = field(
  z.string().regex(FORMS.countryCode).exactOptional(),
  'invalid_cc',
);
export const digits = field(z.string().regex(FORMS.digits), 'invalid_phone_number');
export const optionalDigits = field(
  z.string().regex(FORMS.digits).exactOptional(),
  'invalid_phone_number',
);
/** For a change: what is wrong with its form is told by the rule it breaks. */
export const newName = field(z.string().max(500), 'invalid_new_name');
export const displayName = field(z.string().regex(FORMS.name), 'invalid_verified_name');
/** No onboarding begins. */
export const isByHand = field(z.boolean().default(false), 'invalid_by_hand');
export const isMigrated = field(z.boolean().exactOptional(), 'invalid_migrate_phone_number');
export const status = field(
  z.enum(['VERIFIED', 'NOT_VERIFIED', 'EXPIRED']).exactOptional(),
  'invalid_status',
);

export const callbackUrl = field(
  z.string().refine(fits(checkedCallbackUrl)).exactOptional(),
  'invalid_override_callback_url',
);
export const verifyToken = field(
  secretText(FORMS.verifyToken).exactOptional(),
  'invalid_verify_token',
);

export const method = field(z.enum(['SMS', 'VOICE']), 'invalid_method');
export const language = field(z.string().regex(FORMS.language), 'invalid_language');
export const oneTimeCode = field(secretText(FORMS.code), 'invalid_one_time_code');
/** One that somebody else chose may be one that we would not: `isAcceptablePin` is asked later. */
export const pin = field(secretText(FORMS.pin).exactOptional(), 'invalid_pin');
export const isCurrent = field(z.boolean().default(false), 'invalid_is_current');

export function isWeak(given: Secret): boolean {
  return !isAcceptablePin(given.reveal());
}

function guarded<Narrow extends string>(isIt: (value: unknown) => value is Narrow) {
  return orRefused((given) => (isIt(given) ? given : undefined));
}

/** Undefined is no value. */
function orRefused<Value>(valueOf: (given: string) => Value | undefined) {
  return (given: string, context: z.RefinementCtx): Value => {
    const value = valueOf(given);
    if (value !== undefined) return value;
    context.addIssue('not of this form');
    return z.NEVER;
  };
}

function fits<Value>(check: (value: Value) => unknown) {
  return (value: Value): boolean => {
    try {
      check(value);
      return true;
    } catch (error) {
      if (error instanceof InvalidArgument) return false;
      throw error;
    }
  };
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

// What a caller hands over is checked before a URL is built. Each check throws an InvalidArgument that tells the form and never
// the value, which may be a secret.
import type { Secret } from '../domain/secret.ts';
import { InvalidArgument } from './errors.ts';

const MAX_FIELDS = 50;
/** Source: Meta, "Webhook overrides". */
const MAX_CALLBACK_URL = 200;

/** Source: Meta, "Registering phone numbers", local storage. */
export const REGIONS = [
  'AE',
  'AU',
  'BH',
  'BR',
  'CA',
  'CH',
  'DE',
  'GB',
  'ID',
  'IN',
  'JP',
  'KR',
  'SG',
  'ZA',
] as const;

/** The forms of what may be asked for, so that other doors can tell them too. */
export const FORMS = {
  signupCode: /^[!-~]{1,2048}$/,
  pin: /^[0-9]{6}$/,
  code: /^[0-9]{6}$/,
  verifyToken: /^[!-~]{1,1024}$/,
  language: /^[a-z]{2,3}(_[A-Z]{2})?$/,
  cursor: /^[!-~]{1,2000}$/,
  countryCode: /^[1-9][0-9]{0,2}$/,
  digits: /^[0-9]{4,15}$/,
  name: /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{2,75}$/u,
} as const;

export type CodeMethod = 'SMS' | 'VOICE';
export type AccountMode = 'SANDBOX' | 'LIVE';

export function checkedToken(token: Secret): Secret {
  return checkedSecret(token, /^[!-~]{1,4096}$/, 'token must be visible characters');
}

export function checkedSignupCode(code: Secret): Secret {
  return checkedSecret(code, FORMS.signupCode, 'signup code must be 1-2048 visible characters');
}

export function checkedPin(pin: Secret): Secret {
  return checkedSecret(pin, FORMS.pin, 'PIN must be 6 digits');
}

/** The message reads `123-830`; the hyphen is not part of the code. */
export function checkedCode(code: Secret): Secret {
  return checkedSecret(code, FORMS.code, 'code must be 6 digits, without the hyphen');
}

export function checkedVerifyToken(token: Secret): Secret {
  return checkedSecret(token, FORMS.verifyToken, 'verify token must be visible characters');
}

/** Base64, perhaps in lines. */
export function checkedCertificate(certificate: Secret): Secret {
  const form = /^[A-Za-z0-9+/=_\r\n-]{1,1000000}$/;
  return checkedSecret(certificate, form, 'certificate must be base64');
}

/** A colon would end the name and begin the password. */
export function checkedUserName(userName: string): string {
  return checked(
    userName,
    /^[^:\p{Cc}]{1,256}$/u,
    'user name must be on one line, without a colon',
  );
}

/** On-Premises clients write it small. */
export function checkedWireMethod(method: 'sms' | 'voice'): 'sms' | 'voice' {
  return checked(method, /^(sms|voice)$/, 'code method must be sms or voice');
}

export function checkedCodeMethod(method: CodeMethod): CodeMethod {
  return checked(method, /^(SMS|VOICE)$/, 'code method must be SMS or VOICE');
}

export function checkedLanguage(language: string): string {
  return checked(language, FORMS.language, 'language must be like en_US');
}

export function checkedAccountMode(mode: AccountMode): AccountMode {
  return checked(mode, /^(SANDBOX|LIVE)$/, 'account mode must be SANDBOX or LIVE');
}

export function checkedStatus<T extends string>(status: T): T {
  return checked(status, /^[A-Z_]{1,40}$/, 'status must be a word like VERIFIED');
}

export function checkedRegion(region: string): string {
  if (!REGIONS.some((each) => each === region))
    throw new InvalidArgument(`data localization region must be one of ${REGIONS.join(', ')}`);
  return region;
}

/** A comma, brace or dot in a name would ask for something else than a field. */
export function checkedFields(fields: readonly string[]): string {
  const areNames = fields.every((field) => /^[a-z][a-z0-9_]{0,63}$/.test(field));
  if (!areNames || fields.length === 0 || fields.length > MAX_FIELDS)
    throw new InvalidArgument(`fields must be 1-${MAX_FIELDS} names like name_status`);
  return fields.join(',');
}

/** Source of the range: Meta's OpenAPI description. */
export function checkedLimit(limit: number): string {
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new InvalidArgument('limit must be 1-100');
  return String(limit);
}

/** Meta's own word, given back to it. */
export function checkedCursor(cursor: string): string {
  return checked(cursor, FORMS.cursor, 'cursor must be one that Meta gave');
}

export function checkedCountryCode(cc: string): string {
  return checked(cc, FORMS.countryCode, 'country code must be 1-3 digits, without the +');
}

/** With or without the country code. Some national numbers begin with 0, and some are short. */
export function checkedDigits(phoneNumber: string): string {
  return checked(phoneNumber, FORMS.digits, 'phone number must be 4-15 digits, without the +');
}

export function checkedName(name: string): string {
  return checked(name, FORMS.name, 'display name must be 2-75 characters on one line');
}

export function checkedCallbackUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '';
  if (!isPlain || text.length > MAX_CALLBACK_URL || /[^!-~]/.test(text))
    throw new InvalidArgument(
      `callback URL must be https://… of at most ${MAX_CALLBACK_URL} characters`,
    );
  return text;
}

function checked<T>(value: T, form: RegExp, message: string): T {
  if (!isOfForm(value, form)) throw new InvalidArgument(message);
  return value;
}

function checkedSecret(secret: Secret, form: RegExp, message: string): Secret {
  checked(secret.reveal(), form, message);
  return secret;
}

/** A pattern alone would read a number as its text. */
const isOfForm = (value: unknown, form: RegExp): boolean =>
  typeof value === 'string' && form.test(value);

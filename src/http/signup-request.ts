import type { Signup } from '../desk/signup.ts';
import { Secret } from '../domain/secret.ts';
import type { RegistrationChoice } from '../store/store.ts';
import { readJsonObject } from './body.ts';
import { HttpError } from './errors.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { oneOf, optional, phoneNumberIdOf, regionOf, wabaIdOf } from './values.ts';

/** A signup callback of the right form. */
export type SignupRequest = Signup;

const CODE = /^[\x21-\x7e]{1,2048}$/;
const KEYS = [
  ...['code', 'waba_id', 'phone_number_id'],
  ...['platform', 'code_method', 'data_localization_region'],
];
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws HttpError for the first thing wrong, in the order of the form */
export async function readSignupRequest(request: Request, hash: KeyedHash): Promise<SignupRequest> {
  const body = await readJsonObject(request, KEYS);
  const code = body.get('code');
  if (typeof code !== 'string' || !CODE.test(code)) throw new HttpError('invalid_code');
  const wabaId = wabaIdOf(body.get('waba_id'));
  const phoneNumberId = phoneNumberIdOf(body.get('phone_number_id'));
  const how = howOf(body);
  const key = readIdempotencyKey(request);
  return {
    code: new Secret(code),
    wabaId,
    phoneNumberId,
    how,
    // A code can be used once, so it names the signup where the caller does not.
    idempotencyKey: key === undefined ? hash('code', code) : hash('key', key),
    bodyHash: hash('body', code, wabaId, phoneNumberId, JSON.stringify(how)),
  };
}

/** Cloud API, unless something else is asked for; what belongs to the other platform is refused rather than forgotten. */
function howOf(body: ReadonlyMap<string, unknown>): RegistrationChoice {
  const platform = optional(body.get('platform'), platformOf) ?? 'cloud';
  const codeMethod = optional(body.get('code_method'), codeMethodOf);
  const region = optional(body.get('data_localization_region'), regionOf);
  const isCloud = platform === 'cloud';
  if (isCloud && codeMethod !== undefined) throw new HttpError('invalid_code_method');
  if (!isCloud && region !== undefined) throw new HttpError('unsupported_region');
  return {
    platform,
    ...(codeMethod === undefined ? {} : { codeMethod }),
    ...(region === undefined ? {} : { dataLocalizationRegion: region }),
  };
}

const platformOf = (value: unknown) => oneOf(value, 'invalid_platform', ['cloud', 'on-premises']);
const codeMethodOf = (value: unknown) => oneOf(value, 'invalid_code_method', ['sms', 'voice']);

/** @throws HttpError invalid_idempotency_key */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) throw new HttpError('invalid_idempotency_key');
  return key;
}

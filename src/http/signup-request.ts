import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import { readJsonObject } from './body.ts';
import { HttpError } from './errors.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { phoneNumberIdOf, wabaIdOf } from './values.ts';

/** A signup callback of the right form. Nothing in it is believed: the ids came through a browser. */
export interface SignupRequest {
  readonly code: Secret;
  readonly wabaId: WabaId;
  readonly phoneNumberId: PhoneNumberId;
  readonly idempotencyKey: string;
  readonly bodyHash: string;
}

const CODE = /^[\x21-\x7e]{1,2048}$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws HttpError for the first thing wrong, in the order of the form */
export async function readSignupRequest(request: Request, hash: KeyedHash): Promise<SignupRequest> {
  const body = await readJsonObject(request, ['code', 'waba_id', 'phone_number_id']);
  const code = body.get('code');
  if (typeof code !== 'string' || !CODE.test(code)) throw new HttpError('invalid_code');
  const wabaId = wabaIdOf(body.get('waba_id'));
  const phoneNumberId = phoneNumberIdOf(body.get('phone_number_id'));
  const key = readIdempotencyKey(request);
  return {
    code: new Secret(code),
    wabaId,
    phoneNumberId,
    // A code can be used once, so it names the signup where the caller does not.
    idempotencyKey: key === undefined ? hash('code', code) : hash('key', key),
    bodyHash: hash('body', code, wabaId, phoneNumberId),
  };
}

/** @throws HttpError invalid_idempotency_key */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) throw new HttpError('invalid_idempotency_key');
  return key;
}

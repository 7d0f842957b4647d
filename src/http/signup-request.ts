import { z } from 'zod';
import type { Signup } from '../desk/signup.ts';
import type { RegistrationChoice } from '../store/store.ts';
import { json, type Taken } from './contract.ts';
import { HttpError } from './errors.ts';
import * as take from './fields.ts';
import type { KeyedHash } from './keyed-hash.ts';
import type { Call } from './routes.ts';
import { signupTaken } from './shapes.ts';

/** A signup callback of the right form. */
export interface SignupRequest extends Signup {
  /** What our own page was given for this signup. */
  readonly state?: string;
}

const body = z.strictObject({
  code: take.signupCode,
  waba_id: take.wabaId,
  phone_number_id: take.phoneNumberId,
  platform: take.platform,
  code_method: take.optionalCodeMethod,
  data_localization_region: take.region,
  state: take.state,
});

export const signupContract = {
  isOwnKeeper: true,
  summary: 'The callback of Embedded Signup: starts the onboarding of a number',
  body,
  answers: {
    200: json('Its onboarding runs already, and has the new access', signupTaken),
    202: json('It is accepted', signupTaken),
  },
  errors: [
    ...(['code_expired', 'meta_unavailable', 'number_not_in_account', 'number_in_use'] as const),
    ...(['already_onboarded', 'erasure_in_progress', 'not_configured'] as const),
    ...(['idempotency_key_reused', 'signup_in_progress', 'invalid_state'] as const),
  ],
} as const;

export type SignupCall = Pick<Call, 'session'> &
  Pick<Taken<z.ZodObject, z.ZodObject, typeof body>, 'body' | 'idempotencyKey'>;

/** @throws HttpError for what belongs to the other platform */
export function signupOf(call: SignupCall, hash: KeyedHash): SignupRequest {
  const { code, waba_id: wabaId, phone_number_id: phoneNumberId, state } = call.body;
  const how = howOf(call.body);
  const key = call.idempotencyKey;
  return {
    ...{ code, wabaId, phoneNumberId, how },
    ...(state !== undefined && { state }),
    // A code can be used once, so it names the signup where the caller does not.
    idempotencyKey: key === undefined ? hash('code', code.reveal()) : hash('key', key),
    bodyHash: hash('body', code.reveal(), wabaId, phoneNumberId, JSON.stringify(how)),
  };
}

/** Cloud API, unless something else is asked for; what belongs to the other platform is refused rather than forgotten. */
function howOf(given: z.output<typeof body>): RegistrationChoice {
  const { platform, code_method: codeMethod, data_localization_region: region } = given;
  const isCloud = platform === 'cloud';
  if (isCloud && codeMethod !== undefined) throw new HttpError('invalid_code_method');
  if (!isCloud && region !== undefined) throw new HttpError('unsupported_region');
  return {
    platform,
    ...(codeMethod === undefined ? {} : { codeMethod }),
    ...(region === undefined ? {} : { dataLocalizationRegion: region }),
  };
}

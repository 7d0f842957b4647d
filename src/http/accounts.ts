import {
  addNumber,
  readAccount,
  subscribe,
  unsubscribe,
  type NewNumber,
} from '../desk/accounts.ts';
import type { MetaDeps } from '../desk/meta.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import {
  checkedCallbackUrl,
  checkedCountryCode,
  checkedDigits,
  checkedName,
  checkedVerifyToken,
} from '../graph/checks.ts';
import type { WebhookOverride } from '../graph/number-writes.ts';
import { listPhoneNumbers } from './account-numbers.ts';
import { answerJson } from './answers.ts';
import { readJsonObject, readOptionalJsonObject } from './body.ts';
import { HttpError } from './errors.ts';
import { readQuery } from './query.ts';
import { admin, operator, viewer, type Call, type Routes } from './routes.ts';
import { readIdempotencyKey } from './signup-request.ts';
import type { Store } from '../store/store.ts';
import { checkedText, optional, preverifiedIdOf, wabaIdOf } from './values.ts';

interface AccountDeps extends MetaDeps {
  readonly appId: string;
  readonly store: NonNullable<MetaDeps['store']> & Pick<Store, 'inbox'>;
}

/** Accounts as Meta shows them, and what may be ordered for one. */
export function accountRoutes(deps: AccountDeps): Routes {
  return {
    '/v1/accounts/:waba_id': { GET: viewer((call) => showAccount(call, deps)) },
    '/v1/accounts/:waba_id/phone-numbers': {
      GET: viewer((call) => listPhoneNumbers(call, deps)),
      POST: operator((call) => addPhoneNumber(call, deps)),
    },
    '/v1/accounts/:waba_id/subscription': {
      PUT: admin((call) => putSubscription(call, deps)),
      DELETE: admin((call) => deleteSubscription(call, deps)),
    },
  };
}

async function showAccount(call: Call, deps: AccountDeps): Promise<Response> {
  return answerJson(await readAccount(deps, { wabaId: accountOf(call) }));
}

async function addPhoneNumber(call: Call, deps: AccountDeps): Promise<Response> {
  const wabaId = accountOf(call);
  const number = await readNewNumber(call.request);
  readIdempotencyKey(call.request);
  const id = await addNumber(deps, { wabaId }, number);
  const location = `/v1/phone-numbers/${id}?waba_id=${wabaId}`;
  return answerJson({ phone_number_id: id }, 201, { location });
}

async function readNewNumber(request: Request): Promise<NewNumber> {
  const body = await readJsonObject(request, [
    ...['cc', 'phone_number', 'verified_name'],
    ...['preverified_id', 'migrate_phone_number'],
  ]);
  const cc = checkedText(body.get('cc'), 'invalid_cc', checkedCountryCode);
  const digits = checkedText(body.get('phone_number'), 'invalid_phone_number', checkedDigits);
  const name = checkedText(body.get('verified_name'), 'invalid_verified_name', checkedName);
  const preverifiedId = optional(body.get('preverified_id'), preverifiedIdOf);
  const isMigrated = body.get('migrate_phone_number') ?? false;
  if (typeof isMigrated !== 'boolean') throw new HttpError('invalid_migrate_phone_number');
  return {
    ...{ cc, phoneNumber: digits, verifiedName: name, isMigrated },
    ...(preverifiedId === undefined ? {} : { preverifiedId }),
  };
}

async function putSubscription(call: Call, deps: AccountDeps): Promise<Response> {
  const wabaId = accountOf(call);
  const override = await readOverride(call.request);
  readIdempotencyKey(call.request);
  await subscribe(deps, { wabaId }, override);
  return answerJson({ waba_id: wabaId, is_subscribed: true });
}

async function readOverride(request: Request): Promise<WebhookOverride | undefined> {
  const body = await readOptionalJsonObject(request, ['override_callback_url', 'verify_token']);
  if (body.size === 0) return undefined;
  if (body.size === 1) throw new HttpError('invalid_override');
  const url = body.get('override_callback_url');
  const word = body.get('verify_token');
  return {
    callbackUrl: checkedText(url, 'invalid_override_callback_url', checkedCallbackUrl),
    verifyToken: checkedText(word, 'invalid_verify_token', (text) =>
      checkedVerifyToken(new Secret(text)),
    ),
  };
}

async function deleteSubscription(call: Call, deps: AccountDeps): Promise<Response> {
  const wabaId = accountOf(call);
  await readOptionalJsonObject(call.request, []);
  readIdempotencyKey(call.request);
  await unsubscribe(deps, { wabaId });
  return answerJson({ waba_id: wabaId, is_subscribed: false });
}

/** The account of the path, where nothing may stand behind it. */
function accountOf({ params, request }: Call): WabaId {
  const wabaId = wabaIdOf(params['waba_id']);
  readQuery(request);
  return wabaId;
}

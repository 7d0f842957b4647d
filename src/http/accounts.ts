import {
  addNumber,
  readAccount,
  subscribe,
  unsubscribe,
  type NewNumber,
} from '../desk/accounts.ts';
import { addAndOnboard, adoptNumbers, listAdoptable, type AdoptionDeps } from '../desk/adoption.ts';
import { isPhoneNumberId, type PhoneNumberId, type WabaId } from '../domain/phone-number.ts';
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
import { statusUrlOf } from './signups.ts';
import { checkedText, optional, preverifiedIdOf, wabaIdOf } from './values.ts';

interface AccountDeps extends AdoptionDeps {
  readonly appId: string;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

/** Of one order: as many as a page of Meta's list. */
const MOST_ADOPTED = 100;

/** Accounts as Meta shows them, and what may be ordered for one. */
export function accountRoutes(deps: AccountDeps): Routes {
  return {
    '/v1/accounts/:waba_id': { GET: viewer((call) => showAccount(call, deps)) },
    '/v1/accounts/:waba_id/phone-numbers': {
      GET: viewer((call) => listPhoneNumbers(call, deps)),
      POST: operator((call) => addPhoneNumber(call, deps)),
    },
    '/v1/accounts/:waba_id/adoptions': {
      GET: viewer((call) => showAdoptable(call, deps)),
      POST: operator((call) => postAdoptions(call, deps)),
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
  const { number, isByHand } = await readNewNumber(call.request);
  readIdempotencyKey(call.request);
  const { phoneNumberId, isOnboarding } = isByHand
    ? { phoneNumberId: await addNumber(deps, { wabaId }, number), isOnboarding: false }
    : await addAndOnboard(deps, { wabaId }, { number, actor: call.actor });
  if (isOnboarding) deps.wake();
  const location = isOnboarding
    ? statusUrlOf(phoneNumberId)
    : `/v1/phone-numbers/${phoneNumberId}?waba_id=${wabaId}`;
  const body = { phone_number_id: phoneNumberId, is_onboarding: isOnboarding };
  return answerJson(body, 201, { location });
}

async function showAdoptable(call: Call, deps: AccountDeps): Promise<Response> {
  const wabaId = accountOf(call);
  return answerJson({ waba_id: wabaId, adoptable: await listAdoptable(deps, { wabaId }) });
}

async function postAdoptions(call: Call, deps: AccountDeps): Promise<Response> {
  const wabaId = accountOf(call);
  const body = await readJsonObject(call.request, ['phone_number_ids']);
  const ids = idsOf(body.get('phone_number_ids'));
  readIdempotencyKey(call.request);
  const view = await adoptNumbers(deps, { wabaId }, { ids, actor: call.actor });
  deps.wake();
  return answerJson(view, 202);
}

function idsOf(value: unknown): readonly PhoneNumberId[] {
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MOST_ADOPTED;
  if (!isList || !value.every(isPhoneNumberId)) throw new HttpError('invalid_phone_number_ids');
  return value;
}

async function readNewNumber(
  request: Request,
): Promise<{ readonly number: NewNumber; readonly isByHand: boolean }> {
  const body = await readJsonObject(request, [
    ...['cc', 'phone_number', 'verified_name'],
    ...['preverified_id', 'migrate_phone_number', 'by_hand'],
  ]);
  const cc = checkedText(body.get('cc'), 'invalid_cc', checkedCountryCode);
  const digits = checkedText(body.get('phone_number'), 'invalid_phone_number', checkedDigits);
  const name = checkedText(body.get('verified_name'), 'invalid_verified_name', checkedName);
  const preverifiedId = optional(body.get('preverified_id'), preverifiedIdOf);
  const isMigrated = body.get('migrate_phone_number') ?? false;
  if (typeof isMigrated !== 'boolean') throw new HttpError('invalid_migrate_phone_number');
  const isByHand = body.get('by_hand') ?? false;
  if (typeof isByHand !== 'boolean') throw new HttpError('invalid_by_hand');
  const number = {
    ...{ cc, phoneNumber: digits, verifiedName: name, isMigrated },
    ...(preverifiedId === undefined ? {} : { preverifiedId }),
  };
  return { number, isByHand };
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

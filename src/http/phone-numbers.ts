import { keepPin } from '../desk/known-pin.ts';
import { numberTarget } from '../desk/meta.ts';
import { registerOnPremises, verifyOnPremises } from '../desk/on-premises.ts';
import { requestCode, submitCode } from '../desk/ownership.ts';
import { readNumber, readNumberStatus } from '../desk/phone-numbers.ts';
import {
  deregisterNumber,
  registerNumber,
  setPin,
  type RegistrationDeps,
} from '../desk/registration.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { isAcceptablePin } from '../domain/pin.ts';
import { Secret } from '../domain/secret.ts';
import { checkedCountryCode, checkedPin } from '../graph/checks.ts';
import { fieldsIn } from './account-numbers.ts';
import { answerJson } from './answers.ts';
import { readJsonObject, readOptionalJsonObject } from './body.ts';
import { codeRequestOf } from './code-request.ts';
import { HttpError } from './errors.ts';
import { readQuery, type Query } from './query.ts';
import { admin, operator, viewer, type Call, type Handler, type Routes } from './routes.ts';
import { readIdempotencyKey } from './signup-request.ts';
import {
  booleanOf,
  checkedText,
  oneOf,
  oneTimeCodeOf,
  optional,
  phoneNumberIdOf,
  regionOf,
  wabaIdOf,
} from './values.ts';

interface PhoneNumberDeps extends RegistrationDeps {
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

/** Numbers as Meta shows them, and what may be ordered for one, with an onboarding of ours or without. */
export function phoneNumberRoutes(deps: PhoneNumberDeps): Routes {
  const by =
    (take: (call: Call, deps: PhoneNumberDeps) => Promise<Response>): Handler =>
    (call) =>
      take(call, deps);
  const path = '/v1/phone-numbers/:id';
  return {
    [path]: { GET: viewer(by(showPhoneNumber)) },
    [`${path}/code-requests`]: { POST: operator(by(requestNumberCode)) },
    [`${path}/codes`]: { POST: operator(by(submitNumberCode)) },
    [`${path}/registration`]: { POST: operator(by(register)), DELETE: admin(by(deregister)) },
    [`${path}/pin`]: { PUT: operator(by(putPin)) },
    [`${path}/on-premises-registration`]: { POST: operator(by(registerOnClient)) },
    [`${path}/on-premises-codes`]: { POST: operator(by(submitClientCode)) },
  };
}

async function showPhoneNumber(call: Call, deps: RegistrationDeps): Promise<Response> {
  const query = readQuery(call.request, ['fields', 'waba_id']);
  const asked = askedNumber(call, query);
  const fields = fieldsIn(query);
  const target = await numberTarget(deps.store, asked);
  const number =
    fields === undefined
      ? await readNumberStatus(deps, target)
      : await readNumber(deps, { ...target, fields });
  return answerJson(number);
}

async function requestNumberCode(call: Call, deps: RegistrationDeps): Promise<Response> {
  const asked = askedNumber(call);
  const how = codeRequestOf(await readJsonObject(call.request, ['method', 'language']));
  readIdempotencyKey(call.request);
  await requestCode(deps, await numberTarget(deps.store, asked), how);
  return answerJson({ phone_number_id: asked.phoneNumberId });
}

async function submitNumberCode(call: Call, deps: PhoneNumberDeps): Promise<Response> {
  const asked = askedNumber(call);
  const body = await readJsonObject(call.request, ['code']);
  const code = oneTimeCodeOf(body.get('code'));
  readIdempotencyKey(call.request);
  await submitCode(deps, await numberTarget(deps.store, asked), code);
  deps.wake();
  return answerJson({ phone_number_id: asked.phoneNumberId });
}

async function register(call: Call, deps: RegistrationDeps): Promise<Response> {
  const asked = askedNumber(call);
  const body = await readOptionalJsonObject(call.request, ['data_localization_region']);
  const region = optional(body.get('data_localization_region'), regionOf);
  readIdempotencyKey(call.request);
  const target = await numberTarget(deps.store, asked);
  const order = region === undefined ? {} : { dataLocalizationRegion: region };
  return answerJson(await registerNumber(deps, target, order));
}

async function deregister(call: Call, deps: RegistrationDeps): Promise<Response> {
  const asked = askedNumber(call);
  await readOptionalJsonObject(call.request, []);
  readIdempotencyKey(call.request);
  return answerJson(await deregisterNumber(deps, await numberTarget(deps.store, asked)));
}

/** The PIN is never answered: it is sealed, and used by the service. One that Meta has already is only kept. */
async function putPin(call: Call, deps: RegistrationDeps): Promise<Response> {
  const asked = askedNumber(call);
  const body = await readOptionalJsonObject(call.request, ['pin', 'is_current']);
  const isCurrent = optional(body.get('is_current'), booleanOf) ?? false;
  const pin = isCurrent ? currentPinOf(body.get('pin')) : optional(body.get('pin'), pinOf);
  readIdempotencyKey(call.request);
  const target = await numberTarget(deps.store, asked);
  if (isCurrent && pin !== undefined) await keepPin(deps, target, pin);
  else await setPin(deps, target, pin);
  return answerJson({ phone_number_id: asked.phoneNumberId });
}

function pinOf(value: unknown): Secret {
  if (typeof value !== 'string' || !isAcceptablePin(value)) throw new HttpError('invalid_pin');
  return new Secret(value);
}

/** Somebody else chose it, so it may be one that we would not. */
function currentPinOf(value: unknown): Secret {
  return checkedText(value, 'invalid_pin', (text) => checkedPin(new Secret(text)));
}

async function registerOnClient(call: Call, deps: RegistrationDeps): Promise<Response> {
  const asked = askedNumber(call);
  const body = await readJsonObject(call.request, ['code_method', 'cc']);
  const codeMethod = oneOf(body.get('code_method'), 'invalid_code_method', ['sms', 'voice']);
  const cc = optional(body.get('cc'), (value) =>
    checkedText(value, 'invalid_cc', checkedCountryCode),
  );
  readIdempotencyKey(call.request);
  const target = await numberTarget(deps.store, asked);
  const order = { codeMethod, ...(cc === undefined ? {} : { cc }) };
  const registration = await registerOnPremises(deps, target, order);
  return answerJson({ phone_number_id: asked.phoneNumberId, registration });
}

async function submitClientCode(call: Call, deps: RegistrationDeps): Promise<Response> {
  const asked = askedNumber(call);
  const body = await readJsonObject(call.request, ['code']);
  const code = oneTimeCodeOf(body.get('code'));
  readIdempotencyKey(call.request);
  await verifyOnPremises(deps, await numberTarget(deps.store, asked), code);
  return answerJson({ phone_number_id: asked.phoneNumberId });
}

interface AskedNumber {
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId?: WabaId;
}

/** The number of the path, in the account of the query where no signup has brought it. */
function askedNumber(
  { params, request }: Call,
  query: Query = readQuery(request, ['waba_id']),
): AskedNumber {
  const phoneNumberId = phoneNumberIdOf(params['id']);
  const wabaId = optional(query.get('waba_id'), wabaIdOf);
  return { phoneNumberId, ...(wabaId === undefined ? {} : { wabaId }) };
}

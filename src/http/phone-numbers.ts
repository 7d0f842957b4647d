import { z } from 'zod';
import { keepPin } from '../desk/known-pin.ts';
import { numberTarget, type NumberTarget } from '../desk/meta.ts';
import { registerOnPremises, verifyOnPremises } from '../desk/on-premises.ts';
import { requestCode, submitCode } from '../desk/ownership.ts';
import { readNumber, readNumberStatus } from '../desk/phone-numbers.ts';
import {
  deregisterNumber,
  registerNumber,
  setPin,
  type RegistrationDeps,
} from '../desk/registration.ts';
import { answerJson } from './answers.ts';
import { declared, json, type Taken } from './contract.ts';
import { OF_META, OF_META_ORDERS } from './error-groups.ts';
import { HttpError, type ErrorCode } from './errors.ts';
import * as take from './fields.ts';
import * as ask from './query-fields.ts';
import { admin, operator, viewer, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';

interface PhoneNumberDeps extends RegistrationDeps {
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

const params = z.strictObject({ id: take.phoneNumberId });
/** Of a number that no signup has brought. */
const query = z.strictObject({ waba_id: take.optionalWabaId });

const OF_READS: readonly ErrorCode[] = [...OF_META, 'unknown_number'];
const OF_ORDERS: readonly ErrorCode[] = [...OF_META_ORDERS, 'unknown_number'];
const OF_REGISTRATION: readonly ErrorCode[] = [
  ...OF_ORDERS,
  ...(['not_now', 'attempts_spent', 'erasure_in_progress'] as const),
];

const SHOW = {
  summary: "The number with Meta's field names",
  params,
  query: query.extend({ fields: ask.fields }),
  answers: { 200: json('The number', shapes.numberAtMeta) },
  errors: OF_READS,
};

const REQUEST_CODE = {
  ...{ params, query },
  summary: 'Meta sends a code; not needed after Embedded Signup',
  body: z.strictObject({ method: take.method, language: take.language }),
  answers: { 200: json('Meta has been asked', shapes.numberOnly) },
  errors: OF_ORDERS,
};

const SUBMIT_CODE = {
  ...{ params, query },
  summary: 'Gives Meta the code that came',
  body: z.strictObject({ code: take.oneTimeCode }),
  answers: { 200: json('Meta has taken it', shapes.numberOnly) },
  errors: OF_ORDERS,
};

const REGISTER = {
  ...{ params, query },
  summary: 'Registers the number for Cloud API',
  body: z.strictObject({ data_localization_region: take.region }),
  answers: { 200: json('How it stands', shapes.registration) },
  errors: OF_REGISTRATION,
};

const DEREGISTER = {
  ...{ params, query },
  summary: 'Takes the number off Cloud API; it and its PIN stay',
  answers: { 200: json('How it stands', shapes.registration) },
  errors: OF_REGISTRATION,
};

const SET_PIN = {
  ...{ params, query },
  summary: 'Sets the PIN, a fresh one if none is given; or keeps the one that Meta has',
  body: z.strictObject({ pin: take.pin, is_current: take.isCurrent }),
  answers: { 200: json('It is set, or kept', shapes.numberOnly) },
  errors: OF_REGISTRATION,
};

const REGISTER_ON_CLIENT = {
  ...{ params, query },
  summary: "Registers the number on the customer's own client",
  body: z.strictObject({ code_method: take.codeMethod, cc: take.optionalCountryCode }),
  answers: { 200: json('How it stands', shapes.onPremisesRegistration) },
  errors: [...OF_REGISTRATION, 'not_configured'] as const,
};

const SUBMIT_CLIENT_CODE = {
  ...{ params, query },
  summary: 'Gives that client the code',
  body: z.strictObject({ code: take.oneTimeCode }),
  answers: { 200: json('The client has taken it', shapes.numberOnly) },
  errors: [...OF_REGISTRATION, 'not_configured'] as const,
};

/** Numbers as Meta shows them, and what may be ordered for one, with an onboarding of ours or without. */
export function phoneNumberRoutes(deps: PhoneNumberDeps): Routes {
  const path = '/v1/phone-numbers/:id';
  return {
    [path]: { GET: viewer(declared(SHOW, (call) => showPhoneNumber(call, deps))) },
    [`${path}/code-requests`]: {
      POST: operator(
        declared(REQUEST_CODE, async (call) => {
          await requestCode(deps, await targetOf(call, deps), call.body);
          return numberOf(call);
        }),
      ),
    },
    [`${path}/codes`]: {
      POST: operator(
        declared(SUBMIT_CODE, async (call) => {
          await submitCode(deps, await targetOf(call, deps), call.body.code);
          deps.wake();
          return numberOf(call);
        }),
      ),
    },
    [`${path}/registration`]: {
      POST: operator(
        declared(REGISTER, async (call) => {
          const { data_localization_region: region } = call.body;
          const order = region === undefined ? {} : { dataLocalizationRegion: region };
          return answerJson(await registerNumber(deps, await targetOf(call, deps), order));
        }),
      ),
      DELETE: admin(
        declared(DEREGISTER, async (call) =>
          answerJson(await deregisterNumber(deps, await targetOf(call, deps))),
        ),
      ),
    },
    [`${path}/pin`]: { PUT: operator(declared(SET_PIN, (call) => putPin(call, deps))) },
    [`${path}/on-premises-registration`]: {
      POST: operator(declared(REGISTER_ON_CLIENT, (call) => registerOnClient(call, deps))),
    },
    [`${path}/on-premises-codes`]: {
      POST: operator(
        declared(SUBMIT_CLIENT_CODE, async (call) => {
          await verifyOnPremises(deps, await targetOf(call, deps), call.body.code);
          return numberOf(call);
        }),
      ),
    },
  };
}

/** A number of the path, in the account of the query where no signup has brought it. */
type OfNumber<Body extends z.ZodObject = z.ZodObject> = Taken<typeof params, typeof query, Body>;

function targetOf(
  { params: { id }, query: { waba_id: wabaId } }: Pick<OfNumber, 'params' | 'query'>,
  { store }: RegistrationDeps,
): Promise<NumberTarget> {
  return numberTarget(store, { phoneNumberId: id, ...(wabaId === undefined ? {} : { wabaId }) });
}

function numberOf({ params: { id } }: Pick<OfNumber, 'params'>): Response {
  return answerJson({ phone_number_id: id });
}

async function showPhoneNumber(
  call: Taken<typeof params, (typeof SHOW)['query']>,
  deps: RegistrationDeps,
): Promise<Response> {
  const { fields } = call.query;
  const target = await targetOf(call, deps);
  const number =
    fields === undefined
      ? await readNumberStatus(deps, target)
      : await readNumber(deps, { ...target, fields });
  return answerJson(number);
}

/** The PIN is never answered: it is sealed, and used by the service. One that Meta has already is only kept. */
async function putPin(
  call: OfNumber<(typeof SET_PIN)['body']>,
  deps: RegistrationDeps,
): Promise<Response> {
  const { pin, is_current: isCurrent } = call.body;
  const isMissing = isCurrent && pin === undefined;
  // Somebody else chose the current one, so it may be one that we would not.
  const isRefused = !isCurrent && pin !== undefined && take.isWeak(pin);
  if (isMissing || isRefused) throw new HttpError('invalid_pin');
  const target = await targetOf(call, deps);
  if (isCurrent && pin !== undefined) await keepPin(deps, target, pin);
  else await setPin(deps, target, pin);
  return numberOf(call);
}

async function registerOnClient(
  call: OfNumber<(typeof REGISTER_ON_CLIENT)['body']>,
  deps: RegistrationDeps,
): Promise<Response> {
  const { code_method: codeMethod, cc } = call.body;
  const order = { codeMethod, ...(cc === undefined ? {} : { cc }) };
  const registration = await registerOnPremises(deps, await targetOf(call, deps), order);
  return answerJson({ phone_number_id: call.params.id, registration });
}

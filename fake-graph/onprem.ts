import { ClientRefusal } from './client-refusal.ts';
import { certificateOf, isRegistered, otpStatus } from './derived.ts';
import { nextOtp, nextSecret } from './ids.ts';
import { ONPREM_TOKEN_LIFE_MS } from './meta-clocks.ts';
import { noteWrongCode } from './ownership.ts';
import { applyApprovedChange } from './naming.ts';
import { isPin } from './pins.ts';
import type { Call, Plan } from './call.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { OnpremSession } from './world.ts';

/** The administrator of every customer's client. */
const ADMIN = { user: 'admin', password: 'fake-onprem-password' };
const META = { api_status: 'stable', version: 'v2.45.1' };

type Route = (call: Call) => Plan;

const ROUTES: Record<string, Route> = {
  'POST users/login': logIn,
  'POST account': requestRegistration,
  'POST account/verify': verifyRegistration,
  'POST settings/account/two-step': setTwoStep,
  'DELETE settings/account/two-step': endTwoStep,
};

/** The customer's own client, under `/v1/`, which is no version of Graph. Source: Meta, On-Premises API reference. */
export function onpremPlan(call: Call): Plan {
  const route = ROUTES[`${call.method} ${call.path.replace(/^\/v1\//, '')}`];
  if (route === undefined)
    throw new ClientRefusal(404, { code: 1006, title: 'Resource not found', details: call.path });
  return route(call);
}

function logIn({ fake: { world }, basic, nowMs }: Call): Plan {
  if (basic !== `${ADMIN.user}:${ADMIN.password}`) throw accessDenied('Invalid credentials');
  const token = nextSecret(world, 'token');
  const expiresAtMs = nowMs + ONPREM_TOKEN_LIFE_MS;
  const expires_after = new Date(expiresAtMs).toISOString().replace(/T(.{8}).*$/, ' $1+00:00');
  return {
    body: { users: [{ token, expires_after }], meta: META },
    effect: () => {
      world.onprem[token] = { token, expires_at_ms: expiresAtMs };
    },
  };
}

function sessionOf({ fake: { world }, token = '', nowMs }: Call): OnpremSession {
  const session = world.onprem[token];
  if (session !== undefined && nowMs < session.expires_at_ms) return session;
  throw accessDenied('Invalid token');
}

/** 201: nothing more to do. 202: a code was sent, because ownership is not proved or the certificate not the number's. */
function requestRegistration(call: Call): Plan {
  const session = sessionOf(call);
  checkRetired(call);
  const number = wantedNumber(call);
  checkMethod(call);
  checkTwoStep(call, number);
  const isProved = otpStatus(number, call.nowMs) === 'verified';
  if (number.on_premise || (isProved && hasCertificate(call, number)))
    return {
      status: 201,
      body: { meta: META },
      effect: number.on_premise ? undefined : registering(call, { number, session }),
    };
  return {
    status: 202,
    body: { account: [{ vname: number.verified_name }], meta: META },
    effect: () => {
      session.number = number.id;
      number.pending_code = nextOtp(call.fake.world);
    },
  };
}

function checkRetired({ fake: { world } }: Call): void {
  const { onprem } = world.switches;
  if (onprem === 'working') return;
  const details = 'Unknown error: biz_link_on_prem_reg_blocked';
  const error = { code: 1005, title: 'Access denied', details };
  throw new ClientRefusal(403, error, onprem === 'retired_bare' ? error : undefined);
}

function wantedNumber({ fake: { world }, params }: Call): PhoneNumber {
  const digits = `${param(params, 'cc')}${param(params, 'phone_number')}`;
  const number = Object.values(world.numbers).find((one) => one.digits === digits && !one.gone);
  if (number === undefined) throw invalid('phone_number');
  return number;
}

function param(params: Map<string, string>, name: string): string {
  const value = params.get(name) ?? '';
  if (value !== '') return value;
  throw new ClientRefusal(400, {
    code: 1008,
    title: 'Required parameter is missing',
    details: `Parameter '${name}' is mandatory`,
  });
}

/** The reference calls it `method`, Meta's guide for partners `code_method`. */
function checkMethod({ params }: Call): void {
  const method = params.get('method') ?? param(params, 'code_method');
  if (method !== 'sms' && method !== 'voice') throw invalid('method');
}

function checkTwoStep({ params }: Call, { pin }: PhoneNumber): void {
  if (pin !== undefined && param(params, 'pin') !== pin) throw invalid('pin');
}

function hasCertificate({ params, nowMs }: Call, number: PhoneNumber): boolean {
  const good = [certificateOf(number, nowMs), number.new_certificate?.value];
  return good.includes(param(params, 'cert'));
}

function verifyRegistration(call: Call): Plan {
  const session = sessionOf(call);
  checkRetired(call);
  const number = call.fake.world.numbers[session.number ?? ''];
  if (number === undefined) throw invalid('code');
  if (number.on_premise) return { status: 201, body: { meta: META } };
  if (param(call.params, 'code') !== number.pending_code) {
    noteWrongCode(number, call.nowMs);
    throw invalid('code');
  }
  const register = registering(call, { number, session });
  const effect = (): void => {
    number.otp_verified_at_ms = call.nowMs;
    number.pending_code = undefined;
    register();
  };
  return { status: 201, body: { meta: META }, effect };
}

/** A number is on one platform: it leaves Cloud API. */
function registering(
  { nowMs }: Call,
  { number, session }: { number: PhoneNumber; session: OnpremSession },
): () => void {
  return () => {
    session.number = number.id;
    number.on_premise = true;
    number.deregistered = false;
    if (isRegistered(number)) number.registered_at_ms = undefined;
    applyApprovedChange(number, nowMs);
  };
}

function setTwoStep(call: Call): Plan {
  const number = ownNumber(call);
  const pin = param(call.params, 'pin');
  if (!isPin(pin)) throw invalid('pin');
  return { body: { meta: META }, effect: () => (number.pin = pin) };
}

function endTwoStep(call: Call): Plan {
  const number = ownNumber(call);
  return { body: { meta: META }, effect: () => (number.pin = undefined) };
}

function ownNumber(call: Call): PhoneNumber {
  const number = call.fake.world.numbers[sessionOf(call).number ?? ''];
  if (number?.on_premise === true) return number;
  throw accessDenied('This client has no registered account');
}

function accessDenied(details: string): ClientRefusal {
  return new ClientRefusal(401, { code: 1005, title: 'Access denied', details });
}

function invalid(name: string): ClientRefusal {
  const title = 'Parameter value is not valid';
  return new ClientRefusal(400, { code: 1009, title, details: `Parameter '${name}' is not valid` });
}

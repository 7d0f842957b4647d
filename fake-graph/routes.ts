import { addByApi } from './adding.ts';
import { businessPlan, isBusiness } from './businesses.ts';
import { preverifiedPlan } from './preverified.ts';
import { readSubscription, readWaba, subscribe, unsubscribe } from './accounts.ts';
import { missingObject, unknownPath } from './graph-errors.ts';
import { listNumbers } from './listing.ts';
import { onpremPlan } from './onprem.ts';
import { changeNumber, readNumber } from './numbers.ts';
import { requestCode, verifyCode } from './ownership.ts';
import { countAttempt, deregister, register } from './registration.ts';
import { authenticate, coversWaba, debugToken, exchangeCode, requireScope } from './tokens.ts';
import { countCall } from './usage.ts';
import type { Call, NumberCall, Plan, TokenScope, WabaCall } from './call.ts';
import type { Token } from './world.ts';

type Answered = Plan | Promise<Plan>;

interface NodeRoute<C> {
  plan: (call: C) => Answered;
  /** Scopes beside whatsapp_business_management. */
  scope?: TokenScope;
  /** Counts against the account's hourly limit. Source: Meta, Rate limits of the Business Management API. */
  counted?: true;
}

const messaging = { scope: 'whatsapp_business_messaging' } as const;
const counted = { counted: true } as const;

const TOP: Record<string, (call: Call) => Answered> = {
  'GET oauth/access_token': exchangeCode,
  'GET debug_token': debugToken,
};

const WABA: Record<string, NodeRoute<WabaCall>> = {
  GET: { plan: readWaba, ...counted },
  'GET phone_numbers': { plan: listNumbers, ...counted },
  'POST phone_numbers': { plan: addByApi },
  'GET subscribed_apps': { plan: readSubscription, ...counted },
  'POST subscribed_apps': { plan: subscribe, ...counted },
  'DELETE subscribed_apps': { plan: unsubscribe, ...counted },
};

const NUMBER: Record<string, NodeRoute<NumberCall>> = {
  GET: { plan: readNumber, ...counted },
  POST: { plan: changeNumber },
  'POST register': { plan: register, ...messaging },
  'POST deregister': { plan: deregister, ...messaging },
  'POST request_code': { plan: requestCode },
  'POST verify_code': { plan: verifyCode },
};

/**
 * What the request leads to. Checks run in this order: token, scope, object, limits, then the rules of the route.
 * @throws GraphRefusal
 */
export function planFor(call: Call): Answered {
  if (isOnprem(call)) return onpremPlan(call);
  const [first = '', edge] = call.segments;
  const top = TOP[`${call.method} ${call.segments.join('/')}`];
  if (top !== undefined) return top(call);
  if (!/^[0-9]{1,20}$/.test(first) || call.segments.length > 2)
    throw unknownPath(`/${call.segments.join('/')}`);
  return nodePlan(call, first, edge === undefined ? call.method : `${call.method} ${edge}`);
}

function nodePlan(call: Call, first: string, key: string): Answered {
  const { world } = call.fake;
  if (world.numbers[first] !== undefined) return numberPlan(call, first, key);
  const preverified = world.preverified[first];
  if (preverified !== undefined)
    return preverifiedPlan({ ...call, ...partnerOf(call), preverified }, key);
  if (world.wabas[first] === undefined && isBusiness(world, first))
    return businessPlan({ ...call, ...partnerOf(call), business: first }, key);
  return wabaPlan(call, first, key);
}

/** The token of a call about the partner's own portfolio. @throws GraphRefusal 190, or 200 without its scopes */
function partnerOf(call: Call): { grant: Token } {
  const grant = authenticate(call);
  requireScope(grant, 'whatsapp_business_management');
  requireScope(grant, 'business_management');
  return { grant };
}

/** Is it for a customer's own client? */
export function isOnprem({ path }: Pick<Call, 'path'>): boolean {
  return path.startsWith('/v1/');
}

/** A request to (de)register counts when it reaches the number, whatever is answered. */
export function countArrival(call: Call): void {
  const [id = '', edge] = call.segments;
  const number = call.fake.world.numbers[id];
  if (call.method !== 'POST' || number === undefined) return;
  if (edge === 'register' || edge === 'deregister') countAttempt(number, edge, call.nowMs);
}

function wabaPlan(call: Call, id: string, key: string): Answered {
  const grant = authenticate(call);
  const route = WABA[key];
  requireScope(grant, 'whatsapp_business_management');
  const waba = call.fake.world.wabas[id];
  if (waba === undefined || !coversWaba(grant, id)) throw missingObject(id, call.method);
  if (route === undefined) throw unknownPath(`/${call.segments.slice(1).join('/')}`);
  if (route.counted) countCall(call, waba);
  return route.plan({ ...call, waba, grant });
}

function numberPlan(call: Call, id: string, key: string): Answered {
  const grant = authenticate(call);
  const route = NUMBER[key];
  requireScope(grant, 'whatsapp_business_management');
  if (route?.scope !== undefined) requireScope(grant, route.scope);
  const { numbers, wabas } = call.fake.world;
  const number = numbers[id];
  const waba = number && wabas[number.waba_id];
  if (number === undefined || waba === undefined) throw missingObject(id, call.method);
  if (number.gone || !coversWaba(grant, waba.id)) throw missingObject(id, call.method);
  if (route === undefined) throw unknownPath(`/${call.segments.slice(1).join('/')}`);
  if (route.counted) countCall(call, waba);
  countArrival(call);
  return route.plan({ ...call, number, waba, grant });
}

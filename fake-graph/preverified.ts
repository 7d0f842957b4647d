import { success } from './call.ts';
import { graphTime } from './clock.ts';
import { askedFields } from './fields.ts';
import { invalidParameter, missingObject, nonexistingField } from './graph-errors.ts';
import { nextCount, nextId } from './ids.ts';
import { PREVERIFIED_AGAIN_MS, PREVERIFIED_LIFE_MS } from './meta-clocks.ts';
import { sendCode, takeCode } from './ownership.ts';
import { pageOf } from './paging.ts';
import { splitDigits } from './seeding.ts';
import type { BusinessCall, Call, Plan, PreverifiedCall } from './call.ts';
import type { Preverified, World } from './world.ts';

/** One that was never verified is removed after 90 days. Source: Meta, Pre-verified numbers. */
export function isThere(preverified: Preverified, nowMs: number): boolean {
  const wasProved = preverified.otp_verified_at_ms !== undefined;
  return wasProved || nowMs - preverified.added_at_ms < PREVERIFIED_LIFE_MS;
}

export function isProved({ otp_verified_at_ms: atMs }: Preverified, nowMs: number): boolean {
  return atMs !== undefined && nowMs - atMs < PREVERIFIED_LIFE_MS;
}

function statusOf(preverified: Preverified, nowMs: number): string {
  if (isProved(preverified, nowMs)) return 'VERIFIED';
  return preverified.otp_verified_at_ms === undefined ? 'NOT_VERIFIED' : 'EXPIRED';
}

type Read = (preverified: Preverified, call: Call) => unknown;

const FIELDS = new Map<string, Read>([
  ['id', ({ id }) => id],
  ['phone_number', ({ digits }) => digits],
  ['code_verification_status', (preverified, { nowMs }) => statusOf(preverified, nowMs)],
  ['code_verification_time', ({ otp_verified_at_ms: atMs }) => atMs && graphTime(atMs)],
  [
    'verification_expiry_time',
    ({ otp_verified_at_ms: atMs }) => atMs && graphTime(atMs + PREVERIFIED_LIFE_MS),
  ],
  ['owner_business', ({ business_id }) => ({ id: business_id, name: 'The partner' })],
]);

function show(preverified: Preverified, call: Call): Record<string, unknown> {
  const names = [...(askedFields(call) ?? FIELDS.keys()), 'id'];
  const entries = names.map((name) => {
    const read = FIELDS.get(name);
    if (read === undefined) throw nonexistingField(name, 'WhatsAppBusinessPreVerifiedPhoneNumber');
    return [name, read(preverified, call)] as const;
  });
  return Object.fromEntries(entries);
}

/** `POST /{BUSINESS}/add_phone_numbers` */
export function addPreverified(call: BusinessCall): Plan {
  const { fake, business, nowMs, params } = call;
  const digits = params.get('phone_number') ?? '';
  if (!/^[1-9][0-9]{6,14}$/.test(digits)) throw invalidParameter('phone_number is not valid.');
  const isKnown = presentOf(fake.world, nowMs).some((other) => other.digits === digits);
  if (isKnown) throw invalidParameter('The phone number was added already.');
  const id = nextId(fake.world, 'preverified');
  const seq = nextCount(fake.world, 'seq');
  return {
    body: { id },
    effect: () => {
      fake.world.preverified[id] = {
        ...{ id, seq, business_id: business, ...splitDigits(digits) },
        ...{ added_at_ms: nowMs, wrong_codes: 0, shared_with: [] },
      };
    },
  };
}

function presentOf(world: World, nowMs: number): Preverified[] {
  return Object.values(world.preverified).filter((preverified) => isThere(preverified, nowMs));
}

/** `GET /{BUSINESS}/preverified_numbers`, in order of creation. */
export function listPreverified(call: BusinessCall): Plan {
  const { fake, business, nowMs, params } = call;
  const status = params.get('code_verification_status');
  const digits = params.get('phone_number')?.replace(/\D/g, '');
  const all = presentOf(fake.world, nowMs)
    .filter((one) => one.business_id === business || one.shared_with.includes(business))
    .filter((one) => status === undefined || statusOf(one, nowMs) === status)
    .filter((one) => digits === undefined || one.digits === digits)
    .sort((a, b) => a.seq - b.seq);
  const { items, paging } = pageOf(all, call);
  return { body: { data: items.map((one) => show(one, call)), paging } };
}

/** `POST` and `DELETE /{BUSINESS}/share_preverified_numbers` */
export function sharePreverified(call: BusinessCall): Plan {
  const partner = call.params.get('partner_business_id') ?? '';
  const id = call.params.get('preverified_id') ?? '';
  const preverified = call.fake.world.preverified[id];
  if (!/^[0-9]{1,20}$/.test(partner)) throw invalidParameter('partner_business_id is not valid.');
  if (preverified?.business_id !== call.business) throw invalidParameter('preverified_id');
  const others = preverified.shared_with.filter((other) => other !== partner);
  return {
    body: success(call),
    effect: () => {
      preverified.shared_with = call.method === 'DELETE' ? others : [...others, partner];
    },
  };
}

type Route = (call: PreverifiedCall) => Plan;

const ROUTES: Record<string, Route> = {
  GET: (call) => ({ body: show(call.preverified, call) }),
  DELETE: (call) => ({
    body: success(call),
    effect: () => {
      Reflect.deleteProperty(call.fake.world.preverified, call.preverified.id);
    },
  }),
  'GET partners': (call) => {
    const { items, paging } = pageOf(
      call.preverified.shared_with.map((id) => ({ id, name: `Partner ${id}` })),
      call,
    );
    return { body: { data: items, paging } };
  },
  // A proof is renewed in its last 45 days only.
  'POST request_code': (call) => {
    const atMs = call.preverified.otp_verified_at_ms;
    const isEarly = atMs !== undefined && call.nowMs - atMs < PREVERIFIED_AGAIN_MS;
    return sendCode(call, call.preverified, isEarly);
  },
  'POST verify_code': (call) => takeCode(call, call.preverified, () => undefined),
};

/** @throws GraphRefusal 100/33 for a number that was removed, to a customer's token, and for what it does not support */
export function preverifiedPlan(call: PreverifiedCall, key: string): Plan {
  const route = ROUTES[key];
  const isOurs = call.grant.kind === 'system';
  if (route === undefined || !isOurs || !isThere(call.preverified, call.nowMs))
    throw missingObject(call.preverified.id, call.method);
  return route(call);
}

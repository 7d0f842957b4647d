import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import { nextId } from './ids.ts';
import { isProved, isThere } from './preverified.ts';
import { numbersOf } from './roster.ts';
import { addNumber, applyScript } from './seeding.ts';
import type { Plan, WabaCall } from './call.ts';
import type { Preverified, Waba, World } from './world.ts';

// A new portfolio holds two numbers, a verified one twenty. Source: Meta, Phone numbers.
const CAP_NEW = 2;
const CAP_VERIFIED = 20;

/** `POST /{WABA}/phone_numbers`: a number nobody has verified, or one the partner has verified before. */
export function addByApi(call: WabaCall): Plan {
  const { fake, nowMs, params, waba } = call;
  const { world } = fake;
  const { cc, digits } = wantedDigits(call);
  const name = params.get('verified_name') ?? '';
  if (name.length < 2 || name.length > 75) throw invalidParameter('verified_name is not valid.');
  const preverified = wantedPreverified(call, digits);
  checkPlace(call, digits);
  const id = nextId(world, 'number');
  return {
    body: { id },
    effect: () => {
      const number = addNumber(world, waba, { order: { id, name, cc, digits }, nowMs });
      applyScript(world, number, { scenario: world.scenario, settings: undefined, nowMs });
      if (preverified === undefined) return;
      Reflect.deleteProperty(world.preverified, preverified.id);
      number.preverified = true;
      number.otp_verified_at_ms = nowMs;
    },
  };
}

/** `phone_number` comes with the country code or without: more than ten digits that begin with it are taken as with. */
function wantedDigits({ params }: WabaCall): { cc: string; digits: string } {
  const cc = params.get('cc') ?? '';
  const given = params.get('phone_number') ?? '';
  if (!/^[1-9][0-9]{0,2}$/.test(cc)) throw invalidParameter('cc is not valid.');
  const digits = given.startsWith(cc) && given.length > 10 ? given : cc + given;
  if (!/^[1-9][0-9]{6,14}$/.test(digits)) throw invalidParameter('phone_number is not valid.');
  return { cc, digits };
}

function wantedPreverified(call: WabaCall, digits: string): Preverified | undefined {
  const { fake, nowMs, params } = call;
  const id = params.get('preverified_id');
  if (id === undefined) return undefined;
  const preverified = fake.world.preverified[id];
  const isGood =
    preverified?.digits === digits && isThere(preverified, nowMs) && isProved(preverified, nowMs);
  if (!isGood) throw invalidParameter('preverified_id is not a verified number of these digits.');
  return preverified;
}

/** @throws GraphRefusal 200000, 2388103, 2388012 or 2388386 */
function checkPlace({ fake: { world }, nowMs, params, waba }: WabaCall, digits: string): void {
  if (waba.ban_state === 'DISABLE' || nowMs < (waba.restricted_until_ms ?? 0))
    throw new GraphRefusal(200_000);
  const same = Object.values(world.numbers).filter((n) => n.digits === digits && !n.gone);
  if (same.some(({ waba_id }) => waba_id === waba.id)) throw new GraphRefusal(2_388_103);
  if (same.length > 0 && params.get('migrate_phone_number') !== 'true')
    throw new GraphRefusal(2_388_012);
  if (numbersOfPortfolio(world, waba) >= capOf(waba)) throw new GraphRefusal(2_388_386);
}

function numbersOfPortfolio(world: World, { owner_business_id }: Waba): number {
  return Object.values(world.wabas)
    .filter((other) => other.owner_business_id === owner_business_id)
    .flatMap(({ id }) => numbersOf(world, id))
    .filter(({ gone }) => !gone).length;
}

export function capOf({ max_phone_numbers, business_verification_status }: Waba): number {
  if (max_phone_numbers !== undefined) return max_phone_numbers;
  return business_verification_status.toLowerCase() === 'verified' ? CAP_VERIFIED : CAP_NEW;
}

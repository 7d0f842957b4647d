import { rememberNumber } from './history.ts';
import { countAttempt } from './registration.ts';
import type { Call } from './call.ts';
import type { Fault } from './fault-kinds.ts';
import type { PhoneNumber } from './phone-number.ts';

type Act = (call: Call, fault: Fault) => void;

const ACTS: Partial<Record<Fault['kind'], Act>> = {
  other_partner_register: otherRegisters,
  other_partner_deregister: otherDeregisters,
  override_wiped: ({ fake, row }) => {
    const waba = fake.world.wabas[row.waba ?? ''];
    if (waba?.subscribed !== undefined) waba.subscribed = {};
  },
  revoke_token: ({ fake, token: value }) => {
    const token = fake.world.tokens[value ?? ''];
    if (token !== undefined) token.revoked = true;
  },
};

/** What others do to the number or the account of a request just before it is judged. */
export function playThirdParty(call: Call, fault: Fault): void {
  ACTS[fault.kind]?.(call, fault);
}

/** Their requests count on the same number, good or bad. */
function otherRegisters({ fake, row, nowMs }: Call, fault: Fault): void {
  const number = fake.world.numbers[row.number ?? ''];
  if (number === undefined || fault.kind !== 'other_partner_register') return;
  rememberNumber(fake.world, number, nowMs);
  for (let i = 0; i < fault.requests; i += 1) countAttempt(number, 'register', nowMs);
  if (fault.pin === undefined || number.registered_at_ms !== undefined) return;
  number.pin = fault.pin;
  number.registered_at_ms = nowMs;
  number.ever_registered = true;
  number.deregistered = false;
}

function otherDeregisters({ fake, row, nowMs }: Call): void {
  const number = fake.world.numbers[row.number ?? ''];
  if (number === undefined) return;
  rememberNumber(fake.world, number, nowMs);
  takeOff(number);
}

/** Another partner deregisters it: any partner of a number can. A number that is not registered stays as it is. */
export function takeOff(number: PhoneNumber): void {
  if (number.registered_at_ms === undefined) return;
  number.registered_at_ms = undefined;
  number.deregistered = true;
}

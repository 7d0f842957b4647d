import { GraphRefusal } from './graph-errors.ts';
import { takesEffect } from './faults.ts';
import { MINUTE_MS } from './meta-clocks.ts';
import { countArrival, planFor } from './routes.ts';
import type { Call, Plan } from './call.ts';
import type { Fault } from './fault-kinds.ts';
import type { LedgerRow } from './world.ts';

/** What Graph made of a request, before it is written down. */
export type Outcome =
  | { kind: 'done'; body: unknown }
  | { kind: 'refused'; refusal: GraphRefusal; regain?: number | string | undefined };

/** Judges a request and applies its effect, bent by the fault that struck it. Marks an effect in the ledger row. */
export async function outcomeOf(
  call: Call,
  fault: Fault | undefined,
  row: LedgerRow,
): Promise<Outcome> {
  try {
    const body = await bodyOf(call, fault, row);
    if (fault?.kind === 'error') throw refusalOf(fault);
    if (fault?.kind === 'http_500_after') throw new GraphRefusal(131000);
    return { kind: 'done', body };
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    const regain = fault?.kind === 'throttle' ? fault.minutes : (error.detail.regainMinutes ?? 0);
    return { kind: 'refused', refusal: error, regain };
  }
}

async function bodyOf(call: Call, fault: Fault | undefined, row: LedgerRow): Promise<unknown> {
  if (fault?.kind === 'throttle') throw new GraphRefusal(fault.code);
  if (fault?.kind === 'revoke_token') revoke(call);
  if (!takesEffect(fault)) {
    if (fault?.kind === 'error' || fault?.kind === 'success_false') countArrival(call);
    return undefined;
  }
  const plan = await planFor(call);
  applyEffect(call, plan, { fault, row });
  return plan.body;
}

function applyEffect(
  call: Call,
  { effect }: Plan,
  { fault, row }: { fault: Fault | undefined; row: LedgerRow },
): void {
  if (effect === undefined) return;
  const { world } = call.fake;
  const number = world.numbers[row.number ?? ''];
  if (fault?.kind === 'effect_late' && number !== undefined)
    world.late[number.id] = {
      until_ms: call.nowMs + fault.minutes * MINUTE_MS,
      seen: structuredClone(number),
    };
  effect();
  row.effectApplied = true;
}

function revoke(call: Call): void {
  const token = call.fake.world.tokens[call.token ?? ''];
  if (token !== undefined) token.revoked = true;
}

function refusalOf(fault: Extract<Fault, { kind: 'error' }>): GraphRefusal {
  return new GraphRefusal(fault.code, {
    http: fault.http,
    title: fault.title,
    subcode: fault.subcode,
    details: fault.details,
    userTitle: fault.error_user_title,
    userMsg: fault.error_user_msg,
    transient: fault.is_transient,
  });
}

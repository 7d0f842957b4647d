import { GraphRefusal } from './graph-errors.ts';
import { takesEffect } from './faults.ts';
import { rememberNumber } from './history.ts';
import { MINUTE_MS } from './meta-clocks.ts';
import { countArrival, planFor } from './routes.ts';
import { playThirdParty } from './third-parties.ts';
import { burnCalls } from './usage.ts';
import type { Call, Plan } from './call.ts';
import type { Fault } from './fault-kinds.ts';

/** What Graph made of a request, before it is written down. */
export type Outcome =
  | { kind: 'done'; body: unknown; status: number }
  | { kind: 'refused'; refusal: GraphRefusal; regain?: number | string | undefined };

/** Judges a request and applies its effect, bent by the fault that struck it. Marks an effect in the ledger row. */
export async function outcomeOf(call: Call): Promise<Outcome> {
  const { fault } = call;
  try {
    const { body, status = 200 } = await planOf(call);
    if (fault?.kind === 'error') throw refusalOf(fault);
    if (fault?.kind === 'http_500_after') throw new GraphRefusal(131000);
    return { kind: 'done', body, status };
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    return { kind: 'refused', refusal: error, regain: regainOf(error, fault) };
  }
}

async function planOf(call: Call): Promise<Plan> {
  const { fault } = call;
  if (fault?.kind === 'throttle') throttle(call, fault);
  if (fault !== undefined) playThirdParty(call, fault);
  if (!takesEffect(fault)) {
    if (fault?.kind === 'error' || fault?.kind === 'success_false') countArrival(call);
    return { body: undefined };
  }
  const plan = await planFor(call);
  applyEffect(call, plan);
  return plan;
}

function applyEffect({ fake, fault, nowMs, row }: Call, { effect }: Plan): void {
  if (effect === undefined) return;
  const { world } = fake;
  const number = world.numbers[row.number ?? ''];
  if (number !== undefined) rememberNumber(world, number, nowMs);
  if (fault?.kind === 'effect_late' && number !== undefined)
    world.late[number.id] = { until_ms: nowMs + fault.minutes * MINUTE_MS, seen: { ...number } };
  effect();
  row.effectApplied = true;
}

/** At once by word, or by calls that use up the account's limit. @throws GraphRefusal */
function throttle(call: Call, { code, calls }: Extract<Fault, { kind: 'throttle' }>): void {
  if (calls === undefined) throw new GraphRefusal(code);
  if (call.row.waba !== undefined) burnCalls(call, call.row.waba, calls);
}

function regainOf({ detail }: GraphRefusal, fault: Fault | undefined): number | string | undefined {
  if (fault?.kind === 'throttle' && fault.calls === undefined) return fault.minutes;
  return detail.regainMinutes ?? 0;
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

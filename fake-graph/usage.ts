import { isOnCloud } from './derived.ts';
import { GraphRefusal } from './graph-errors.ts';
import {
  APP_CALLS_PER_USER,
  MINUTE_MS,
  USAGE_LIMIT,
  USAGE_LIMIT_REGISTERED,
  USAGE_WINDOW_MS,
} from './meta-clocks.ts';
import { numbersOf } from './roster.ts';
import type { Call } from './call.ts';
import type { Waba, World } from './world.ts';

const APP = 'app';
// Instants of the counted calls, by account. They follow from the ledger and are kept beside it.
const counters = new WeakMap<World, Map<string, number[]>>();

/** A WABA with a number on Cloud API has the larger limit. */
function limitOf(world: World, waba: Waba): number {
  if (waba.call_limit !== undefined) return waba.call_limit;
  return numbersOf(world, waba.id).some(isOnCloud) ? USAGE_LIMIT_REGISTERED : USAGE_LIMIT;
}

/** Grows with the people who use the app; each token is one of them. */
function appLimitOf(world: World): number {
  return APP_CALLS_PER_USER * Math.max(1, world.drawn['user'] ?? 0);
}

/** The calls of the rolling hour. */
function callsOf(world: World, key: string, nowMs: number): number[] {
  const counter = counterOf(world, nowMs);
  const calls = counter.get(key) ?? [];
  counter.set(key, calls);
  const firstInside = calls.findIndex((atMs) => nowMs - atMs < USAGE_WINDOW_MS);
  calls.splice(0, firstInside === -1 ? calls.length : firstInside);
  return calls;
}

function counterOf(world: World, nowMs: number): Map<string, number[]> {
  const known = counters.get(world);
  if (known !== undefined) return known;
  const counter = new Map<string, number[]>();
  for (const { at_ms, counted = 0, waba = APP } of world.ledger) {
    if (nowMs - at_ms >= USAGE_WINDOW_MS) continue;
    const calls = counter.get(waba) ?? [];
    calls.push(...Array.from({ length: counted }, () => at_ms));
    counter.set(waba, calls);
  }
  counters.set(world, counter);
  return counter;
}

/**
 * Counts one call against the account's rolling hour. A refused call is not counted.
 * @throws GraphRefusal with the throttle code once the limit is used up
 */
export function countCall(call: Call, waba: Waba): void {
  const { world } = call.fake;
  count(call, { key: waba.id, limit: limitOf(world, waba), code: world.switches.throttleCode });
}

/** @throws GraphRefusal 4 once the app's own limit is used up. It counts what is asked with the app's own token or secret */
export function countAppCall(call: Call): void {
  count(call, { key: APP, limit: appLimitOf(call.fake.world), code: 4 });
}

function count(
  call: Call,
  { key, limit, code }: { key: string; limit: number; code: number },
): void {
  const { nowMs, row } = call;
  const calls = callsOf(call.fake.world, key, nowMs);
  if (calls.length < limit) {
    calls.push(nowMs);
    row.counted = (row.counted ?? 0) + 1;
    return;
  }
  const freeAtMs = (calls[calls.length - limit] ?? nowMs) + USAGE_WINDOW_MS;
  throw new GraphRefusal(code, { regainMinutes: Math.ceil((freeAtMs - nowMs) / MINUTE_MS) });
}

/** As if the app had made so many more calls for the account just now. */
export function burnCalls(call: Call, wabaId: string, times: number): void {
  const calls = callsOf(call.fake.world, wabaId, call.nowMs);
  calls.push(...Array.from({ length: times }, () => call.nowMs));
  call.row.counted = (call.row.counted ?? 0) + times;
}

export interface Usage {
  waba: Waba | undefined;
  nowMs: number;
  /** As the header carries it; a fault may ask for nonsense, or for none. */
  regain: number | string | undefined;
}

/** The usage headers. Figures are percentages; 100 means throttled. Source: Meta, Graph API rate limits. */
export function usageHeaders(world: World, { waba, nowMs, regain }: Usage): Record<string, string> {
  const ofApp = percentages(callsOf(world, APP, nowMs).length, appLimitOf(world));
  const headers: Record<string, string> = { 'x-app-usage': JSON.stringify(ofApp) };
  if (waba === undefined) return headers;
  const entry = {
    type: 'whatsapp_business_management',
    ...percentages(callsOf(world, waba.id, nowMs).length, limitOf(world, waba)),
    estimated_time_to_regain_access: regain,
  };
  headers['x-business-use-case-usage'] = JSON.stringify({ [waba.id]: [entry] });
  return headers;
}

function percentages(calls: number, limit: number): Record<string, number> {
  const percent = Math.floor((100 * calls) / limit);
  const time = Math.floor(percent / 4);
  return { call_count: Math.min(100, percent), total_cputime: time, total_time: time };
}

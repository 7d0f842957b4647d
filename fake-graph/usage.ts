import { isOnCloud } from './derived.ts';
import { GraphRefusal } from './graph-errors.ts';
import { MINUTE_MS, USAGE_LIMIT, USAGE_LIMIT_REGISTERED, USAGE_WINDOW_MS } from './meta-clocks.ts';
import type { Fake, Waba, World } from './world.ts';

/** A WABA with a number on Cloud API has the larger limit. */
function limitOf(world: World, waba: Waba): number {
  const live = Object.values(world.numbers).some((n) => n.waba_id === waba.id && isOnCloud(n));
  return live ? USAGE_LIMIT_REGISTERED : USAGE_LIMIT;
}

function forgetOldCalls(waba: Waba, nowMs: number): void {
  const firstInside = waba.calls.findIndex((atMs) => nowMs - atMs < USAGE_WINDOW_MS);
  waba.calls.splice(0, firstInside === -1 ? waba.calls.length : firstInside);
}

/**
 * Counts one call against the account's rolling hour. A refused call is not counted.
 * @throws GraphRefusal with the throttle code once the limit is used up
 */
export function countCall(fake: Fake, waba: Waba, nowMs: number): void {
  forgetOldCalls(waba, nowMs);
  if (waba.calls.length < limitOf(fake.world, waba)) {
    waba.calls.push(nowMs);
    return;
  }
  const freeAtMs = (waba.calls[0] ?? nowMs) + USAGE_WINDOW_MS;
  throw new GraphRefusal(fake.world.switches.throttleCode, {
    regainMinutes: Math.ceil((freeAtMs - nowMs) / MINUTE_MS),
  });
}

export interface Usage {
  waba: Waba | undefined;
  nowMs: number;
  /** As the header carries it; a fault may ask for nonsense, or for none. */
  regain: number | string | undefined;
}

/** The usage headers. Figures are percentages; 100 means throttled. Source: Meta, Graph API rate limits. */
export function usageHeaders(world: World, usage: Usage): Record<string, string> {
  const app = { call_count: 0, total_time: 0, total_cputime: 0 };
  const headers: Record<string, string> = { 'x-app-usage': JSON.stringify(app) };
  if (usage.waba === undefined) return headers;
  forgetOldCalls(usage.waba, usage.nowMs);
  const percent = Math.floor((100 * usage.waba.calls.length) / limitOf(world, usage.waba));
  const entry = {
    type: 'whatsapp_business_management',
    call_count: Math.min(100, percent),
    total_cputime: Math.floor(percent / 4),
    total_time: Math.floor(percent / 4),
    estimated_time_to_regain_access: usage.regain,
  };
  headers['x-business-use-case-usage'] = JSON.stringify({ [usage.waba.id]: [entry] });
  return headers;
}

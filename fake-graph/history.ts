import { HOUR_MS, MINUTE_MS } from './meta-clocks.ts';
import type { Call } from './call.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { World } from './world.ts';

interface Past {
  until_ms: number;
  seen: PhoneNumber;
}

/** Nobody plays reads staler than this. */
const REMEMBERED_MS = 24 * HOUR_MS;

// How numbers were before they changed: what a stale read shows. Only this process remembers it.
const histories = new WeakMap<World, Map<string, Past[]>>();

/** To be called before a number changes. Its lists are replaced and never changed in place, so a flat copy will do. */
export function rememberNumber(world: World, number: PhoneNumber, nowMs: number): void {
  const history = histories.get(world) ?? new Map<string, Past[]>();
  histories.set(world, history);
  const fresh = (history.get(number.id) ?? []).filter(
    ({ until_ms }) => nowMs - until_ms < REMEMBERED_MS,
  );
  history.set(number.id, [...fresh, { until_ms: nowMs, seen: { ...number } }]);
}

/** What a read shows of a number, and of which instant; undefined where the number was not there yet. */
export function seenBy(
  { fake: { world }, nowMs, fault }: Pick<Call, 'fake' | 'nowMs' | 'fault'>,
  number: PhoneNumber,
): { number: PhoneNumber; nowMs: number } | undefined {
  const late = world.late[number.id];
  if (late !== undefined && nowMs < late.until_ms) return { number: late.seen, nowMs };
  if (fault?.kind !== 'stale_read') return { number, nowMs };
  const atMs = nowMs - fault.minutes * MINUTE_MS;
  if (number.added_at_ms > atMs) return undefined;
  const past = histories.get(world)?.get(number.id) ?? [];
  const seen = past.find(({ until_ms }) => until_ms > atMs)?.seen;
  return { number: seen ?? number, nowMs: atMs };
}

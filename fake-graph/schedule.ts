import type { Scheduled, World } from './world.ts';

/** Puts an event on the calendar, after those of the same instant. */
export function schedule(world: World, event: Scheduled): void {
  const later = world.scheduled.findIndex((other) => other.at_ms > event.at_ms);
  world.scheduled.splice(later === -1 ? world.scheduled.length : later, 0, event);
}

/** One review at a time: a decision taken, or a new one asked for, replaces what was planned. */
export function cancelDecisions(world: World, numberId: string): void {
  world.scheduled = world.scheduled.filter(
    (event) => event.kind !== 'name_decided' || event.number !== numberId,
  );
}

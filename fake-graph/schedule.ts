import { nextCount } from './ids.ts';
import type { Scheduled, World } from './world.ts';

// The calendar in order of time, kept beside the world it follows from; undefined after a change.
const calendars = new WeakMap<World, string[]>();

/** Puts an event on the calendar, after those of the same instant. A number has one decision about its name ahead. */
export function schedule(world: World, event: Scheduled): void {
  const key =
    event.kind === 'name_decided'
      ? decisionOf(event.number)
      : `${event.kind}/${nextCount(world, 'scheduled')}`;
  Reflect.deleteProperty(world.scheduled, key);
  world.scheduled[key] = event;
  calendars.delete(world);
}

/** One review at a time: a decision taken, or a new one asked for, replaces what was planned. */
export function cancelDecision(world: World, numberId: string): void {
  const key = decisionOf(numberId);
  if (!Object.hasOwn(world.scheduled, key)) return;
  Reflect.deleteProperty(world.scheduled, key);
  calendars.delete(world);
}

const decisionOf = (numberId: string): string => `name_decided/${numberId}`;

export function nextScheduled(world: World): Scheduled | undefined {
  const [key] = calendarOf(world);
  return key === undefined ? undefined : world.scheduled[key];
}

/** The earliest event not later than the instant, taken off the calendar. */
export function takeDue(world: World, nowMs: number): Scheduled | undefined {
  const event = nextScheduled(world);
  if (event === undefined || event.at_ms > nowMs) return undefined;
  const key = calendarOf(world).shift();
  if (key !== undefined) Reflect.deleteProperty(world.scheduled, key);
  return event;
}

function calendarOf(world: World): string[] {
  const known = calendars.get(world);
  if (known !== undefined) return known;
  const entries = Object.entries(world.scheduled).sort(([, a], [, b]) => a.at_ms - b.at_ms);
  const calendar = entries.map(([key]) => key);
  calendars.set(world, calendar);
  return calendar;
}

import type { PhoneNumber } from './phone-number.ts';
import type { World } from './world.ts';

// Which numbers an account has: follows from the world, and is kept beside it so that an account of ten thousand is
// not searched for at every request. A number never changes its account.
const rosters = new WeakMap<World, Map<string, PhoneNumber[]>>();
// The same in the order in which Graph lists them, until something changes it.
const listings = new WeakMap<World, Map<string, PhoneNumber[]>>();

/** The numbers of an account in order of creation, those that are gone included. */
export function numbersOf(world: World, wabaId: string): readonly PhoneNumber[] {
  return rosterOf(world).get(wabaId) ?? [];
}

/** What the account shows, newest onboarded first. */
export function listedNumbers(world: World, wabaId: string): readonly PhoneNumber[] {
  const listing = listings.get(world) ?? new Map<string, PhoneNumber[]>();
  listings.set(world, listing);
  const known = listing.get(wabaId);
  if (known !== undefined) return known;
  const since = (number: PhoneNumber): number => number.last_onboarded_at_ms ?? number.added_at_ms;
  const listed = numbersOf(world, wabaId)
    .filter(({ gone }) => !gone)
    .sort((a, b) => since(b) - since(a) || b.seq - a.seq);
  listing.set(wabaId, listed);
  return listed;
}

/** To be called when a number of the account comes, goes or is onboarded anew. */
export function relist(world: World, wabaId: string): void {
  listings.get(world)?.delete(wabaId);
}

/** Puts a new number into the world. Answers it as the world keeps it: changes to it are kept too. */
export function keepNumber(world: World, number: PhoneNumber): PhoneNumber {
  const roster = rosterOf(world);
  world.numbers[number.id] = number;
  const kept = world.numbers[number.id] ?? number;
  enroll(roster, kept);
  relist(world, number.waba_id);
  return kept;
}

function rosterOf(world: World): Map<string, PhoneNumber[]> {
  const known = rosters.get(world);
  if (known !== undefined) return known;
  const roster = new Map<string, PhoneNumber[]>();
  rosters.set(world, roster);
  const bySeq = Object.values(world.numbers).sort((a, b) => a.seq - b.seq);
  for (const number of bySeq) enroll(roster, number);
  return roster;
}

function enroll(roster: Map<string, PhoneNumber[]>, number: PhoneNumber): void {
  const others = roster.get(number.waba_id);
  if (others === undefined) roster.set(number.waba_id, [number]);
  else others.push(number);
}

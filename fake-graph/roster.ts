import type { PhoneNumber } from './phone-number.ts';
import type { World } from './world.ts';

// Which numbers an account has: follows from the world, and is kept beside it so that an account of ten thousand is
// not searched for at every request. A number never changes its account.
const rosters = new WeakMap<World, Map<string, PhoneNumber[]>>();

/** The numbers of an account in order of creation, those that are gone included. */
export function numbersOf(world: World, wabaId: string): readonly PhoneNumber[] {
  return rosterOf(world).get(wabaId) ?? [];
}

/** Puts a new number into the world. Answers it as the world keeps it: changes to it are kept too. */
export function keepNumber(world: World, number: PhoneNumber): PhoneNumber {
  const roster = rosterOf(world);
  world.numbers[number.id] = number;
  const kept = world.numbers[number.id] ?? number;
  enroll(roster, kept);
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

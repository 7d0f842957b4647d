import { nextCount, nextDigits, nextId } from './ids.ts';
import { newNumber } from './phone-number.ts';
import { keepNumber } from './roster.ts';
import { SCENARIOS } from './scenarios.ts';
import { applySettings, settingsSchema } from './settings.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { Scenario } from './scenarios.ts';
import type { ParsedSettings } from './settings.ts';
import type { Waba, World } from './world.ts';

/** What a tester asked for cannot be done; the message says why. */
export class BadOrder extends Error {
  override readonly name = 'BadOrder';
}

export function addWaba(world: World, given: Partial<Waba>): Waba {
  const waba: Waba = {
    id: given.id ?? nextId(world, 'waba'),
    name: 'Lucky Shrub',
    owner_business_id: nextId(world, 'business'),
    account_review_status: 'APPROVED',
    business_verification_status: 'verified',
    ...given,
  };
  world.wabas[waba.id] = waba;
  return world.wabas[waba.id] ?? waba;
}

/** The account of that id, made if there is none yet. */
export function wabaOf(world: World, id: string | undefined): Waba {
  const known = id === undefined ? undefined : world.wabas[id];
  return known ?? addWaba(world, id === undefined ? {} : { id });
}

export interface NumberOrder {
  id?: string | undefined;
  name?: string | undefined;
  displayPhoneNumber?: string | undefined;
  /** Both or none; they win over the display form. */
  cc?: string | undefined;
  digits?: string | undefined;
}

/** Adds a number nobody has signed up, verified or scripted. */
export function addNumber(
  world: World,
  waba: Waba,
  { order, nowMs }: { order: NumberOrder; nowMs: number },
): PhoneNumber {
  const { cc, digits } = digitsOf(world, order);
  const id = order.id ?? nextId(world, 'number');
  if (world.numbers[id] !== undefined) throw new BadOrder(`number ${id} exists already`);
  const seq = nextCount(world, 'seq');
  const verified_name = order.name ?? waba.name;
  const seed = { id, waba_id: waba.id, seq, added_at_ms: nowMs, cc, digits, verified_name };
  return keepNumber(world, newNumber(seed));
}

function digitsOf(world: World, order: NumberOrder): { cc: string; digits: string } {
  const { cc, digits, displayPhoneNumber } = order;
  if (cc !== undefined && digits !== undefined) return { cc, digits };
  if (displayPhoneNumber === undefined) return nextDigits(world);
  return splitDigits(displayPhoneNumber.replace(/\D/g, ''));
}

/** Only North America has a country code of one digit among those we care to tell apart; others are taken as two. */
export function splitDigits(digits: string): { cc: string; digits: string } {
  return { cc: digits.slice(0, digits.startsWith('1') || digits.startsWith('7') ? 1 : 2), digits };
}

export interface Script {
  scenario: string | undefined;
  settings: ParsedSettings | undefined;
  nowMs: number;
}

/** Plays the scenario on the number, then the settings given beside it, which win. */
export function applyScript(world: World, number: PhoneNumber, script: Script): void {
  const { nowMs } = script;
  if (script.scenario !== undefined) {
    const scenario = scenarioOf(script.scenario);
    const given = settingsSchema.parse(scenario.settings(nowMs));
    applySettings(world, number, { given, nowMs });
    addOthers(world, number, { scenario, nowMs });
  }
  if (script.settings !== undefined)
    applySettings(world, number, { given: script.settings, nowMs });
}

function addOthers(
  world: World,
  { waba_id }: PhoneNumber,
  { scenario: { others }, nowMs }: { scenario: Scenario; nowMs: number },
): void {
  const waba = world.wabas[waba_id];
  if (others === undefined || waba === undefined) return;
  const given = settingsSchema.parse(others.settings(nowMs));
  for (let i = 0; i < others.count; i += 1)
    applySettings(world, addNumber(world, waba, { order: {}, nowMs }), { given, nowMs });
}

/** @throws BadOrder for an unknown name */
export function scenarioOf(name: string): Scenario {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario !== undefined) return scenario;
  throw new BadOrder(`unknown scenario '${name}'; there are: ${Object.keys(SCENARIOS).join(', ')}`);
}

import { z } from 'zod';

import { rememberNumber } from './history.ts';
import { enqueue } from './outbox.ts';
import { isProved } from './preverified.ts';
import { relist } from './roster.ts';
import { addNumber, applyScript, BadOrder, scenarioOf, wabaOf } from './seeding.ts';
import { settingsSchema } from './settings.ts';
import { issueCode } from './tokens.ts';
import type { PhoneNumber } from './phone-number.ts';
import type { ParsedSettings } from './settings.ts';
import type { Waba, World } from './world.ts';

export const idSchema = z.string().regex(/^[0-9]{1,20}$/, 'an id is 1 to 20 digits');

export const signupSchema = z.strictObject({
  waba: idSchema.optional(),
  /** An id, or settings of a number: a new one unless they name the id of a known one. */
  number: z.union([idSchema, settingsSchema.extend({ id: idSchema.optional() })]).optional(),
  name: z.string().optional(),
  scenario: z.string().optional(),
  event: z.string().optional(),
  displayPhoneNumber: z.string().optional(),
  /** Id of a pre-verified number that the customer picks. */
  preverified: idSchema.optional(),
});

export type SignupOrder = z.output<typeof signupSchema>;

export interface FinishedSignup {
  number: PhoneNumber;
  waba: Waba;
  event: string;
}

/**
 * A customer ends Embedded Signup: the number is in the account, its ownership proved and its onboarding dated now;
 * the app hears PARTNER_ADDED. A second signup of a number dates it anew.
 */
export function finishSignup(world: World, order: SignupOrder, nowMs: number): FinishedSignup {
  if (order.scenario !== undefined) scenarioOf(order.scenario);
  const { id, ...settings } =
    typeof order.number === 'string' ? { id: order.number } : (order.number ?? {});
  const { number, waba, isNew } = placeOf(world, { ...order, number: id }, nowMs);
  if (!isNew) rememberNumber(world, number, nowMs);
  number.last_onboarded_at_ms = nowMs;
  number.otp_verified_at_ms = nowMs;
  relist(world, waba.id);
  playSignup(world, number, { order, settings, isNew, nowMs });
  announce(world, waba, nowMs);
  const finish = number.is_on_biz_app ? 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING' : 'FINISH';
  return { number, waba, event: order.event ?? finish };
}

function playSignup(
  world: World,
  number: PhoneNumber,
  given: { order: SignupOrder; settings: ParsedSettings; isNew: boolean; nowMs: number },
): void {
  const { order, settings, isNew, nowMs } = given;
  const scenario = order.scenario ?? (isNew ? world.scenario : undefined);
  applyScript(world, number, { scenario, settings, nowMs });
  if (order.preverified !== undefined) number.preverified = true;
}

function placeOf(
  world: World,
  order: Omit<SignupOrder, 'number'> & { number: string | undefined },
  nowMs: number,
): { number: PhoneNumber; waba: Waba; isNew: boolean } {
  const claimed = claim(world, order.preverified, nowMs);
  const known = world.numbers[order.number ?? ''];
  const waba = wabaOf(world, known?.waba_id ?? order.waba);
  if (known !== undefined) return { number: known, waba, isNew: false };
  const { name, displayPhoneNumber } = order;
  const asked = { id: order.number, name, displayPhoneNumber, ...claimed };
  const number = addNumber(world, waba, { order: asked, nowMs });
  return { number, waba, isNew: true };
}

/** The pre-verified number goes; one with another id and its digits comes. */
function claim(
  world: World,
  id: string | undefined,
  nowMs: number,
): { cc: string; digits: string } | undefined {
  if (id === undefined) return undefined;
  const preverified = world.preverified[id];
  if (preverified === undefined || !isProved(preverified, nowMs))
    throw new BadOrder(`pre-verified number ${id} is not there, or not verified`);
  const { cc, digits } = preverified;
  Reflect.deleteProperty(world.preverified, id);
  return { cc, digits };
}

function announce(world: World, waba: Waba, nowMs: number): void {
  const { owner_business_id, id } = waba;
  enqueue(world, nowMs, {
    field: 'account_update',
    waba: id,
    entry: owner_business_id,
    always: true,
    value: { event: 'PARTNER_ADDED', waba_info: { waba_id: id, owner_business_id } },
  });
}

export interface SignupAnswer {
  code: string;
  /** What the browser's window would get: a JSON string. */
  message: string;
  phone_number_id: string;
  waba_id: string;
}

/** The code comes last: it lives 30 seconds. An abandoned signup has none. */
export function signupAnswer(
  world: World,
  { number, waba, event }: FinishedSignup,
  nowMs: number,
): SignupAnswer {
  const ids = { phone_number_id: number.id, waba_id: waba.id };
  const withoutNumber = ['FINISH_ONLY_WABA', 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING'];
  const data = {
    ...(withoutNumber.includes(event) ? { waba_id: waba.id } : ids),
    business_id: waba.owner_business_id,
  };
  const message = JSON.stringify({ type: 'WA_EMBEDDED_SIGNUP', event, version: '4', data });
  return { code: issueCode(world, nowMs, waba.id), message, ...ids };
}

/** The browser's message when the customer gives up; the world stays as it is. */
export function abandonedMessage(): { message: string } {
  const data = { current_step: 'PHONE_NUMBER_SETUP' };
  const message = { type: 'WA_EMBEDDED_SIGNUP', event: 'CANCEL', version: '4', data };
  return { message: JSON.stringify(message) };
}

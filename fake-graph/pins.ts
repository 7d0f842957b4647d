import { success } from './call.ts';
import { GraphRefusal, invalidParameter } from './graph-errors.ts';
import {
  PIN_GUESS_GAP_MS,
  PIN_GUESS_LIMIT,
  PIN_GUESS_WINDOW_MS,
  PIN_LOCK_MS,
  SECOND_MS,
} from './meta-clocks.ts';
import { requireScope } from './tokens.ts';
import type { NumberCall, Plan } from './call.ts';
import type { PhoneNumber } from './phone-number.ts';

export const isPin = (text: string): boolean => /^[0-9]{6}$/.test(text);

/**
 * A number with two-step verification takes its own PIN only. Guesses are remembered whatever becomes of the request.
 * @throws GraphRefusal 133005; 133008 while locked, from the third wrong PIN in an hour on; 133009 for two within 5 seconds
 */
export function checkPin(number: PhoneNumber, pin: string, nowMs: number): void {
  const lockedUntilMs = number.pin_locked_until_ms ?? 0;
  if (nowMs < lockedUntilMs) throw tooManyGuesses(lockedUntilMs - nowMs);
  if (number.pin === undefined || number.pin === pin) return;

  const earlier = number.wrong_pins.filter((atMs) => nowMs - atMs < PIN_GUESS_WINDOW_MS);
  const previousAtMs = earlier.at(-1);
  number.wrong_pins = [...earlier, nowMs];
  if (number.wrong_pins.length >= PIN_GUESS_LIMIT) {
    number.pin_locked_until_ms = nowMs + PIN_LOCK_MS;
    throw tooManyGuesses(PIN_LOCK_MS);
  }
  if (previousAtMs !== undefined && nowMs - previousAtMs < PIN_GUESS_GAP_MS)
    throw new GraphRefusal(133009, { details: waitFor(PIN_GUESS_GAP_MS) });
  throw new GraphRefusal(133005, { details: 'The PIN does not match the one of this number.' });
}

function tooManyGuesses(leftMs: number): GraphRefusal {
  return new GraphRefusal(133008, { details: waitFor(leftMs) });
}

function waitFor(spanMs: number): string {
  return `Wait ${Math.ceil(spanMs / SECOND_MS)} seconds before you try again.`;
}

/** `POST /{NUMBER} {pin}`: sets the PIN at once and asks for no old one. */
export function setPin(call: NumberCall, pin: string): Plan {
  const { number } = call;
  requireScope(call.grant, 'whatsapp_business_messaging');
  if (!isPin(pin)) throw invalidParameter('pin must be 6 digits.');
  if (!number.ever_registered && call.fake.world.switches.pinBeforeRegister === 'refused')
    throw new GraphRefusal(100, { details: 'The phone number is not registered.' });
  return {
    body: success(call),
    effect:
      number.pin === pin
        ? undefined
        : () => {
            number.pin = pin;
          },
  };
}

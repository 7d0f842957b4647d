import { shownOf } from './accounts.ts';
import { numberFields, showNumber } from './fields.ts';
import { invalidParameter } from './graph-errors.ts';
import { changeName } from './naming.ts';
import { setPin } from './pins.ts';
import type { NumberCall, Plan } from './call.ts';

export function readNumber(call: NumberCall): Plan {
  return { body: showNumber(shownOf(call, call.number), numberFields(call), call) };
}

/** `POST /{NUMBER}`: a PIN or another display name. */
export function changeNumber(call: NumberCall): Plan {
  const pin = call.params.get('pin');
  const name = call.params.get('new_display_name');
  if (pin !== undefined) return setPin(call, pin);
  if (name !== undefined) return changeName(call, name);
  throw invalidParameter('Nothing to change was given.');
}

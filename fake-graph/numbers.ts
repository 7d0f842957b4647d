import { checkCallback } from './accounts.ts';
import { success } from './call.ts';
import { numberFields, showNumber } from './fields.ts';
import { invalidParameter, missingObject } from './graph-errors.ts';
import { seenBy } from './history.ts';
import { changeName } from './naming.ts';
import { setPin } from './pins.ts';
import type { NumberCall, Plan } from './call.ts';

export function readNumber(call: NumberCall): Plan {
  const names = numberFields(call);
  const seen = seenBy(call, call.number);
  if (seen === undefined) throw missingObject(call.number.id, 'GET');
  return { body: showNumber(seen.number, names, { ...call, ...seen }) };
}

/** `POST /{NUMBER}`: a PIN, another display name, or where its messages go. */
export function changeNumber(call: NumberCall): Plan | Promise<Plan> {
  const pin = call.params.get('pin');
  const name = call.params.get('new_display_name');
  const webhooks = call.params.get('webhook_configuration');
  if (pin !== undefined) return setPin(call, pin);
  if (name !== undefined) return changeName(call, name);
  if (webhooks !== undefined) return overrideWebhooks(call, webhooks);
  throw invalidParameter('Nothing to change was given.');
}

/** An override of this number alone, checked by a handshake; an empty one takes it away. */
async function overrideWebhooks(call: NumberCall, text: string): Promise<Plan> {
  const { number } = call;
  const { override_callback_uri: url, verify_token: verifyToken } = overrideIn(text);
  if (url !== '') await checkCallback(call, { url, verifyToken });
  const wanted = url === '' ? undefined : url;
  const effect = (): void => {
    number.override_callback_uri = wanted;
  };
  return {
    body: success(call),
    effect: number.override_callback_uri === wanted ? undefined : effect,
  };
}

function overrideIn(text: string): { override_callback_uri: string; verify_token: string } {
  const parsed: unknown = jsonOf(text);
  if (typeof parsed !== 'object' || parsed === null || !('override_callback_uri' in parsed))
    throw invalidParameter('webhook_configuration needs an override_callback_uri.');
  const { override_callback_uri: url } = parsed;
  const token = 'verify_token' in parsed ? parsed.verify_token : '';
  if (typeof url !== 'string' || typeof token !== 'string')
    throw invalidParameter('webhook_configuration is not valid.');
  return { override_callback_uri: url, verify_token: token };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { isWebhookFault, strike } from './faults.ts';
import { nextName } from './ids.ts';
import { HOUR_MS, MINUTE_MS } from './meta-clocks.ts';
import type { Fault } from './fault-kinds.ts';
import type { Delivery, World } from './world.ts';

/** How long a webhook waits for another one to overtake it. */
const HELD_AT_MOST_MS = HOUR_MS;

export interface WebhookEvent {
  field: string;
  waba: string;
  /** What the envelope calls `entry.id`: the WABA, but a business portfolio for `PARTNER_*` events. */
  entry?: string;
  number?: string;
  value: unknown;
  /** Sent even while the app is not subscribed to the WABA: how it hears of a new one. */
  always?: boolean;
}

/** Queues a webhook to the app's own callback, if the app is to hear of it. */
export function enqueue(world: World, nowMs: number, event: WebhookEvent): void {
  if (!isHeard(world, event)) return;
  const candidate = { method: 'POST', path: event.field, number: event.number };
  const fault = strike(world, candidate, isQueueFault);
  const delivery: Delivery = {
    id: nextName(world, 'webhook'),
    field: event.field,
    waba: event.waba,
    number: event.number,
    body: envelope(event, nowMs, fault),
    created_at_ms: nowMs,
    next_at_ms: nowMs,
    state: 'waiting',
    attempts: [],
  };
  if (fault?.kind === 'wh_lose') {
    world.sent[delivery.id] = { ...delivery, state: 'lost' };
    return;
  }
  if (fault?.kind === 'wh_delay') delivery.next_at_ms += fault.minutes * MINUTE_MS;
  if (fault?.kind === 'wh_reorder') {
    delivery.is_held = true;
    delivery.next_at_ms += HELD_AT_MOST_MS;
  }
  world.outbox[delivery.id] = delivery;
  if (fault?.kind !== 'wh_duplicate') return;
  const id = nextName(world, 'webhook');
  world.outbox[id] = { ...delivery, id, attempts: [] };
}

function isHeard({ app, wabas }: World, event: WebhookEvent): boolean {
  if (app.callback_url === undefined) return false;
  if (app.fields?.includes(event.field) === false) return false;
  return event.always === true || wabas[event.waba]?.subscribed !== undefined;
}

/** A forged signature belongs to one attempt, the others to the event. */
function isQueueFault(kind: Fault['kind']): boolean {
  return isWebhookFault(kind) && kind !== 'wh_bad_signature';
}

// Source: Meta, Webhooks payload structure.
function envelope(event: WebhookEvent, nowMs: number, fault: Fault | undefined): string {
  const seconds = Math.floor(nowMs / 1000);
  const change = { field: event.field, value: event.value };
  const unknown = { field: 'a_field_of_tomorrow', value: { a_key_of_tomorrow: [1, null] } };
  const entry = {
    id: event.entry ?? event.waba,
    time: fault?.kind === 'wh_string_time' ? String(seconds) : seconds,
    changes: fault?.kind === 'wh_unknown_field' ? [unknown, change] : [change],
  };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] });
  return fault?.kind === 'wh_unescaped' ? body : escapeNonAscii(body);
}

/** A delivery that has been overtaken goes out now. */
export function releaseHeld(world: World, nowMs: number): void {
  for (const delivery of Object.values(world.outbox))
    if (delivery.is_held === true) {
      delivery.is_held = false;
      delivery.next_at_ms = nowMs;
    }
}

/** Meta signs and sends every other character as `\u00e4`, with lower-case digits. */
function escapeNonAscii(json: string): string {
  return json.replace(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

import { isWebhookFault, strike } from './faults.ts';
import { nextName } from './ids.ts';
import { MINUTE_MS } from './meta-clocks.ts';
import type { Fault } from './fault-kinds.ts';
import type { Delivery, World } from './world.ts';

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
  const delivery: Delivery = {
    id: nextName(world, 'webhook'),
    field: event.field,
    waba: event.waba,
    number: event.number,
    body: envelope(event, nowMs),
    created_at_ms: nowMs,
    next_at_ms: nowMs,
    state: 'waiting',
    attempts: [],
  };
  const candidate = { method: 'POST', path: event.field, number: event.number };
  const fault = strike(world, candidate, isQueueFault);
  if (fault?.kind === 'wh_lose') {
    world.sent.push({ ...delivery, state: 'lost' });
    return;
  }
  if (fault?.kind === 'wh_delay') delivery.next_at_ms += fault.minutes * MINUTE_MS;
  world.outbox.push(delivery);
  if (fault?.kind === 'wh_duplicate')
    world.outbox.push({ ...delivery, id: nextName(world, 'webhook'), attempts: [] });
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
function envelope(event: WebhookEvent, nowMs: number): string {
  const body = {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: event.entry ?? event.waba,
        time: Math.floor(nowMs / 1000),
        changes: [{ field: event.field, value: event.value }],
      },
    ],
  };
  return escapeNonAscii(JSON.stringify(body));
}

/** Meta signs and sends every other character as `\u00e4`, with lower-case digits. */
function escapeNonAscii(json: string): string {
  return json.replace(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startDrain } from '../../src/http/drain.ts';
import { takeWebhook } from '../../src/http/webhooks.ts';
import type { Store } from '../../src/store/store.ts';
import { APP_SECRET, VERIFY_TOKEN } from './fake-meta.ts';
import type { Handle, World } from './world.ts';

/** One change, as Meta tells it. */
export interface Change {
  readonly field: string;
  readonly value: object;
  readonly atMs: number;
}

/** The edge's side of a world: signed bodies go in, and the drain carries the hints to the numbers that run. */
export interface WebhooksIn {
  /** The body's bytes, to be sent any number of times. */
  bodyOf(wabaId: string, change: Change): string;
  /** Answers once all numbers it is about have been told: each is told once in ten seconds of the world's time. */
  send(body: string): Promise<void>;
  /** How many signals the number was sent. */
  hintsTo(phoneNumberId: PhoneNumberId): number;
  close(): Promise<void>;
}

export function openWebhooksIn(world: World, handles: ReadonlyMap<string, Handle>): WebhooksIn {
  const quiet = (): void => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  const hints: PhoneNumberId[] = [];
  const { store, nowMs } = world;
  const drain = startDrain({
    ...{ store, nowMs, log },
    onboardings: {
      start: () => Promise.resolve(),
      hint: async (phoneNumberId) => {
        hints.push(phoneNumberId);
        await handles.get(phoneNumberId)?.signal('numberChanged');
        return handles.has(phoneNumberId);
      },
    },
  });
  const deps = {
    inbox: store.inbox,
    appSecrets: [new Secret(APP_SECRET)],
    verifyToken: new Secret(VERIFY_TOKEN),
    wake: () => {
      drain.wake();
    },
    log,
  };
  return {
    bodyOf: (wabaId, { field, value, atMs }) =>
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ id: wabaId, time: Math.floor(atMs / 1000), changes: [{ field, value }] }],
      }),
    send: async (body) => {
      const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
      const headers = { 'x-hub-signature-256': `sha256=${signature}` };
      await takeWebhook(new Request('http://edge/', { method: 'POST', headers, body }), deps);
      await untilTold(store);
    },
    hintsTo: (phoneNumberId) => hints.filter((id) => id === phoneNumberId).length,
    close: () => drain.stop(),
  };
}

async function untilTold({ inbox }: Store): Promise<void> {
  while ((await inbox.pending(1)).length > 0) await wait(5);
}

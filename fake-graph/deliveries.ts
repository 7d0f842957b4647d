import { createHmac } from 'node:crypto';

import { request } from 'undici';

import { virtualNowMs } from './clock.ts';
import { strike } from './faults.ts';
import { nextName } from './ids.ts';
import {
  SECOND_MS,
  WEBHOOK_FIRST_RETRY_MS,
  WEBHOOK_LAST_RETRY_MS,
  WEBHOOK_LIFE_MS,
} from './meta-clocks.ts';
import { releaseHeld } from './outbox.ts';
import type { App, Delivery, Fake, World } from './world.ts';

/** Real time a receiver has to answer; Meta publishes no figure. */
const ANSWER_WITHIN_MS = 5 * SECOND_MS;

/** `sha256=` and the HMAC of exactly the bytes sent, keyed with the app secret. Source: Meta, Webhooks, Validate payloads. */
function signatureOf(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** One attempt. Anything but 200 is tried again after a minute, doubling to 6 hours, until 7 days have passed. */
export async function attemptDelivery(fake: Fake, delivery: Delivery): Promise<void> {
  const { world } = fake;
  const at_ms = virtualNowMs(world.clock);
  const outcome = await send(world, delivery);
  delivery.attempts.push({ at_ms, ...outcome });
  if (outcome.http === 200) {
    finish(world, delivery, 'delivered');
    releaseHeld(world, at_ms);
    return;
  }

  const backOffMs = WEBHOOK_FIRST_RETRY_MS * 2 ** (delivery.attempts.length - 1);
  delivery.next_at_ms = at_ms + Math.min(backOffMs, WEBHOOK_LAST_RETRY_MS);
  if (delivery.next_at_ms - delivery.created_at_ms >= WEBHOOK_LIFE_MS)
    finish(world, delivery, 'given_up');
}

function finish(world: World, delivery: Delivery, state: Delivery['state']): void {
  delivery.state = state;
  Reflect.deleteProperty(world.outbox, delivery.id);
  world.sent[delivery.id] = delivery;
}

async function send(
  world: World,
  { body, field, number }: Delivery,
): Promise<{ http?: number; error?: string }> {
  const { app } = world;
  if (app.callback_url === undefined) return { error: 'the app has no callback_url' };
  const candidate = { method: 'POST', path: field, number };
  const isForged = strike(world, candidate, (kind) => kind === 'wh_bad_signature') !== undefined;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'facebookexternalua',
    'x-hub-signature-256': signatureOf(isForged ? `not ${app.secret}` : app.secret, body),
  };
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await request(app.callback_url, { method: 'POST', headers, body, signal });
    await answer.body.dump();
    return { http: answer.statusCode };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'not delivered' };
  }
}

export interface Handshake {
  url: string;
  http?: number;
  /** What came back, cut to what a challenge could be. */
  answer?: string;
  error?: string;
  accepted: boolean;
}

/** Meta's check of a callback: the challenge must come back as the whole body, with 200. */
export async function shakeHands(
  world: World,
  { url, verifyToken }: { url: string; verifyToken: App['verify_token'] },
): Promise<Handshake> {
  const challenge = nextName(world, 'challenge').replace(/\D/g, '');
  try {
    const target = new URL(url);
    target.searchParams.set('hub.mode', 'subscribe');
    target.searchParams.set('hub.challenge', challenge);
    target.searchParams.set('hub.verify_token', verifyToken);
    const answer = await request(target, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const text = await answer.body.text();
    const accepted = answer.statusCode === 200 && text === challenge;
    return { url, http: answer.statusCode, answer: text.slice(0, 200), accepted };
  } catch (error) {
    return { url, error: error instanceof Error ? error.message : 'not reached', accepted: false };
  }
}

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { workflowIdOf } from '../../src/contract/onboarding.ts';
import { digitsOf, isPhoneNumberId, type PhoneNumberId } from '../../src/domain/phone-number.ts';
import { startSystem, type System } from '../e2e/system.ts';
import { APP_SECRET } from '../support/fake-meta.ts';

const NUMBERS = 20;
const PER_SECOND = 500;
const SECONDS = 20;
const MERGE_MS = 10_000;
/** A wake is a signal, a cut read, a new one and the tasks between them. */
const EVENTS_PER_WAKE = 16;

let system: System;
beforeAll(async () => {
  system = await startSystem({ POLL_INTERVAL: '6h', LOG_LEVEL: 'warn' });
});
afterAll(async () => {
  await system.close();
});

interface Target {
  readonly id: PhoneNumberId;
  readonly waba: string;
  readonly digits: string;
}

async function signUp(waba: object): Promise<Target> {
  const { meta, store } = system.engine;
  const order = await meta.signUp({ ...waba, scenario: 'review_forever' });
  expect((await system.call('POST', '/v1/signups', order)).status).toBe(202);
  const { phone_number_id: id, waba_id } = order;
  const row = isPhoneNumberId(id) ? await store.numbers.byId(id) : undefined;
  if (row === undefined) throw new Error('no number');
  return { id: row.phoneNumberId, waba: waba_id, digits: digitsOf(row.displayPhoneNumber) };
}

/** One of a storm: mostly news of the numbers in turn, each of them another; now and then of a number that nobody knows. */
function bodyOf(targets: readonly Target[], n: number): string {
  const { waba, digits } = targets[n % targets.length] ?? { waba: '1', digits: '' };
  const display_phone_number = n % 50 === 0 ? '4930123456' : digits;
  const value = {
    display_phone_number,
    decision: 'PENDING',
    requested_verified_name: `Shrub ${n}`,
  };
  const change = { field: 'phone_number_name_update', value };
  const entry = [{ id: waba, time: Math.floor(Date.now() / 1000), changes: [change] }];
  return JSON.stringify({ object: 'whatsapp_business_account', entry });
}

interface Sent {
  readonly body: string;
  readonly status: number;
  readonly tookMs: number;
  readonly text: string;
}

async function send(pool: Pool, body: string): Promise<Sent> {
  const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const sentAtMs = performance.now();
  const path = '/v1/webhooks/meta';
  const answer = await pool.request({ path, method: 'POST', headers, body });
  const text = await answer.body.text();
  return { body, text, status: answer.statusCode, tookMs: performance.now() - sentAtMs };
}

/** Whatever the answers take, so many are sent in each second. */
async function storm(pool: Pool, targets: readonly Target[]): Promise<readonly Sent[]> {
  const beganMs = performance.now();
  const sending: Promise<Sent>[] = [];
  for (let n = 0; n < PER_SECOND * SECONDS; n += 1) {
    const dueMs = beganMs + (n * 1000) / PER_SECOND;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 1) await sleep(earlyMs);
    sending.push(send(pool, bodyOf(targets, n)));
  }
  return await Promise.all(sending);
}

async function eventsOf({ id }: Target): Promise<number> {
  const handle = system.engine.client.workflow.getHandle(workflowIdOf(id));
  return (await handle.describe()).historyLength;
}

async function readsOf({ id }: Target, sinceMs: number): Promise<number> {
  const calls = await system.engine.meta.ledgerOf(id);
  return calls.filter(({ method, at_ms }) => method === 'GET' && at_ms >= sinceMs).length;
}

const answerSchema = z.object({ kept: z.number() });

it(`F32: a storm of ${PER_SECOND} webhooks a second for ${SECONDS} s is answered at once, and costs each number a read in ten seconds`, async () => {
  const first = await signUp({});
  const targets = [first];
  while (targets.length < NUMBERS) targets.push(await signUp({ waba: first.waba }));
  for (const { id } of targets) {
    await system.numberWhen(id, ({ stage }) => stage === 'following-name');
  }
  await sleep(MERGE_MS);
  const before = await Promise.all(targets.map(eventsOf));

  const pool = new Pool(system.url, { connections: 100 });
  const beganAtMs = Date.now();
  const sent = await storm(pool, targets);
  await sleep(MERGE_MS + 2000);
  const ticks = Math.ceil((Date.now() - beganAtMs) / MERGE_MS);

  const tookMs = sent.map((each) => each.tookMs).toSorted((a, b) => a - b);
  expect([...new Set(sent.map(({ status }) => status))].filter((s) => s !== 503)).toEqual([200]);
  expect(tookMs[Math.ceil(tookMs.length * 0.99) - 1]).toBeLessThan(1000);
  for (const [n, target] of targets.entries()) {
    const reads = await readsOf(target, beganAtMs);
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(ticks);
    const grown = (await eventsOf(target)) - (before[n] ?? 0);
    expect(grown).toBeLessThanOrEqual(ticks * EVENTS_PER_WAKE);
  }

  // What was answered with 200 is kept: the same again is nothing new.
  const accepted = sent.filter(({ status }) => status === 200);
  for (const { body } of accepted.filter((_, n) => n % 100 === 0)) {
    expect(answerSchema.parse(JSON.parse((await send(pool, body)).text)).kept).toBe(0);
  }
  await pool.close();

  const { meta } = system.engine;
  for (const { id } of targets) await meta.decideName(id, 'APPROVED');
  for (const { id } of targets) {
    await system.numberWhen(id, ({ outcome }) => outcome === 'ready');
    expect(await meta.registersOf(id)).toHaveLength(1);
  }
}, 300_000);

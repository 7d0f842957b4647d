import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startDrain, type Drain } from '../../src/http/drain.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { createFakeTemporal, phoneNumberId, wabaId, type FakeTemporal } from './edge.ts';

const ACCOUNT = wabaId('102290129340398');
const FIRST = phoneNumberId('1001');
const SECOND = phoneNumberId('1002');
const DAY_MS = 86_400_000;

let folder: string;
let store: Store;
let temporal: FakeTemporal;
let drain: Drain;
let nowMs: number;
let lines: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drain-'));
  nowMs = Date.UTC(2026, 0, 5);
  lines = [];
  temporal = createFakeTemporal();
  store = await openSqliteStore({
    path: join(folder, 'onboarding.db'),
    sealingKeyFile: join(folder, 'key.json'),
    nowMs: () => nowMs,
  });
});

afterEach(async () => {
  await drain.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

function start(): void {
  const write = (_fields: object, message: string): void => void lines.push(message);
  const log = { info: write, warn: write, error: write };
  const { onboardings } = temporal;
  drain = startDrain({ store, onboardings, nowMs: () => nowMs, log });
}

async function signUp(id: PhoneNumberId): Promise<void> {
  await store.signups.accept({
    idempotencyKey: id,
    bodyHash: id,
    phoneNumberId: id,
    wabaId: ACCOUNT,
    displayPhoneNumber: `+1 555 ${id}`,
    token: new Secret('EAAG'),
    deadlineAtMs: nowMs + 14 * DAY_MS,
  });
}

async function hint(digest: string, id?: PhoneNumberId): Promise<void> {
  const digits = id === undefined ? {} : { digits: `1555${id}` };
  await store.inbox.keep([{ digest, wabaId: ACCOUNT, field: 'account_update', ...digits }]);
  drain.wake();
}

async function pinChanged(digest: string, id: PhoneNumberId): Promise<void> {
  await store.inbox.keep([{ digest, wabaId: ACCOUNT, field: 'security', digits: `1555${id}` }]);
  drain.wake();
}

async function end(id: PhoneNumberId, outcome: Outcome): Promise<void> {
  await store.numbers.announce({
    phoneNumberId: id,
    wabaId: ACCOUNT,
    stage: 'done',
    waitingFor: 'nobody',
    deadlineAtMs: nowMs,
    outcome,
    progressJson: '{}',
    events: [],
    announcementKey: id,
  });
}

const undelivered = async (): Promise<number> => (await store.inbox.pending(100)).length;
const unstarted = async (): Promise<number> => (await store.signups.pending(100)).length;

describe('an accepted signup', () => {
  test('is started once, and crossed off', async () => {
    await signUp(FIRST);
    start();
    await expect.poll(unstarted).toBe(0);
    drain.wake();
    expect(temporal.started.map((row) => row.phoneNumberId)).toEqual([FIRST]);
  });

  test('waits while Temporal is down, and is started when it is back', async () => {
    temporal.mood = 'down';
    await signUp(FIRST);
    start();
    await expect.poll(() => lines).toContain('outbox: waits, and tries again');
    expect(await unstarted()).toBe(1);
    temporal.mood = 'up';
    await expect.poll(unstarted, { timeout: 4000 }).toBe(0);
  });

  test('that Temporal refuses holds up no other', async () => {
    await signUp(FIRST);
    await signUp(SECOND);
    const { start: good } = temporal.onboardings;
    temporal.onboardings.start = (row) =>
      row.phoneNumberId === FIRST ? Promise.reject(new Error('refused')) : good(row);
    start();
    await expect.poll(unstarted).toBe(1);
    expect(temporal.started.map((row) => row.phoneNumberId)).toEqual([SECOND]);
  });
});

describe('a hint', () => {
  beforeEach(async () => {
    await signUp(FIRST);
    await signUp(SECOND);
    start();
    await expect.poll(unstarted).toBe(0);
  });

  test('wakes its number at once', async () => {
    const keptAtMs = performance.now();
    await hint('a', FIRST);
    await expect.poll(undelivered, { interval: 10 }).toBe(0);
    expect(performance.now() - keptAtMs).toBeLessThan(500);
    expect(temporal.hinted).toEqual([FIRST]);
  });

  test('of an account wakes its numbers that are not done', async () => {
    await end(SECOND, 'ready');
    await hint('a');
    await expect.poll(undelivered).toBe(0);
    expect(temporal.hinted).toEqual([FIRST]);
  });

  test('in a flood is one signal at once and one after 10 s, not a millisecond before', async () => {
    await hint('a', FIRST);
    await expect.poll(undelivered).toBe(0);
    nowMs += 1;
    for (const digest of ['b', 'c', 'd']) await hint(digest, FIRST);
    nowMs += 9998;
    await hint('e', SECOND);
    // The last one stands for the others.
    await expect.poll(undelivered).toBe(1);
    expect(temporal.hinted).toEqual([FIRST, SECOND]);
    nowMs += 1;
    drain.wake();
    await expect.poll(undelivered).toBe(0);
    expect(temporal.hinted).toEqual([FIRST, SECOND, FIRST]);
  });

  test('at one number is not held up by a flood at another', async () => {
    await hint('a', FIRST);
    await expect.poll(undelivered).toBe(0);
    nowMs += 1;
    const flood = Array.from({ length: 1200 }, (_, n) => ({
      ...{ digest: `flood ${n}`, wabaId: ACCOUNT, field: 'account_update', digits: `1555${FIRST}` },
    }));
    await store.inbox.keep(flood);
    nowMs += 1;
    await hint('z', SECOND);
    await expect.poll(() => temporal.hinted, { timeout: 5000 }).toEqual([FIRST, SECOND]);
  });

  test('for a number we do not know is delivered: its onboarding would begin with a read', async () => {
    await hint('a', phoneNumberId('9'));
    await expect.poll(undelivered).toBe(0);
    expect(temporal.hinted).toEqual([]);
  });

  test('for a run that Temporal does not know is delivered', async () => {
    temporal.onboardings.hint = () => Promise.resolve(false);
    await hint('a', FIRST);
    await expect.poll(undelivered).toBe(0);
  });

  test('waits while Temporal is down', async () => {
    temporal.mood = 'down';
    await hint('a', FIRST);
    await expect.poll(() => lines).toContain('outbox: waits, and tries again');
    expect(await undelivered()).toBe(1);
    temporal.mood = 'up';
    await expect.poll(undelivered, { timeout: 4000 }).toBe(0);
    expect(temporal.hinted).toEqual([FIRST]);
  });

  test('is forgotten after 8 days', async () => {
    await hint('a', FIRST);
    await expect.poll(undelivered).toBe(0);
    nowMs += 8 * DAY_MS + 1;
    drain.wake();
    const again = { digest: 'a', wabaId: ACCOUNT, field: 'account_update' };
    await expect.poll(() => store.inbox.keep([again])).toBe(1);
  });
});

describe('the outbox', () => {
  test('survives a database that does not answer', async () => {
    start();
    await store.close();
    drain.wake();
    await expect.poll(() => lines).toContain('outbox: waits, and tries again');
  });
});

describe('a PIN that somebody changed in WhatsApp Manager', () => {
  test.each([
    ['of a number that runs', undefined],
    ['of a number that is done', 'ready'],
  ] as const)('%s is doubted, and that of no other number', async (_case, outcome) => {
    await signUp(FIRST);
    await signUp(SECOND);
    for (const id of [FIRST, SECOND]) await store.credentials.ensurePin(id);
    if (outcome !== undefined) await end(FIRST, outcome);
    start();
    await pinChanged('a', FIRST);
    await expect.poll(() => store.credentials.isPinStale(FIRST)).toBe(true);
    expect(await store.credentials.isPinStale(SECOND)).toBe(false);
  });

  test('is not doubted where there is none of ours', async () => {
    await signUp(FIRST);
    start();
    await pinChanged('a', FIRST);
    await expect.poll(() => store.inbox.pending(1)).toEqual([]);
    expect(await store.credentials.isPinStale(FIRST)).toBe(false);
  });
});

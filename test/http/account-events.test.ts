import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { startDrain, type Drain } from '../../src/http/drain.ts';
import type { HintRow } from '../../src/store/hints.ts';
import { newSignup } from '../store/builders.ts';
import { openEdge, phoneNumberId, sign, wabaId, type Edge } from './edge.ts';

const WABA = wabaId('102290129340398');
const RUNS = phoneNumberId('1001');
const DONE = phoneNumberId('1002');
const TIME_S = 1_739_321_024;
const DAY_S = 86_400;

let edge: Edge;
let drain: Drain | undefined;
beforeEach(async () => {
  edge = await openEdge();
  for (const id of [RUNS, DONE]) {
    const who = { wabaId: WABA, phoneNumberId: id, displayPhoneNumber: `+1 555 ${id}` };
    await edge.store.signups.accept(newSignup({ ...who, idempotencyKey: id }));
  }
  await edge.store.numbers.announce({
    ...{ phoneNumberId: DONE, wabaId: WABA, stage: 'done', waitingFor: 'nobody' },
    ...{ deadlineAtMs: 0, outcome: 'ready', progressJson: '{}', events: [] },
    announcementKey: 'end',
  });
});
afterEach(async () => {
  await drain?.stop();
  drain = undefined;
  await edge.close();
});

async function send(field: string, value: object, time: unknown = TIME_S): Promise<unknown> {
  const entry = [{ id: WABA, time, changes: [{ field, value }] }];
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry });
  const headers = { 'x-hub-signature-256': sign(body) };
  const answer = await edge.call('/v1/webhooks/meta', { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}

const kept = async (): Promise<readonly HintRow[]> => edge.store.inbox.pending(100);

async function drained(): Promise<void> {
  const { store, temporal } = edge;
  const quiet = (): void => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  const { onboardings } = temporal;
  drain ??= startDrain({ store, onboardings, nowMs: Date.now, log });
  drain.wake();
  await expect.poll(kept).toEqual([]);
}

async function toldOf(id: PhoneNumberId): Promise<readonly string[]> {
  const events = await edge.store.numbers.eventsOf(id);
  return events.filter(({ kind }) => kind === 'told-by-meta').map(({ text }) => text);
}

describe('an event of an account', () => {
  const ban = (waba_ban_state: unknown) => ({
    event: 'DISABLED_UPDATE',
    ban_info: { waba_ban_state, waba_ban_date: 'April 17, 2025' },
  });
  const until = (restriction_type: unknown, expiration: unknown) => ({
    event: 'ACCOUNT_RESTRICTION',
    restriction_info: [{ restriction_type, expiration }],
  });
  const END_S = TIME_S + DAY_S;

  test.each([
    ['account_review_update', { decision: 'PENDING' }, { event: 'PENDING' }],
    ['account_review_update', { decision: 'A_NEW_ONE' }, { event: 'A_NEW_ONE' }],
    ['account_update', { event: 'PARTNER_REMOVED' }, { event: 'PARTNER_REMOVED' }],
    ['account_update', ban('DISABLE'), { event: 'DISABLE' }],
    ['account_update', ban('REINSTATE'), { event: 'REINSTATE' }],
    ['account_update', ban(7), { event: 'DISABLED_UPDATE' }],
    [
      'account_update',
      until('RESTRICTED_ADD_PHONE_NUMBER_ACTION', END_S),
      { event: 'ACCOUNT_RESTRICTION', untilMs: END_S * 1000 },
    ],
    [
      'account_update',
      until('RESTRICTED_ADD_PHONE_NUMBER_ACTION', String(END_S)),
      { event: 'ACCOUNT_RESTRICTION', untilMs: END_S * 1000 },
    ],
    [
      'account_update',
      until('RESTRICTED_BIZ_INITIATED_MESSAGING', END_S),
      { event: 'ACCOUNT_RESTRICTION' },
    ],
    [
      'account_update',
      until('RESTRICTED_ADD_PHONE_NUMBER_ACTION', 'soon'),
      { event: 'ACCOUNT_RESTRICTION' },
    ],
  ])('%s %o is kept as its word', async (field, value, known) => {
    expect(await send(field, value)).toEqual({ kept: 1, ignored: 0 });
    const [event, ...others] = await edge.store.inbox.accountEventsOf(WABA);
    expect(others).toEqual([]);
    const receivedAtMs = event?.receivedAtMs;
    expect(event).toEqual({ field, ...known, toldAtMs: TIME_S * 1000, receivedAtMs });
  });

  test.each([
    ['account_update', { event: 'no word of Meta' }],
    ['account_update', { event: ['DISABLED_UPDATE'] }],
    ['account_review_update', { decision: null }],
  ])('%s %o without a word of its own is a hint, and no more', async (field, value) => {
    expect(await send(field, value)).toEqual({ kept: 1, ignored: 0 });
    expect(await edge.store.inbox.accountEventsOf(WABA)).toEqual([]);
    await drained();
    expect(edge.temporal.hinted).toEqual([RUNS]);
  });

  test.each([
    ...['AD_ACCOUNT_LINKED', 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE'],
    ...['BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', 'MM_LITE_TERMS_SIGNED'],
    ...['PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE', 'VOLUME_BASED_PRICING_TIER_UPDATE'],
  ])('%s is counted and wakes nobody', async (event) => {
    expect(await send('account_update', { event })).toEqual({ kept: 0, ignored: 1 });
    expect(await kept()).toEqual([]);
  });

  test.each([
    ['business_capability_update', { max_phone_numbers_per_business: 20 }],
    ['account_update', { event: 'PARTNER_ADDED' }],
    ['account_update', { event: 'ACCOUNT_RECONNECTED' }],
  ])('%s %o wakes only who waits for a person', async (field, value) => {
    const waits = phoneNumberId('1003');
    const who = { wabaId: WABA, phoneNumberId: waits, displayPhoneNumber: '+1 555 1003' };
    await edge.store.signups.accept(newSignup({ ...who, idempotencyKey: waits }));
    await edge.store.numbers.announce({
      ...{ phoneNumberId: waits, wabaId: WABA, stage: 'registering', waitingFor: 'operator' },
      ...{ deadlineAtMs: 0, progressJson: '{}', events: [], announcementKey: 'waits' },
    });
    await send(field, value);
    await drained();
    expect(edge.temporal.hinted).toEqual([waits]);
    // It stands for no hint that all are to hear.
    await send('account_update', { event: 'A_NEW_EVENT' });
    await send(field, value, TIME_S + 1);
    await expect.poll(() => edge.temporal.hinted).toContain(RUNS);
  });

  test('without a readable time was told when it came', async () => {
    await send('account_review_update', { decision: 'PENDING' }, 'yesterday');
    const [event] = await edge.store.inbox.accountEventsOf(WABA);
    expect(event?.toldAtMs).toBe(event?.receivedAtMs);
  });
});

describe('a number that is done', () => {
  test.each([
    ['account_update', { event: 'PARTNER_REMOVED' }, 'PARTNER_REMOVED'],
    ['account_update', { event: 'ACCOUNT_OFFBOARDED' }, 'ACCOUNT_OFFBOARDED'],
    ['account_review_update', { decision: 'REJECTED' }, 'REJECTED'],
    ['security', { event: 'PIN_CHANGED', display_phone_number: '15551002' }, 'PIN_CHANGED'],
  ])('shows %s %o once in its history, and nothing is done', async (field, value, word) => {
    await send(field, value);
    await drained();
    await send(field, value);
    await drained();
    expect(await toldOf(DONE)).toEqual([expect.stringContaining(`webhook ${word}: `)]);
    expect(await toldOf(RUNS)).toEqual([]);
    expect(edge.temporal.hinted).not.toContain(DONE);
    expect((await edge.store.numbers.byId(DONE))?.outcome).toBe('ready');
  });

  test.each([
    ['account_update', { event: 'PARTNER_ADDED' }],
    ['account_update', { event: 'A_NEW_EVENT' }],
    ['account_review_update', { decision: 'APPROVED' }],
    // Of which number, it does not say.
    ['security', { event: 'PIN_CHANGED' }],
    ['security', { event: 'PIN_CHANGED', display_phone_number: '15551001' }],
  ])('shows nothing of %s %o', async (field, value) => {
    await send(field, value);
    await drained();
    expect(await toldOf(DONE)).toEqual([]);
  });
});

describe('a PIN', () => {
  test.each([
    ['PIN_CHANGED', true],
    ['A_NEW_EVENT', true],
    ['PIN_RESET_REQUEST', false],
    ['PIN_REQUEST_SUCCESS', false],
  ])('after %s is doubted: %s', async (event, isStale) => {
    await edge.store.credentials.ensurePin(DONE);
    await send('security', { event, display_phone_number: '15551002' });
    await drained();
    expect(await edge.store.credentials.isPinStale(DONE)).toBe(isStale);
  });
});

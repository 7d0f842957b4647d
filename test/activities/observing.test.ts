import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObserveNumber } from '../../src/contract/activities.ts';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { wabaId } from '../store/builders.ts';
import { createRig, environment, failureOf, PATIENT_MS, run, type Rig } from './rig.ts';

const SECOND_MS = 1000;
/** Registered already; only the name is waited for. */
const IN_REVIEW = { scenario: 'already_connected', number: { name_status: 'PENDING_REVIEW' } };

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(async () => {
  await rig.close();
});

function looking(input: OnboardingInput, changes: Partial<ObserveNumber> = {}): ObserveNumber {
  const { phoneNumberId, wabaId } = input;
  return {
    ...{ phoneNumberId, wabaId },
    goal: 'name-decided',
    sinceMs: rig.clock.nowMs,
    pace: 'poll',
    timing: DEFAULT_TIMING,
    notBeforeMs: 0,
    urgencyMs: 0,
    ...changes,
  };
}

const observe = (args: ObserveNumber, attempt = 1) =>
  run(rig.activities().observeNumber, args, { attempt });

const readsOf = async ({ phoneNumberId }: OnboardingInput): Promise<number> =>
  (await rig.meta.ledgerOf(phoneNumberId)).length;

describe('a number that is read', () => {
  it('answers with the facts, and with nothing else, once its goal is reached', async () => {
    const input = await rig.signUp({ scenario: 'review_forever' });
    const facts = await observe(looking(input, { goal: 'ownership-settled' }));
    expect(facts).toEqual({
      readAtMs: rig.clock.nowMs,
      codeVerificationStatus: 'VERIFIED',
      status: 'PENDING',
      platformType: 'NOT_APPLICABLE',
      throughputLevel: 'NOT_APPLICABLE',
      nameStatus: 'PENDING_REVIEW',
      canSendMessage: 'BLOCKED',
      isOnBizApp: false,
      isPreverified: false,
      // Meta tells it to the second.
      lastOnboardedAtMs: Math.floor(rig.clock.nowMs / 1000) * 1000,
    });
  });

  it('is not yet there: a benign failure that tells what was seen', async () => {
    const input = await rig.signUp(IN_REVIEW);
    const failure = await failureOf(observe(looking(input)));
    expect(failure).toMatchObject({
      type: 'StillWaiting',
      isBenign: true,
      nonRetryable: false,
      message:
        'Not yet: code_verification_status VERIFIED, status CONNECTED, name_status PENDING_REVIEW',
      details: [],
    });
  });

  const { proofMs, pollMs, slowPollMs } = DEFAULT_TIMING;
  const poll = { pace: 'poll' } as const;
  const proof = { pace: 'proof' } as const;
  const hour = { ...poll, giveUpAfterMs: HOUR_MS };
  it.each([
    ['every 6 hours at first', poll, [0, pollMs]],
    ['every 6 hours 1 ms before 14 days', poll, [14 * DAY_MS - 1, pollMs]],
    ['every day from 14 days on', poll, [14 * DAY_MS, slowPollMs]],
    ['every minute while a registration is looked for', proof, [0, proofMs]],
    ['every minute 1 ms before five of them', proof, [5 * MINUTE_MS - 1, proofMs]],
    ['every five minutes after five reads', proof, [5 * MINUTE_MS, 5 * proofMs]],
    ['when the wait ends, if that comes first', hour, [50 * MINUTE_MS, 10 * MINUTE_MS]],
    ['after 1 ms, if 1 ms is left', hour, [HOUR_MS - 1, 1]],
  ] as const)('is read again %s', async (_title, changes, [waitedMs, expectedMs]) => {
    const input = await rig.signUp(IN_REVIEW);
    const sinceMs = rig.clock.nowMs - waitedMs;
    const failure = await failureOf(observe(looking(input, { ...changes, sinceMs })));
    expect(failure).toMatchObject({ type: 'StillWaiting', retryDelayMs: expectedMs });
  });

  it('is read again after 1 ms at a pace of 0: a delay of 0 would end the wait', async () => {
    const input = await rig.signUp(IN_REVIEW);
    const timing = { ...DEFAULT_TIMING, pollMs: 0 };
    const failure = await failureOf(observe(looking(input, { timing })));
    expect(failure).toMatchObject({ type: 'StillWaiting', retryDelayMs: 1 });
  });

  it('is given up with the last read when the time is over', async () => {
    const input = await rig.signUp(IN_REVIEW);
    const over = { giveUpAfterMs: HOUR_MS, sinceMs: rig.clock.nowMs - HOUR_MS };
    expect(await observe(looking(input, over))).toMatchObject({ nameStatus: 'PENDING_REVIEW' });
  });

  it('is never given up on an unclear registration', async () => {
    const input = await rig.signUp();
    await rig.armFault(input.phoneNumberId, { kind: 'new_enum', field: 'status', value: 'ODD' });
    const over = { giveUpAfterMs: HOUR_MS, sinceMs: rig.clock.nowMs - HOUR_MS };
    const looked = observe(looking(input, { goal: 'registered', pace: 'proof', ...over }));
    expect(await failureOf(looked)).toMatchObject({
      type: 'StillWaiting',
      message: 'Not yet: code_verification_status VERIFIED, status ODD, name_status PENDING_REVIEW',
      retryDelayMs: 5 * proofMs,
    });
  });

  it.each([
    ['1 ms before it may be read', 1, 0],
    ['at the instant', 0, 1],
    ['1 ms after it', -1, 1],
  ])('%s costs %i ms and %i calls', async (_title, earlyMs, calls) => {
    const input = await rig.signUp();
    const before = await readsOf(input);
    const notBeforeMs = rig.clock.nowMs + earlyMs;
    const looked = observe(looking(input, { goal: 'any-answer', notBeforeMs }));
    if (calls === 0) {
      expect(await failureOf(looked)).toMatchObject({ type: 'StillWaiting', retryDelayMs: 1 });
    } else {
      await looked;
    }
    expect((await readsOf(input)) - before).toBe(calls);
  });
});

describe('a certificate', () => {
  it('is sealed on sight, also while the goal is another one, and only its hash travels', async () => {
    const input = await rig.signUp({ scenario: 'already_connected' });
    const facts = await observe(looking(input, { goal: 'certificate-shown' }));

    const certificate = await rig.store.credentials.certificateOf(input.phoneNumberId);
    const text = certificate?.reveal() ?? '';
    expect(text.length).toBeGreaterThan(20);
    expect(facts.certificateSha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect(JSON.stringify(facts)).not.toContain(text);
  });

  it('that is on a read which answers "not yet" is sealed before the failure leaves', async () => {
    const input = await rig.signUp({ scenario: 'already_connected' });
    await rig.armFault(input.phoneNumberId, { kind: 'new_enum', field: 'status', value: 'ODD' });
    const failure = await failureOf(observe(looking(input, { goal: 'registered' })));
    expect(failure.type).toBe('StillWaiting');
    const certificate = await rig.store.credentials.certificateOf(input.phoneNumberId);
    expect(failure.wire).not.toContain(certificate?.reveal() ?? 'no certificate was sealed');
    expect(certificate).toBeDefined();
  });
});

describe('a read that Meta refuses', () => {
  const throttled = (minutes?: number) => ({
    kind: 'throttle',
    ...(minutes === undefined ? {} : { minutes }),
  });
  const final = (cause: string, code: number) => ({
    type: 'Refused',
    nonRetryable: true,
    retryDelayMs: undefined,
    details: [expect.objectContaining({ cause, code })],
  });
  const pause = (cause: string, retryDelayMs: number) => ({
    type: 'MetaUnavailable',
    nonRetryable: false,
    retryDelayMs,
    details: [expect.objectContaining({ cause })],
  });

  it.each([
    ['190', { kind: 'error', http: 401, code: 190 }, final('token_invalid', 190)],
    ['10', { kind: 'error', http: 403, code: 10 }, final('permission_lost', 10)],
    ['299', { kind: 'error', http: 403, code: 299 }, final('permission_lost', 299)],
    // The account itself can be read, so it is the number.
    ['100/33', { kind: 'error', code: 100, subcode: 33 }, final('number_gone', 100)],
    ['33', { kind: 'error', code: 33 }, final('number_gone', 33)],
    ['368', { kind: 'error', http: 403, code: 368 }, final('account_locked', 368)],
    ['987654', { kind: 'error', code: 987_654 }, final('unknown_refusal', 987_654)],
    ['131057', { kind: 'error', code: 131_057 }, pause('maintenance', 5 * MINUTE_MS)],
    ['80007 told nothing', throttled(), pause('throttled', MINUTE_MS)],
    ['80007 told 0 minutes', throttled(0), pause('throttled', MINUTE_MS)],
    ['80007 told 0.1 minutes', throttled(0.1), pause('throttled', 30 * SECOND_MS)],
    ['80007 told 19 minutes', throttled(19), pause('throttled', 19 * MINUTE_MS)],
    ['80007 told 360 minutes', throttled(360), pause('throttled', 6 * HOUR_MS)],
    ['80007 told 361 minutes', throttled(361), pause('throttled', 6 * HOUR_MS)],
    ['80007 told a million minutes', throttled(1e6), pause('throttled', 6 * HOUR_MS)],
    ['HTTP 500', { kind: 'error', http: 500, code: 131_000 }, pause('meta_down', 30 * SECOND_MS)],
    ['HTTP 500 and 190', { kind: 'error', http: 500, code: 190 }, pause('meta_down', 30_000)],
    ['HTML', { kind: 'html', http: 503 }, pause('meta_down', 30 * SECOND_MS)],
    ['HTML as 200', { kind: 'html', http: 200 }, pause('meta_down', 30 * SECOND_MS)],
    ['cut JSON', { kind: 'truncated' }, pause('meta_down', 30 * SECOND_MS)],
    ['nothing', { kind: 'empty' }, pause('meta_down', 30 * SECOND_MS)],
    ['a reset', { kind: 'drop_before' }, pause('meta_down', 30 * SECOND_MS)],
    ['silence', { kind: 'hang', ms: 5000 }, pause('meta_down', 30 * SECOND_MS)],
    [
      'a form we do not know',
      { kind: 'omit_field', field: 'id' },
      pause('meta_down', 30 * SECOND_MS),
    ],
  ])('F12 F13 F17 F18 F22: with %s', async (_title, fault, expected) => {
    const input = await rig.signUp();
    await rig.armFault(input.phoneNumberId, fault);
    const failure = await failureOf(observe(looking(input, { goal: 'any-answer' })));
    expect(failure).toMatchObject({ isBenign: false, ...expected });
  });

  it('F12: is asked again after 30 s, then twice as long each time, 15 minutes at most', async () => {
    const input = await rig.signUp();
    const { observeNumber } = rig.activities({ graph: rig.unreachable });
    const delays: unknown[] = [];
    for (const attempt of [1, 2, 3, 4, 5, 6, 7, 1000]) {
      const failure = await failureOf(run(observeNumber, looking(input), { attempt }));
      expect(failure).toMatchObject({ type: 'MetaUnavailable', details: [{ cause: 'meta_down' }] });
      delays.push(failure.retryDelayMs);
    }
    const expectedS = [30, 60, 120, 240, 480, 900, 900, 900];
    expect(delays).toEqual(expectedS.map((seconds) => seconds * SECOND_MS));
  });

  it('asks for a person at once, without a call, when there is no token', async () => {
    const input = await rig.signUp();
    const before = await readsOf(input);
    const failure = await failureOf(observe(looking({ ...input, wabaId: wabaId('1') })));
    expect(failure).toMatchObject({
      type: 'Refused',
      nonRetryable: true,
      details: [{ cause: 'token_invalid' }],
    });
    expect(await readsOf(input)).toBe(before);
  });
});

describe('a read that is not about Meta', () => {
  it('F40: waits for the store when that cannot answer, and calls nobody', async () => {
    const input = await rig.signUp();
    const before = await readsOf(input);
    const { observeNumber } = rig.activities({ store: rig.closedStore });
    expect(await failureOf(run(observeNumber, looking(input)))).toMatchObject({
      type: 'StoreUnavailable',
      nonRetryable: false,
      retryDelayMs: undefined,
    });
    expect(await readsOf(input)).toBe(before);
  });

  it('is cut short when the activity is cancelled, which says nothing about Meta', async () => {
    const input = await rig.signUp();
    await rig.armFault(input.phoneNumberId, { kind: 'hang', ms: 5000 });
    const { observeNumber } = rig.activities({ graph: rig.patient });
    const cancelled = environment();
    const beganMs = performance.now();
    const before = await readsOf(input);
    const running = cancelled.run(observeNumber, looking(input));
    await Promise.race([running, readAfter(input, before)]);
    cancelled.cancel('WORKER_SHUTDOWN');
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
    expect(performance.now() - beganMs).toBeLessThan(PATIENT_MS / 2);
  });
});

/** Resolves once Meta has another request in hand. */
async function readAfter(input: OnboardingInput, before: number): Promise<void> {
  while ((await readsOf(input)) === before) await sleep(5);
}

describe('what a read tells Temporal', () => {
  it.each([
    ['in facts', () => ({ kind: 'extra_keys' })],
    [
      'in a refusal that repeats the token',
      (title: string) => ({ kind: 'error', http: 401, code: 190, title }),
    ],
    [
      'in a refusal that repeats it in its details',
      (details: string) => ({ kind: 'error', code: 100, details }),
    ],
    ['in a broken answer', () => ({ kind: 'truncated' })],
  ])('holds no token, certificate or phone number, %s', async (_title, faultThatSays) => {
    const displayPhoneNumber = '+1 631-555-5555';
    const input = await rig.signUp({ scenario: 'already_connected', displayPhoneNumber });
    const token = (await rig.store.credentials.tokenOf(input.wabaId))?.reveal() ?? '';
    const text = `Malformed access token ${token} of ${displayPhoneNumber}`;
    await rig.armFault(input.phoneNumberId, faultThatSays(text));
    const look = observe(looking(input, { goal: 'any-answer' }));
    const told = await look.then(JSON.stringify, async () => (await failureOf(look)).wire);
    expect(told.length).toBeGreaterThan(100);

    await observe(looking(input, { goal: 'certificate-shown' }));
    const certificate = await rig.store.credentials.certificateOf(input.phoneNumberId);
    for (const secret of [token, certificate?.reveal(), displayPhoneNumber, '16315555555'])
      expect(told).not.toContain(secret ?? 'no secret at all');
  });
});

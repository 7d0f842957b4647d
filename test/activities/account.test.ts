import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObserveNumber } from '../../src/contract/activities.ts';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { DAY_MS, MINUTE_MS } from '../support/spans.ts';
import { createRig, failureOf, run, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(async () => {
  await rig.close();
});

function looking({ phoneNumberId, wabaId }: OnboardingInput): ObserveNumber {
  const goal = 'any-answer';
  const timing = DEFAULT_TIMING;
  const now = { sinceMs: rig.clock.nowMs, notBeforeMs: 0, urgencyMs: 0 };
  return { phoneNumberId, wabaId, goal, pace: 'poll', timing, ...now };
}

const observe = (input: OnboardingInput, changes: Partial<ObserveNumber> = {}) =>
  run(rig.activities().observeNumber, { ...looking(input), ...changes });

let webhooks = 0;

async function tell({ wabaId }: OnboardingInput, field: string, event: string): Promise<void> {
  rig.clock.nowMs += 1;
  webhooks += 1;
  await rig.store.inbox.keep([{ digest: `told ${webhooks}`, wabaId, field, event }]);
  rig.clock.nowMs += 1;
}

/** Only the review itself changes at Meta: what the webhook says is up to the test. */
async function review({ wabaId }: OnboardingInput, account_review_status: string): Promise<void> {
  await rig.meta.patch(`/wabas/${wabaId}`, { account_review_status });
}

async function accountReads({ wabaId }: OnboardingInput): Promise<number> {
  const entries = await rig.meta.ledger();
  return entries.filter(({ path }) => path.endsWith(`/${wabaId}`)).length;
}

const causeOf = async (running: Promise<unknown>): Promise<unknown> =>
  (await failureOf(running)).details[0];

describe('a number whose account a webhook doubts', () => {
  it('costs no read of the account before that', async () => {
    const input = await rig.signUp();
    await observe(input);
    expect(await accountReads(input)).toBe(0);
  });

  it.each([
    ['PENDING', 'waba_in_review'],
    ['DEFERRED', 'waba_in_review'],
    ['REJECTED', 'waba_rejected'],
  ])('is kept back by a review that a read shows as %s', async (status, cause) => {
    const input = await rig.signUp();
    await review(input, status);
    await tell(input, 'account_review_update', status);
    expect(await causeOf(observe(input))).toEqual({ cause });
    expect(await accountReads(input)).toBe(1);
  });

  it.each([
    ['APPROVED', 'REJECTED'],
    ['APPROVED', 'A_NEW_DECISION'],
    ['A_NEW_STATUS', 'PENDING'],
    ['RESTRICTED', 'PENDING'],
  ])('goes on where the read says %s, whatever the webhook said (%s)', async (status, decision) => {
    const input = await rig.signUp();
    await review(input, status);
    await tell(input, 'account_review_update', decision);
    expect(await observe(input)).toMatchObject({ status: 'PENDING' });
    await observe(input);
    expect(await accountReads(input)).toBe(1);
  });

  it('asks again about an open review, once a minute at most for all numbers', async () => {
    const input = await rig.signUp();
    await review(input, 'PENDING');
    await tell(input, 'account_review_update', 'PENDING');
    await failureOf(observe(input));
    await failureOf(observe(input));
    expect(await accountReads(input)).toBe(1);
    await review(input, 'APPROVED');
    rig.clock.nowMs += MINUTE_MS;
    await observe(input);
    await observe(input);
    expect(await accountReads(input)).toBe(2);
  });

  it('shares one read with all numbers that look at once', async () => {
    const input = await rig.signUp();
    await review(input, 'PENDING');
    await tell(input, 'account_review_update', 'PENDING');
    const { observeNumber } = rig.activities();
    const looks = Array.from({ length: 5 }, () => failureOf(run(observeNumber, looking(input))));
    await Promise.all(looks);
    expect(await accountReads(input)).toBe(1);
  });

  it('goes on where the token may not see the account itself', async () => {
    const input = await rig.signUp();
    await tell(input, 'account_review_update', 'PENDING');
    const match = { path: `/${input.wabaId}` };
    await rig.meta.post('/faults', { match, kind: 'error', code: 10, http: 403 });
    expect(await observe(input)).toMatchObject({ status: 'PENDING' });
  });

  it('is read alone at the deadline', async () => {
    const input = await rig.signUp();
    await review(input, 'REJECTED');
    await tell(input, 'account_review_update', 'REJECTED');
    await observe(input, { isLastRead: true });
    expect(await accountReads(input)).toBe(0);
  });
});

describe('a number whose account Meta locks', () => {
  const lock = async ({ wabaId }: OnboardingInput, ban_state: string): Promise<void> => {
    await rig.meta.patch(`/wabas/${wabaId}`, { ban_state });
  };

  it('is kept back once its own health agrees with the webhook', async () => {
    const input = await rig.signUp({ scenario: 'already_connected' });
    await tell(input, 'account_update', 'DISABLE');
    await observe(input);
    await lock(input, 'DISABLE');
    expect(await causeOf(observe(input))).toEqual({ cause: 'account_locked' });
  });

  it('is not kept back by its health alone, which has other reasons too', async () => {
    const input = await rig.signUp({ scenario: 'already_connected' });
    await lock(input, 'DISABLE');
    expect(await observe(input)).toMatchObject({ canSendMessage: 'BLOCKED' });
  });

  it('hears of its reinstatement once: told since the wait began, and with a health that agrees', async () => {
    const input = await rig.signUp();
    const goal = 'registered-or-reinstated';
    await lock(input, 'DISABLE');
    await tell(input, 'account_update', 'DISABLE');
    const sinceMs = rig.clock.nowMs;
    await tell(input, 'account_update', 'REINSTATE');
    expect((await failureOf(observe(input, { goal, sinceMs }))).type).toBe('StillWaiting');
    await lock(input, 'REINSTATE');
    expect(await observe(input, { goal, sinceMs })).toMatchObject({ isReinstated: true });
    rig.clock.nowMs += DAY_MS;
    const later = { goal, sinceMs: rig.clock.nowMs } as const;
    expect((await failureOf(observe(input, later))).type).toBe('StillWaiting');
  });
});

describe('a number that is not there any more', () => {
  const gone = async (input: OnboardingInput, path: string): Promise<void> => {
    const error = { kind: 'error', code: 100, subcode: 33, http: 400 };
    await rig.meta.post('/faults', { match: { path }, ...error });
    await tell(input, 'account_update', 'ACCOUNT_DELETED');
  };

  it('went with its account, if Meta told so and the account is gone as well', async () => {
    const input = await rig.signUp();
    await gone(input, `/${input.phoneNumberId}`);
    await gone(input, `/${input.wabaId}`);
    expect(await causeOf(observe(input))).toMatchObject({ cause: 'waba_rejected' });
  });

  it('is gone alone, whatever Meta told, while its account can be read', async () => {
    const input = await rig.signUp();
    await gone(input, `/${input.phoneNumberId}`);
    expect(await causeOf(observe(input))).toMatchObject({ cause: 'number_gone' });
  });
});

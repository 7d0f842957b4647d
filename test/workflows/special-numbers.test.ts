import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const APPROVED = { name_status: 'APPROVED' };

async function registerCodesOf(phoneNumberId: string): Promise<(number | 'ok')[]> {
  return (await world.meta.registersOf(phoneNumberId)).map(({ code }) => code ?? 'ok');
}

describe('a number that comes to its end by itself', () => {
  it.each([
    ['a test number of Meta, which is connected from the start', { scenario: 'test_number' }, []],
    ['a claimed pre-verified number', { scenario: 'preverified_claimed' }, ['ok']],
    [
      'one that was removed elsewhere just now, five minutes later',
      { scenario: 'recently_deleted', number: APPROVED },
      [133015, 'ok'],
    ],
    [
      'one whose account is only a trial',
      { number: { ...APPROVED, account_mode: 'SANDBOX' } },
      ['ok'],
    ],
  ])('is %s', async (_case, order, codes) => {
    const input = await world.signUp(order);
    const result = await world.play(async () => (await world.start(input)).result());
    expect(result.outcome).toBe('ready');
    expect(await registerCodesOf(input.phoneNumberId)).toEqual(codes);
  });
});

describe('a number that needs a person', () => {
  it.each([
    [
      'to prove its ownership once more',
      { scenario: 'ownership_again', number: APPROVED },
      { for: 'operator', refusal: { cause: 'ownership_not_confirmed' } },
      { ownership_again: false },
      [100, 'ok'],
    ],
    [
      'to switch two-step verification off at the provider before',
      { scenario: 'old_two_step', number: APPROVED },
      { for: 'operator', refusal: { cause: 'old_two_step' } },
      { old_two_step: false },
      [100, 'ok'],
    ],
    [
      'to have the ban of its account lifted',
      { scenario: 'waba_disabled', number: APPROVED },
      { for: 'operator', refusal: { cause: 'account_locked', code: 131031 } },
      { waba_ban_state: 'REINSTATE' },
      [131031, 'ok'],
    ],
    [
      'to send a code to it, the proof of a pre-verified one having lapsed',
      { scenario: 'preverified_lapsed', number: APPROVED },
      { for: 'operator', refusal: { cause: 'preverified_lapsed' } },
      { otp_verified_at: 'now' },
      ['ok'],
    ],
    [
      'to move it here from On-Premises',
      { number: { ...APPROVED, on_premise: true, status: 'CONNECTED' } },
      { for: 'operator', refusal: { cause: 'migration_needed' } },
      { on_premise: false, status: null },
      ['ok'],
    ],
  ])('waits for one %s, and goes on', async (...[, order, waiting, settings, codes]) => {
    const input = await world.signUp(order);
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({ waiting });
      const now = 'otp_verified_at' in settings ? { otp_verified_at: world.nowMs() } : {};
      await world.meta.patch(`/numbers/${phoneNumberId}`, { ...settings, ...now });
      await handle.signal('retry', { actor: 'Ada' });
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await registerCodesOf(phoneNumberId)).toEqual(codes);
  });

  it('is not registered again by itself when another partner took it off', async () => {
    const input = await world.signUp({ scenario: 'deregistered_by_other' });
    const { phoneNumberId } = input;
    await world.meta.patch(`/numbers/${phoneNumberId}`, {
      name_status: 'PENDING_REVIEW',
      review: { decision: 'APPROVED', after_ms: 4 * DAY_MS },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(3 * DAY_MS);
      expect(await world.progressOf(phoneNumberId)).toMatchObject({
        stage: 'registering',
        waiting: { for: 'operator', refusal: { cause: 'deregistered_elsewhere' } },
      });
      expect(await registerCodesOf(phoneNumberId)).toEqual(['ok']);
      await handle.signal('retry', { actor: 'Ada' });
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await registerCodesOf(phoneNumberId)).toEqual(['ok', 'ok']);
  });
});

describe('a number that Meta says is on the WhatsApp Business app only when it refuses to register it', () => {
  it('has its name followed and ends as not applicable, whatever later reads show', async () => {
    const input = await world.signUp({
      number: {
        name_status: 'PENDING_REVIEW',
        review: { decision: 'APPROVED', after_ms: 3 * DAY_MS },
      },
    });
    const { phoneNumberId } = input;
    await world.meta.post('/faults', {
      match: { path: '/register$', number: phoneNumberId, times: 1 },
      ...{ kind: 'error', http: 400, code: 100 },
      title: 'Register endpoint is not available for SMB businesses',
    });
    const result = await world.play(async () => (await world.start(input)).result());
    expect(result.outcome).toBe('not-applicable');
    expect(await registerCodesOf(phoneNumberId)).toEqual([100]);
    const kinds = (await world.store.numbers.eventsOf(phoneNumberId)).map(({ kind }) => kind);
    expect(kinds).toContain('not-applicable');
    expect(kinds).not.toContain('registered');
  });
});

describe('F22: a refusal of a register request', () => {
  it.each([
    [{ code: 133006 }, { for: 'operator', refusal: { cause: 'not_verified' } }, undefined],
    [{ code: 133008 }, { for: 'time', refusal: { cause: 'pin_locked' } }, 12 * HOUR_MS],
    [{ code: 133009 }, { for: 'time', refusal: { cause: 'pin_locked' } }, HOUR_MS],
    [{ code: 133015 }, { for: 'time', refusal: { cause: 'recently_deleted' } }, 5 * MINUTE_MS],
    [{ code: 133016 }, { for: 'time', refusal: { cause: 'attempts_locked' } }, 72 * HOUR_MS],
    [{ code: 131031 }, { for: 'operator', refusal: { cause: 'account_locked' } }, undefined],
    [{ code: 190, http: 401 }, { for: 'operator', refusal: { cause: 'token_invalid' } }, undefined],
    [
      { code: 10, http: 403 },
      { for: 'operator', refusal: { cause: 'permission_lost' } },
      undefined,
    ],
    [
      { code: 200, http: 403 },
      { for: 'operator', refusal: { cause: 'permission_lost' } },
      undefined,
    ],
    [{ code: 100 }, { for: 'operator', refusal: { cause: 'bad_request' } }, undefined],
    [{ code: 4711 }, { for: 'operator', refusal: { cause: 'unknown_refusal' } }, undefined],
  ])('%o leads to the right wait, without a loop', async (fault, waiting, waitMs) => {
    const input = await world.signUp({ number: APPROVED });
    const { phoneNumberId } = input;
    await world.meta.post('/faults', {
      match: { path: '/register$', number: phoneNumberId, times: 1 },
      ...{ kind: 'error', http: 400, ...fault },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(MINUTE_MS);
      const progress = await world.progressOf(phoneNumberId);
      expect(progress).toMatchObject({ stage: 'registering', waiting });
      expect(await registerCodesOf(phoneNumberId)).toEqual([fault.code]);
      if (waitMs === undefined) await handle.signal('retry', { actor: 'Ada' });
      expect((await handle.result()).outcome).toBe('ready');
    });
    const [first, second] = await world.meta.registersOf(phoneNumberId);
    const gapMs = (second?.at_ms ?? 0) - (first?.at_ms ?? 0);
    if (waitMs !== undefined) expect(gapMs - waitMs).toBeLessThan(MINUTE_MS);
    expect(gapMs).toBeGreaterThanOrEqual(waitMs ?? 0);
    expect(await registerCodesOf(phoneNumberId)).toEqual([fault.code, 'ok']);
  });
});

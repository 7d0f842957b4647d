import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { providedGround } from '../support/bundle.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const READY = { scenario: 'review_forever', number: { name_status: 'APPROVED' } };

/** What Meta saw of a number, as one word a request. */
async function callsOf(phoneNumberId: string): Promise<string[]> {
  const calls = await world.meta.ledgerOf(phoneNumberId);
  return calls.map(({ path }) => (path.endsWith('/register') ? 'register' : 'read'));
}

async function armFault(phoneNumberId: string, fault: object): Promise<void> {
  const match = { path: 'register', number: phoneNumberId, times: 1 };
  await world.meta.post('/faults', { match, ...fault });
}

describe('a register request whose answer is lost', () => {
  it.each([
    ['F14: after the effect', { kind: 'drop_after' }],
    ['F17: in a time-out after the effect', { kind: 'hang', when: 'after', ms: 2500 }],
    ['F12: as HTTP 500 after the effect', { kind: 'http_500_after' }],
  ])('%s is found by reading, never sent again', async (_case, fault) => {
    const input = await world.signUp(READY);
    await armFault(input.phoneNumberId, fault);
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe('ready');
    expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(1);
    const attempts = await world.store.attempts.of(input.phoneNumberId);
    expect(attempts).toMatchObject([{ n: 1, state: 'ok' }]);
  });

  it.each([
    ['F15: before the effect', { kind: 'drop_before' }],
    ['F18: as HTML', { kind: 'html' }],
    ['F18: as cut JSON', { kind: 'truncated' }],
    ['F18: as success false', { kind: 'success_false' }],
  ])(
    '%s is sent a second time only after reads said no, with the same PIN',
    async (_case, fault) => {
      const input = await world.signUp(READY);
      await armFault(input.phoneNumberId, fault);
      const result = await world.play(async () => (await world.start(input)).result());

      expect(result.outcome).toBe('ready');
      const registers = await world.meta.registersOf(input.phoneNumberId);
      const effective = registers.filter(({ effectApplied }) => effectApplied);
      expect(effective).toHaveLength(1);
      expect(new Set(registers.map(({ pinSha256 }) => pinSha256)).size).toBe(1);
      expect(await neverTwiceWithoutARead(input.phoneNumberId)).toBe(true);
      const [first, second] = registers;
      // 60 s in which the answer may still take effect, then reads for five minutes.
      if (second !== undefined) {
        expect(second.at_ms - (first?.at_ms ?? 0)).toBeGreaterThanOrEqual(6 * MINUTE_MS);
      }
    },
  );

  it('F16: is not sent again while the effect is late by three minutes', async () => {
    const input = await world.signUp(READY);
    await armFault(input.phoneNumberId, { kind: 'effect_late', minutes: 3 });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe('ready');
    expect(await callsOf(input.phoneNumberId)).toEqual(
      expect.arrayContaining(['register', 'read', 'read', 'read', 'read']),
    );
    expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(1);
  });
});

async function neverTwiceWithoutARead(phoneNumberId: string): Promise<boolean> {
  return !(await callsOf(phoneNumberId)).join(' ').includes('register register');
}

describe('a refused registration', () => {
  it('waits for the operator while the number is on a handset, and goes on by a retry', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(DAY_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        stage: 'registering',
        waiting: {
          for: 'operator',
          refusal: { cause: 'number_in_use', code: 100, subcode: 2388001 },
        },
        attemptsLeft: { automatic: 5, operator: 7 },
      });
      expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(1);
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { on_handset: false });
      const progress = await handle.executeUpdate('retryNow', { args: [{ actor: 'Ada' }] });
      expect(progress).toMatchObject({ stage: 'registering' });
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await callsOf(input.phoneNumberId)).not.toContain('register register');
    const events = await world.store.numbers.eventsOf(input.phoneNumberId);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'retried', actor: 'Ada' }));
    expect(await world.store.attempts.of(input.phoneNumberId)).toMatchObject([
      { kind: 'automatic', state: 'refused', cause: 'number_in_use' },
      { kind: 'operator', state: 'ok' },
    ]);
  });

  it('F21: sends nothing for 72 hours once Meta has locked the number, not even for a person', async () => {
    const input = await world.signUp({
      scenario: 'attempts_locked',
      number: { name_status: 'APPROVED' },
    });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'time', refusal: { cause: 'attempts_locked', code: 133016 } },
      });
      const retry = handle.executeUpdate('retryNow', { args: [{ actor: 'Ada' }] });
      await expect(retry).rejects.toHaveProperty('cause.type', 'NotNow');
      await expect(retry).rejects.toHaveProperty('cause.message', expect.stringMatching(/locked/));
      await handle.signal('retry');
      expect((await handle.result()).outcome).toBe('ready');
    });
    const [first, second, ...more] = await world.meta.registersOf(input.phoneNumberId);
    expect(more).toHaveLength(0);
    expect((second?.at_ms ?? 0) - (first?.at_ms ?? 0)).toBeGreaterThanOrEqual(72 * HOUR_MS);
  });

  it('tries again by itself while Meta processes the name, six times in 72 hours and no more', async () => {
    const input = await world.signUp({ scenario: 'name_not_ready_3d' });
    const result = await world.play(async () => (await world.start(input)).result());

    expect(result.outcome).toBe('ready');
    const registers = await world.meta.registersOf(input.phoneNumberId);
    expect(registers.length).toBeLessThanOrEqual(6);
    const gapsH = registers.map(({ at_ms: atMs }) =>
      Math.floor((atMs - input.signedUpAtMs) / HOUR_MS),
    );
    expect(gapsH).toEqual([0, 6, 18, 42, 66, 90]);
  });

  it('keeps two of eight attempts for people, and then waits for the window to move', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      for (let n = 0; n < 9; n += 1) {
        await world.sleep(10 * MINUTE_MS);
        await handle.signal('retry', { actor: 'Ada' });
      }
      await world.sleep(10 * MINUTE_MS);
      expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(8);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'time', refusal: { cause: 'budget_spent' } },
        attemptsLeft: { automatic: 0, operator: 0 },
      });
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { on_handset: false });
      expect((await handle.result()).outcome).toBe('ready');
    });
  });

  it('F23: stops all calls on a revoked token until a person asks again', async () => {
    const input = await world.signUp({ scenario: 'review_forever' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.post('/faults', {
        match: { number: input.phoneNumberId, times: 1 },
        kind: 'error',
        http: 401,
        code: 190,
      });
      await world.sleep(DAY_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        stage: 'following-name',
        waiting: { for: 'operator', refusal: { cause: 'token_invalid', code: 190 } },
      });
      const calls = await callsOf(input.phoneNumberId);
      await world.sleep(5 * DAY_MS);
      expect(await callsOf(input.phoneNumberId)).toHaveLength(calls.length);
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { name_status: 'APPROVED' });
      await handle.signal('retry');
      expect((await handle.result()).outcome).toBe('ready');
    });
  });

  it('ends as abandoned when the number is gone from an account that is still there', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { gone: true });
      await handle.signal('retry');
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'Abandoned' } });
    });
    const row = await world.store.numbers.byId(input.phoneNumberId);
    expect(row).toMatchObject({ outcome: 'abandoned', cause: 'number_gone' });
  });

  it('waits for its access when Meta shows neither the number nor its account any more', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      const notThere = { kind: 'error', http: 400, code: 100, subcode: 33 };
      await world.meta.post('/faults', { match: { method: 'GET', times: 'always' }, ...notThere });
      await handle.signal('retry');
      await world.sleep(HOUR_MS);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
        waiting: { for: 'operator', refusal: { cause: 'permission_lost', code: 100, subcode: 33 } },
      });
    });
  });

  it('ends as abandoned when Meta bans the number', async () => {
    const input = await world.signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { status: 'BANNED' });
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'Abandoned' } });
    });
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      outcome: 'abandoned',
      cause: 'banned',
    });
  });
});

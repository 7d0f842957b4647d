import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnboardingInput } from '../../src/contract/onboarding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../support/spans.ts';
import { providedGround } from '../support/bundle.ts';
import { createWorld, type Handle, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

/** How the run ended: its outcome, or the type of its failure. */
async function endOf(handle: Handle): Promise<string | undefined | null> {
  try {
    return (await handle.result()).outcome;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure) return cause.type;
    throw error;
  }
}

const deadlineOf = ({ signedUpAtMs }: OnboardingInput): number => signedUpAtMs + 14 * DAY_MS;

describe('the deadline', () => {
  it('F27: ends a number nobody verified as SignupExpired, by one last read and no call after it', async () => {
    const input = await world.signUp({ scenario: 'otp_missing' });
    const end = await world.play(async () => endOf(await world.start(input)));

    expect(end).toBe('SignupExpired');
    const calls = await world.meta.ledgerOf(input.phoneNumberId);
    const late = calls.filter(({ at_ms: atMs }) => atMs >= deadlineOf(input));
    expect(late).toMatchObject([{ method: 'GET' }]);
    expect(late[0]?.at_ms).toBeLessThan(deadlineOf(input) + MINUTE_MS);
    expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(0);
    expect(await world.store.numbers.byId(input.phoneNumberId)).toMatchObject({
      stage: 'done',
      outcome: 'signup-expired',
      cause: 'deadline_passed',
      deadlineAtMs: deadlineOf(input),
    });
  });

  // The registration is sent ten minutes before, and Meta shows it only then: the last read alone can see it.
  it.each([
    [-1, 'ready'],
    [0, 'ready'],
    [1, 'SignupExpired'],
  ])('F28: of a registration that shows %i ms after it: %s', async (offsetMs, expected) => {
    const input = await world.signUp({ number: { on_handset: true, name_status: 'APPROVED' } });
    const end = await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(deadlineOf(input) - 10 * MINUTE_MS - world.nowMs());
      await world.meta.patch(`/numbers/${input.phoneNumberId}`, { on_handset: false });
      await world.meta.post('/faults', {
        match: { path: 'register', number: input.phoneNumberId, times: 1 },
        kind: 'effect_late',
        minutes: (deadlineOf(input) + offsetMs - world.nowMs()) / MINUTE_MS,
      });
      await handle.signal('retry', { actor: 'an operator' });
      return await endOf(handle);
    });

    expect(end).toBe(expected);
    expect(await world.meta.registersOf(input.phoneNumberId)).toHaveLength(2);
  });

  it('does not bind a registered number: its name may be reviewed for 60 days', async () => {
    const input = await world.signUp({
      number: {
        name_status: 'PENDING_REVIEW',
        review: { decision: 'APPROVED', after_ms: 60 * DAY_MS },
      },
    });
    const end = await world.play(async () => endOf(await world.start(input)));

    expect(end).toBe('ready');
    const reads = await world.meta.ledgerOf(input.phoneNumberId);
    // Every 6 h for 14 days, then daily.
    expect(reads.length).toBeGreaterThan(56 + 44);
    expect(reads.length).toBeLessThan(56 + 56);
  });

  it('ends the number even while Meta does not answer the last read', async () => {
    const input = await world.signUp({ scenario: 'otp_missing' });
    const end = await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(deadlineOf(input) - HOUR_MS - world.nowMs());
      await world.meta.post('/faults', {
        match: { method: 'GET', number: input.phoneNumberId },
        kind: 'error',
        http: 503,
        code: 2,
      });
      return await endOf(handle);
    });

    expect(end).toBe('SignupExpired');
    const calls = await world.meta.ledgerOf(input.phoneNumberId);
    const latestMs = Math.max(...calls.map(({ at_ms: atMs }) => atMs));
    expect(latestMs).toBeLessThan(deadlineOf(input) + MINUTE_MS);
  });
});

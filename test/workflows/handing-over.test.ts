import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  signalNames,
  updateNames,
  workflowIdOf,
  type OnboardingInput,
} from '../../src/contract/onboarding.ts';
import { providedGround } from '../support/bundle.ts';
import { DAY_MS, HOUR_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround());
});
afterEach(async () => {
  await world.close();
});

const SECOND_MS = 1000;
const ADA = { actor: 'Ada' };

/** Each run of it has one wait. */
async function signUp(order: object): Promise<OnboardingInput> {
  return { ...(await world.signUp(order)), handOverAfterEvents: 1 };
}

async function eventsOf({ phoneNumberId }: OnboardingInput): Promise<string[]> {
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return events.map(({ kind }) => kind);
}

const runsOf = ({ phoneNumberId }: OnboardingInput): Promise<number> =>
  world.runsOf(workflowIdOf(phoneNumberId));

describe('a number whose runs hand over', () => {
  it('keeps its deadline and what it waits for, and tells of both once', async () => {
    const input = await signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      const before = await world.progressOf(input.phoneNumberId);
      for (let day = 1; day < 10; day += 1) {
        await handle.signal(signalNames.numberChanged);
        await world.sleep(DAY_MS);
        const { deadlineAtMs, stage, waiting } = before;
        expect(await world.progressOf(input.phoneNumberId)).toMatchObject({
          ...{ deadlineAtMs, stage, waiting },
        });
      }
      expect(await runsOf(input)).toBe(10);
      await expect(handle.result()).rejects.toHaveProperty('cause.type', 'SignupExpired');
      expect(world.nowMs() - (before.deadlineAtMs ?? 0)).toBeGreaterThanOrEqual(0);
      expect(world.nowMs() - (before.deadlineAtMs ?? 0)).toBeLessThan(60_000);
    });
    expect(await eventsOf(input)).toEqual([
      ...['signed-up', 'verified', 'attempt', 'needs-action'],
      ...Array.from({ length: 4 }, () => 'deadline-at-risk'),
      'signup-expired',
    ]);
  });

  it('stays paused, and goes on from where it was paused', async () => {
    const input = await signUp({ scenario: 'on_handset' });
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      const { waiting } = await world.progressOf(input.phoneNumberId);
      await handle.executeUpdate(updateNames.pause, { args: [ADA] });
      await world.sleep(DAY_MS);
      expect(await runsOf(input)).toBeGreaterThan(1);
      expect(await world.progressOf(input.phoneNumberId)).toMatchObject({ pausedBy: 'Ada' });
      const calls = (await world.meta.ledgerOf(input.phoneNumberId)).length;
      await world.sleep(DAY_MS);
      expect(await world.meta.ledgerOf(input.phoneNumberId)).toHaveLength(calls);
      await handle.executeUpdate(updateNames.resume, { args: [ADA] });
      await world.sleep(HOUR_MS);
      const after = await world.progressOf(input.phoneNumberId);
      expect(after).toHaveProperty('waiting', waiting);
      expect(after).not.toHaveProperty('pausedBy');
    });
    expect((await eventsOf(input)).filter((kind) => kind === 'needs-action')).toHaveLength(1);
  });

  it('has its new name asked for once, though Meta shows it in a later run only', async () => {
    const input = await signUp({ scenario: 'declined_then_renamed' });
    const { phoneNumberId } = input;
    await world.play(async () => {
      const handle = await world.start(input);
      await world.sleep(HOUR_MS);
      await world.meta.post('/faults', {
        match: { method: 'POST', number: phoneNumberId, path: `/${phoneNumberId}$`, times: 1 },
        kind: 'drop_after',
      });
      await handle.executeUpdate(updateNames.changeName, {
        args: [{ name: 'Luckier Shrub', ...ADA }],
      });
      // Before anybody looks for what came of the request.
      await world.sleep(SECOND_MS);
      await handle.signal(signalNames.numberChanged);
      expect((await handle.result()).outcome).toBe('ready');
    });
    expect(await runsOf(input)).toBeGreaterThan(2);
    const events = await eventsOf(input);
    expect(events.filter((kind) => kind === 'name-submitted')).toHaveLength(1);
    expect(await world.meta.registersOf(phoneNumberId)).toHaveLength(2);
  });
});

import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { signalNames } from '../../src/contract/onboarding.ts';
import { providedGround } from '../support/bundle.ts';
import { createWorld } from '../support/world.ts';
import { live } from '../workflows/lives/live.ts';
import { LIVES, type Life, type Step } from '../workflows/lives/lives.ts';

// Every workflow task replays the whole history: the cheapest test of determinism, and too slow for every run. Without a cache the
// SDK sometimes loses the answer of a task that ran a local activity: then the time-skipping server waits for ever.
const PATIENCE = { timeout: 30_000, retry: 3 };

describe('F11: a worker that keeps no workflow in its cache', () => {
  it.each(Object.entries(LIVES))('lives the same life: %s', PATIENCE, async (_name, life) => {
    const world = await createWorld(providedGround(), { maxCachedWorkflows: 0 });
    try {
      const { end, registers, told } = life;
      expect(await live(world, life)).toEqual({ end, registers, told });
    } finally {
      await world.close();
    }
  });
});

/** Early in a life there is a wait that it ends; some lives are over by then. */
const hint: Step = {
  afterMs: 20_000,
  act: async ({ handle }) => {
    await handle.signal(signalNames.numberChanged).catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  },
};

/** Each run has one wait, and hands over. */
const inManyRuns = (life: Life): Life => ({
  ...life,
  input: { ...life.input, handOverAfterEvents: 1 },
  steps: [hint, hint, ...(life.steps ?? [])],
});

describe('F34: a number whose runs hand over at every wait', () => {
  let handedOver = 0;

  it.each(Object.entries(LIVES))('lives the same life: %s', PATIENCE, async (_name, life) => {
    const world = await createWorld(providedGround());
    try {
      const { end, registers, told } = life;
      const lived = await live(world, inManyRuns(life), async ({ workflowId }) => {
        handedOver += (await world.runsOf(workflowId)) > 1 ? 1 : 0;
      });
      expect(lived).toEqual({ end, registers, told });
    } finally {
      await world.close();
    }
  });

  it('has had many runs in most of these lives', () => {
    expect(handedOver).toBeGreaterThan(Object.keys(LIVES).length / 2);
  });
});

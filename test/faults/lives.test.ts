import { describe, expect, it } from 'vitest';
import { providedGround } from '../support/bundle.ts';
import { createWorld } from '../support/world.ts';
import { live } from '../workflows/lives/live.ts';
import { LIVES } from '../workflows/lives/lives.ts';

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

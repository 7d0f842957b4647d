import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providedGround } from '../support/bundle.ts';
import { playCrowd, signUpCrowd } from '../support/crowd.ts';
import { DAY_MS } from '../support/spans.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld(providedGround(), { graphTimeoutMs: 10_000 });
});
afterEach(async () => {
  await world.close();
});

const LIMIT = 200;
const SIZE = 200;

describe('an account whose numbers all start at once', () => {
  // Five hundred numbers do the same in `npm run bench:crowd`.
  it(
    'F13: stays a tenth below a limit that needs hours, uses all the rest, and serves the nearest deadline first',
    { timeout: 60_000 },
    async () => {
      const crowd = await signUpCrowd(world, { size: SIZE, callLimit: LIMIT });
      const report = await playCrowd(world, crowd, 12);
      expect(report).toMatchObject({ registered: SIZE, refusals: [] });
      // A proof that is wanted meanwhile goes before others whose places were given away.
      expect(report.outOfTurn).toBeLessThan(0.05);
      expect(report.leastLeftMs).toBeGreaterThan(10 * DAY_MS);
      expect(report.peak).toBeLessThanOrEqual(0.9 * LIMIT);
      const withBacklog = report.hourly.slice(0, -1);
      expect(withBacklog.length).toBeGreaterThan(1);
      for (const calls of withBacklog) expect(calls / LIMIT).toBeGreaterThan(0.885);
    },
  );
});

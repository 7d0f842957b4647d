import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './vitest.config.ts';

/** Kills, freezes and outages of real processes in real time: minutes, so not part of `npm test`. No test gets a second try. */
export default defineConfig({
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    pool: 'forks',
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    // Two cores, and each file starts a server and some workers of its own.
    maxWorkers: 2,
    maxConcurrency: 6,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/global-setup.ts'],
  },
});

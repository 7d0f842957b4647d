import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE, E2E_IN_EVERY_RUN } from './vitest.config.ts';

/** Whole programs as people meet them, in a browser too; those of `npm test` aside. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/**/*.test.ts', 'test/browser/**/*.test.ts'],
    exclude: E2E_IN_EVERY_RUN,
    pool: 'forks',
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    maxWorkers: 2,
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: 1,
    globalSetup: ['test/support/global-setup.ts'],
  },
});

import { defineConfig } from 'vitest/config';

const SECOND_MS = 1_000;
const NEEDS_BUILT_PARTS = { globalSetup: ['test/support/global-setup.ts'] };
const folders = (...names: readonly string[]): string[] =>
  names.map((name) => `test/${name}/**/*.test.ts`);

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores. A workflow test mostly waits for its server, so two at once lose nothing to each other.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: folders('domain', 'config', 'graph', 'store', 'http', 'fake-graph', 'embedded'),
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: folders('architecture', 'docs'),
          // The plantings run the type-aware linter over a tree of their own.
          testTimeout: 60 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
          ...NEEDS_BUILT_PARTS,
        },
      },
      {
        extends: true,
        test: {
          name: 'workflows',
          include: folders('activities', 'workflows', 'replay'),
          testTimeout: 60 * SECOND_MS,
          hookTimeout: 60 * SECOND_MS,
          ...NEEDS_BUILT_PARTS,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: folders('e2e'),
          testTimeout: 120 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
          ...NEEDS_BUILT_PARTS,
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

const SECOND_MS = 1_000;

const testsIn = (...folders: readonly string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*.test.ts`);
const ARCHITECTURE = testsIn('architecture', 'docs');
const WORKFLOWS = testsIn('activities', 'workflows', 'replay');
const E2E = testsIn('e2e');
const STORE = testsIn('store');
const BROWSER = testsIn('browser');
/** Minutes of kills and outages, run on their own: vitest.faults.config.ts. */
const FAULTS = testsIn('faults');

/** Tests that find the workflow bundle and Temporal's programs provided, and have as long as it takes. */
const patient = (name: string, include: string[], timeoutMs: number) => ({
  extends: true as const,
  test: {
    name,
    include,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    globalSetup: ['test/support/global-setup.ts'],
  },
});

const withRetry = (project: ReturnType<typeof patient>, retry: number) => ({
  ...project,
  test: { ...project.test, retry },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores. A workflow test mostly waits for its server, so two at once lose nothing to each other.
    maxWorkers: 2,
    // What is waited for comes, and then at once; on a busy machine it may take longer than vitest's one second.
    expect: { poll: { timeout: 10 * SECOND_MS } },
    projects: [
      {
        extends: true,
        // All that is not named elsewhere: a new folder cannot be forgotten.
        test: {
          name: 'unit',
          include: testsIn('*'),
          exclude: [...ARCHITECTURE, ...WORKFLOWS, ...E2E, ...STORE, ...BROWSER, ...FAULTS],
          // Some start processes, and a busy machine has made one of half a second need five.
          testTimeout: 20 * SECOND_MS,
          // Those may also lose a race to whatever else the machine does; a fault of ours loses it twice.
          retry: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'store',
          include: STORE,
          testTimeout: 20 * SECOND_MS,
          hookTimeout: 60 * SECOND_MS,
          globalSetup: ['test/support/postgres-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: BROWSER,
          testTimeout: 60 * SECOND_MS,
          hookTimeout: 60 * SECOND_MS,
          retry: 1,
        },
      },
      patient('architecture', ARCHITECTURE, 120 * SECOND_MS),
      // The time-skipping server now and then never answers a result(), about once in hundreds: each test has a server of its
      // own, and another try.
      withRetry(patient('workflows', WORKFLOWS, 30 * SECOND_MS), 2),
      withRetry(patient('e2e', E2E, 120 * SECOND_MS), 1),
    ],
  },
});

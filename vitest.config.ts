import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const SECOND_MS = 1_000;

const testsIn = (...folders: readonly string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*.test.ts`);
const ARCHITECTURE = testsIn('architecture', 'docs');
const WORKFLOWS = testsIn('activities', 'workflows', 'replay');
/** The story of a number, what may be told of it, and `npm start` with its SIGKILL. */
export const E2E_IN_EVERY_RUN = ['canary', 'embedded', 'story'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
const STORE = testsIn('store');
/** Minutes of whole programs, and of kills and outages, run on their own: vitest.e2e.config.ts and vitest.faults.config.ts. */
const ON_THEIR_OWN = testsIn('e2e', 'browser', 'faults');

/** What Node has parsed, and freed of its types, once: a program that a test starts needs half the time. */
export const COMPILE_CACHE = fileURLToPath(
  new URL('node_modules/.cache/node-compile', import.meta.url),
);

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
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
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
          exclude: [...ARCHITECTURE, ...WORKFLOWS, ...STORE, ...ON_THEIR_OWN],
          // A third of the time would be the same modules loaded anew for each file. What a test changes of its process it changes back.
          isolate: false,
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
          isolate: false,
          testTimeout: 20 * SECOND_MS,
          hookTimeout: 60 * SECOND_MS,
          globalSetup: ['test/support/postgres-setup.ts'],
        },
      },
      patient('architecture', ARCHITECTURE, 120 * SECOND_MS),
      // The time-skipping server now and then never answers a result(), about once in hundreds: each test has a server of its
      // own, and another try.
      withRetry(patient('workflows', WORKFLOWS, 30 * SECOND_MS), 2),
      withRetry(patient('e2e', E2E_IN_EVERY_RUN, 120 * SECOND_MS), 1),
    ],
  },
});

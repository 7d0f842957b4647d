interface Execution {
  /** The file that runs the command in CI. */
  readonly by: string;
  /** A piece of that file which is gone when the command is no longer run. */
  readonly as: string;
}

/** Every `npm` and `curl` command a reader of the README is told to type, and what runs it for us. */
export const EXECUTED_COMMANDS: Readonly<Record<string, Execution>> = {
  'npm ci': { by: '.ci/run', as: 'npm ci' },
  'npm run check': { by: '.ci/run', as: 'npm run check' },
  'npm start': { by: 'test/e2e/embedded.test.ts', as: 'npmStart(place)' },
  'npm test': { by: '.ci/run', as: 'npm test' },
};

import { inject } from 'vitest';
import { startSystemOn, type Given, type System } from '../support/system.ts';

/** On what this test run has built. */
export async function startSystem(given: Given): Promise<System> {
  const temporalCli = inject('temporalCli');
  const workflowBundlePath = inject('workflowBundlePath');
  return await startSystemOn({ temporalCli, workflowBundlePath }, given);
}

export type { NumberView, System } from '../support/system.ts';

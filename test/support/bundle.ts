import { inject } from 'vitest';

/** The bundle this test run was started with, in the form a Worker and a replay take. */
export function builtWorkflows(): { readonly codePath: string } {
  return { codePath: inject('workflowBundlePath') };
}

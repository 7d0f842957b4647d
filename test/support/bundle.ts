import { inject } from 'vitest';

/** The bundle this test run was started with, in the form a Worker and a replay take. */
export function builtWorkflows(): { readonly codePath: string } {
  return { codePath: inject('workflowBundlePath') };
}

/** What this test run built and found, for a world of a test's own. */
export function providedGround(): {
  readonly temporalTestServer: string;
  readonly workflowBundlePath: string;
} {
  return {
    temporalTestServer: inject('temporalTestServer'),
    workflowBundlePath: inject('workflowBundlePath'),
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';
import type { TemporalProgram } from '../../src/embedded/temporal-binaries.ts';
import { findTemporalProgram } from '../../src/embedded/temporal-binaries.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The workflow bundle, built once for the whole run. */
    readonly workflowBundlePath: string;
    /** The Temporal CLI, whose dev server is the real engine. */
    readonly temporalCli: string;
    /** The server that skips time. */
    readonly temporalTestServer: string;
  }
}

/** Several projects name this setup; the first that runs provides for all of them. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const run = project.vitest;
  if ('workflowBundlePath' in run.getProvidedContext()) return undefined;

  run.provide('temporalCli', await find('temporal'));
  run.provide('temporalTestServer', await find('temporal-test-server'));
  const dir = await mkdtemp(join(tmpdir(), 'workflow-bundle-'));
  const workflowBundlePath = join(dir, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundlePath);
  run.provide('workflowBundlePath', workflowBundlePath);
  return () => rm(dir, { recursive: true, force: true });
}

function find(program: TemporalProgram): Promise<string> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  return findTemporalProgram(program, { env: process.env, report });
}

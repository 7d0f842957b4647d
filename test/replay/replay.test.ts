import { readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWorkflowBundle } from '../../scripts/bundle-workflows.ts';
import { builtWorkflows } from '../support/bundle.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { DELIVERIES, POOLS, RENAMES, SCENARIOS, WATCHES } from './scenarios.ts';

installQuietRuntime();

const LIVES = [
  ...[SCENARIOS, RENAMES, WATCHES, DELIVERIES].flatMap((lives) => Object.keys(lives)),
  ...POOLS,
];

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function recorded(name: string): Promise<unknown> {
  return JSON.parse(await readFile(pathOf(`./histories/valid/${name}.json`), 'utf8'));
}

async function replay(
  workflowBundle: { readonly codePath: string },
  history: unknown,
): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle }, history);
}

describe('the workflow as it is now', () => {
  it.each(LIVES)('replays the recorded life "%s"', async (name) => {
    await expect(replay(builtWorkflows(), await recorded(name))).resolves.toBeUndefined();
  });
});

it.each(LIVES)(
  'the recorded life "%s" holds no path of the machine it was recorded on',
  async (name) => {
    expect(JSON.stringify(await recorded(name))).not.toMatch(/[( ](?:file:\/\/)?\/\w+/);
  },
);

describe('a workflow whose steps were swapped', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'broken-workflow-'));
    await writeWorkflowBundle(join(dir, 'bundle.js'), pathOf('./broken/swapped-steps.ts'));
  });
  afterAll(async () => {
    await rm(dir, { recursive: true });
  });

  it.each(LIVES)('is caught by the recorded life "%s"', async (name) => {
    const broken = { codePath: join(dir, 'bundle.js') };
    await expect(replay(broken, await recorded(name))).rejects.toThrow(DeterminismViolationError);
  });
});

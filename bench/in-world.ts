import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalProgram } from '../src/embedded/temporal-binaries.ts';
import { writeWorkflowBundle } from '../scripts/bundle-workflows.ts';
import { createWorld, type World } from '../test/support/world.ts';

/** Runs `play` in a world of its own, with the workflows as they are now. `report` hears of a download, if one is needed. */
export async function inWorld<T>(
  play: (world: World) => Promise<T>,
  report: (line: string) => void = () => undefined,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const workflowBundlePath = join(dir, 'workflows.js');
    await writeWorkflowBundle(workflowBundlePath);
    const { env } = process;
    const temporalTestServer = await findTemporalProgram('temporal-test-server', { env, report });
    const world = await createWorld({ temporalTestServer, workflowBundlePath });
    try {
      return await play(world);
    } finally {
      await world.close();
    }
  } finally {
    await rm(dir, { recursive: true });
  }
}

// Writes what a terminal shows into the pages that show it: plays each story on the real parts.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalProgram } from '../src/embedded/temporal-binaries.ts';
import { withCaptures } from '../test/docs/captures/page.ts';
import { openStage } from '../test/docs/captures/stage.ts';
import { STORIES } from '../test/docs/captures/stories.ts';
import { playAll } from '../test/docs/captures/story.ts';
import { writeWorkflowBundle } from './bundle-workflows.ts';

const PAGE = new URL('../docs/how-to/unstick-a-number.md', import.meta.url);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A story that could not be played keeps the capture it has. */
function captureIn(played: Awaited<ReturnType<typeof playAll>>): ReadonlyMap<string, string> {
  const captured = new Map<string, string>();
  for (const [cause, capture] of played) {
    if (typeof capture === 'string') captured.set(cause, capture);
    else say(`${cause}: ${capture.message}`);
  }
  return captured;
}

const dir = await mkdtemp(join(tmpdir(), 'captures-'));
try {
  const workflowBundlePath = join(dir, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundlePath);
  const report = { env: process.env, report: say };
  const temporalTestServer = await findTemporalProgram('temporal-test-server', report);
  const stage = await openStage({ temporalTestServer, workflowBundlePath });
  try {
    const captured = captureIn(await playAll(stage, STORIES));
    await writeFile(PAGE, withCaptures(await readFile(PAGE, 'utf8'), captured));
    say(`${captured.size} of ${STORIES.length} are written`);
  } finally {
    await stage.close();
  }
} finally {
  await rm(dir, { recursive: true });
}

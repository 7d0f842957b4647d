// A program of its own: the SDK downloads inside a native call that can be neither watched nor stopped, except by its process.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [program, version = 'default', downloadDir = '.'] = process.argv.slice(2);
const executable = { type: 'cached-download', version, downloadDir } as const;

// The parent holds the other end: when it is gone, nobody waits for the file. The group includes the server the SDK started.
process.stdin.on('end', () => process.kill(-process.pid, 'SIGKILL')).resume();

try {
  const environment =
    program === 'temporal'
      ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
      : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

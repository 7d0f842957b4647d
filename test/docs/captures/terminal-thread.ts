// The command line in a thread of its own: where two connections of one thread want the same SQLite file, the one that waits for
// the other's lock keeps it from ever giving it back.
import { Readable } from 'node:stream';
import { MessagePort, parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { runCli } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { memoryStream } from '../../support/memory-stream.ts';

const orderShape = z.object({
  args: z.array(z.string()),
  input: z.string(),
  env: z.record(z.string(), z.string()),
  nowMs: z.number(),
  /** Where the answer goes. */
  port: z.instanceof(MessagePort),
});

parentPort?.on('message', (message: unknown) => {
  const { port, ...order } = orderShape.parse(message);
  void run(order).then((answer) => {
    port.postMessage(answer);
  });
});

/** Both outputs, as a terminal shows them. */
async function run({
  args,
  input,
  env,
  nowMs,
}: Omit<z.output<typeof orderShape>, 'port'>): Promise<string> {
  const { stream, text } = memoryStream();
  await runCli(args, {
    ...{ env, nowMs: () => nowMs, nodeVersion: process.versions.node },
    input: Readable.from([input]),
    terminal: createTerminal({ out: stream, err: stream }),
  });
  return text();
}

import { HELP, parseOptions } from './options.ts';
import { startFakeGraph } from './server.ts';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const fake = await startFakeGraph(options);
  const stop = (): void => void fake.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`fake-graph listening on ${fake.url}\n`);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'could not start';
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'the port is taken; give another with --port';
  return error.message.split('\n', 1)[0] ?? '';
}

try {
  await main();
} catch (error) {
  process.stderr.write(`fake-graph: ${sentenceOf(error)}\n`);
  process.exitCode = 1;
}

import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CLI_ERRORS } from '../src/cli/errors.ts';
import { runCli } from '../src/cli/run.ts';
import { createTerminal } from '../src/cli/terminal.ts';

const COMMANDS = [
  ...['numbers list', 'numbers show', 'numbers watch', 'retry'],
  ...['account list', 'account show', 'doctor'],
];

/** The parts of the command line's reference page: the help of the program itself, and what no help tells. */
export async function cliParts(): Promise<readonly string[]> {
  const errors = Object.entries(CLI_ERRORS).map(([code, exit]) => `| \`${code}\` | ${exit} |`);
  const commands = await Promise.all(
    COMMANDS.map(async (name) => [`## ${name}`, await helpOf(name.split(' '))]),
  );
  return [
    'For administrators: it reads the database and speaks to Temporal and Meta directly, with the [configuration](configuration.md) of the service. `npm run cli -- <command>` runs it in a checkout, `node dist/src/cli/main.js <command>` in the image.',
    await helpOf([]),
    'Commands that only look at numbers need `STORE_PATH` and `KEY_FILE` alone. An error is one line on stderr; with `--json` it has the shape of an [HTTP error](http-errors.md), with these codes:',
    ['| code | exit code |', '| --- | --- |', ...errors].join('\n'),
    'Output is plain, whole and without colour unless it goes to a terminal; `NO_COLOR` is respected there. A secret is never taken from the command line.',
    ...commands.flat(),
  ];
}

async function helpOf(command: readonly string[]): Promise<string> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  await runCli([...command, '--help'], {
    ...{ env: {}, nodeVersion: process.versions.node, nowMs: Date.now, input: process.stdin },
    terminal: createTerminal({ out, err }),
  });
  out.end();
  return `\`\`\`text\n${await text(out)}\`\`\``;
}

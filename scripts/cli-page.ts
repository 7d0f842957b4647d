import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { CLI_ERRORS } from '../src/cli/errors.ts';
import type { Io } from '../src/cli/io.ts';
import { createProgram } from '../src/cli/program.ts';
import { runCli } from '../src/cli/run.ts';
import { createTerminal } from '../src/cli/terminal.ts';

/** The parts of the command line's reference page: the help of the program itself, and what no help tells. */
export async function cliParts(): Promise<readonly string[]> {
  const errors = Object.entries(CLI_ERRORS).map(([code, exit]) => `| \`${code}\` | ${exit} |`);
  const commands = await Promise.all(
    namesIn(createProgram(ioTo(new PassThrough()))).map(async (name) => [
      `## ${name}`,
      await helpOf(name.split(' ')),
    ]),
  );
  return [
    'For administrators: it reads the database and speaks to Temporal and Meta directly, with the [configuration](configuration.md) of the service. `npm run cli -- <command>` runs it in a checkout, `node dist/src/cli/main.js <command>` in the image.',
    await helpOf([]),
    'Commands that only look at numbers need `STORE_PATH` (or `DATABASE_URL`) and `KEY_FILE` alone; those that ask Meta need `META_APP_ID`, `META_APP_SECRET` and `META_VERIFY_TOKEN` too. An error is one line on stderr; with `--json` it has the shape of an [HTTP error](http-errors.md), with these codes:',
    ['| code | exit code |', '| --- | --- |', ...errors].join('\n'),
    'Output is plain, whole and without colour unless it goes to a terminal; `NO_COLOR` is respected there. A secret is never taken from the command line: it comes from a file or from standard input, and typed at a terminal it is not shown.',
    'Before what cannot be undone a person at a terminal is asked, on stderr; Enter means no, and nothing is done. Elsewhere, as in a script, `--yes` says that it is meant.',
    ...commands.flat(),
  ];
}

/** Every command that does something: `pin set`, not `pin`. */
function namesIn({ commands }: Pick<Command, 'commands'>): readonly string[] {
  return commands.flatMap((command) => {
    const inner = namesIn(command);
    return inner.length === 0 ? [command.name()] : inner.map((name) => `${command.name()} ${name}`);
  });
}

async function helpOf(command: readonly string[]): Promise<string> {
  const out = new PassThrough();
  await runCli([...command, '--help'], ioTo(out));
  out.end();
  return `\`\`\`text\n${await text(out)}\`\`\``;
}

function ioTo(out: PassThrough): Io {
  return {
    ...{ env: {}, nodeVersion: process.versions.node, nowMs: Date.now, input: process.stdin },
    terminal: createTerminal({ out, err: new PassThrough() }),
  };
}

import { randomUUID } from 'node:crypto';
import { CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { DeskError } from '../desk/errors.ts';
import { KeyChangeRefused, KeyMissing } from '../keyring/errors.ts';
import { SealBroken, SealingKeyUnusable, StoreUnavailable } from '../store/errors.ts';
import { beginAudit } from './audited.ts';
import { pathOf } from './cli-command.ts';
import { cliErrorOf } from './desk-errors.ts';
import { CLI_ERRORS, CliError } from './errors.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';

const OF_KEYS = [SealingKeyUnusable, SealBroken, KeyMissing];

/** Runs one command line and answers with the exit code. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  let running = '';
  let ended: (result: string) => Promise<void> = () => Promise.resolve();
  program.hook('preAction', async (_program, command) => {
    running = pathOf(command);
    ended = await beginAudit(io, { name: running.replace(/: $/, ''), args: command.args });
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    await ended('done');
    return 0;
  } catch (error) {
    // Help that was asked for is printed already.
    if (error instanceof CommanderError) return error.exitCode;
    io.terminal.progress(undefined);
    const { code, message } = meaningOf(error, running);
    await ended(code);
    const text = args.includes('--json')
      ? JSON.stringify({ error: { code, message, request_id: randomUUID() } })
      : message;
    io.terminal.complain(text);
    return CLI_ERRORS[code];
  }
}

function meaningOf(error: unknown, command: string): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof DeskError) return cliErrorOf(error, command);
  if (error instanceof ConfigError) return new CliError('invalid_configuration', error.message);
  if (error instanceof StoreUnavailable) return new CliError('store_unavailable', error.message);
  if (error instanceof Error && OF_KEYS.some((kind) => error instanceof kind)) {
    return new CliError('invalid_configuration', error.message);
  }
  if (error instanceof KeyChangeRefused) return new CliError('not_now', command + error.message);
  const name = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown failure';
  return new CliError(
    'internal_error',
    `This is a bug of this program: ${name.split('\n')[0] ?? ''}`,
  );
}

import { addAccountList } from './account-list.ts';
import { addAccountShow } from './account-show.ts';
import { CliCommand } from './cli-command.ts';
import { addDoctor } from './doctor.ts';
import { EXIT_CODES } from './errors.ts';
import type { Io } from './io.ts';
import { addNumbersList } from './numbers-list.ts';
import { addNumbersShow } from './numbers-show.ts';
import { addNumbersWatch } from './numbers-watch.ts';
import { addRetry } from './retry.ts';

const PROGRAM_NAME = 'whatsapp-onboarding';

/** The whole command line. Nothing is read or opened before a command runs. */
export function createProgram(io: Io): CliCommand {
  const program = new CliCommand(PROGRAM_NAME);
  program
    .description('Looks at WhatsApp numbers on their way to registration, and helps them on.')
    .addHelpText('after', `\nExit codes:\n${exitCodes()}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        io.terminal.line(text.trimEnd());
      },
      getOutHelpWidth: () => io.terminal.width,
    });
  const numbers = program.command('numbers').description('Numbers of this service.');
  addNumbersList(numbers, io);
  addNumbersShow(numbers, io);
  addNumbersWatch(numbers, io);
  addRetry(program, io);
  const account = program.command('account').description('Accounts, as Meta shows them.');
  addAccountList(account, io);
  addAccountShow(account, io);
  addDoctor(program, io);
  return program;
}

function exitCodes(): string {
  return Object.entries(EXIT_CODES)
    .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
    .join('\n');
}

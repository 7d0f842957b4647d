import { addAccountAdd } from './account-add.ts';
import { addAccountAdopt } from './account-adopt.ts';
import { addAccountList } from './account-list.ts';
import { addAccountShow } from './account-show.ts';
import { addAccountSubscribe, addAccountUnsubscribe } from './account-subscribe.ts';
import { addAccountWatch } from './account-watch.ts';
import { addAudit } from './audit.ts';
import { CliCommand } from './cli-command.ts';
import { addCode } from './code.ts';
import { addCompletion } from './completion.ts';
import { addDoctor } from './doctor.ts';
import { EXIT_CODES } from './errors.ts';
import { addEvents } from './events.ts';
import { addForget } from './forget.ts';
import type { Io } from './io.ts';
import { addKeys } from './keys.ts';
import { addName } from './name.ts';
import { addNumbersCertificate } from './numbers-certificate.ts';
import { addNumbersList } from './numbers-list.ts';
import { addNumbersShow } from './numbers-show.ts';
import { addNumbersWatch } from './numbers-watch.ts';
import { addOnPremises } from './on-premises.ts';
import { addNumberOrders } from './orders.ts';
import { addPin } from './pin.ts';
import { addPreverifiedCommands } from './preverified.ts';
import { addDeregister, addRegister } from './registration.ts';
import { addStart } from './start.ts';
import { addTokens } from './tokens.ts';

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
  addNumbersCertificate(numbers, io);
  addStart(program, io);
  addNumberOrders(program, numbers, io);
  addName(program, io);
  addOrders(program, io);
  addDoctor(program, io);
  addKeys(program, io);
  addEvents(program, io);
  addForget(program, io);
  addTokens(program, io);
  addAudit(program, io);
  addCompletion(program, io);
  return program;
}

/** What is asked of Meta. */
function addOrders(program: CliCommand, io: Io): void {
  const account = program.command('account').description('Accounts and their numbers at Meta.');
  addAccountList(account, io);
  addAccountShow(account, io);
  addAccountWatch(account, io);
  addAccountAdd(account, io);
  addAccountAdopt(account, io);
  addAccountSubscribe(account, io);
  addAccountUnsubscribe(account, io);
  addCode(program, io);
  addRegister(program, io);
  addDeregister(program, io);
  addPin(program, io);
  addPreverifiedCommands(program, io);
  addOnPremises(program, io);
}

function exitCodes(): string {
  return Object.entries(EXIT_CODES)
    .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
    .join('\n');
}

import { Option } from 'commander';
import { requestCode, submitCode } from '../desk/ownership.ts';
import type { CodeMethod } from '../graph/checks.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { givenNumber, withNumber } from './desk.ts';
import type { Io } from './io.ts';
import { readSecret, refuseTwoOnStdin } from './secret-input.ts';

/** How a code is sent. */
export interface CodeOptions extends JsonOption {
  readonly method: CodeMethod;
  readonly language: string;
}

/** Where a code comes from. */
export interface FileOptions extends JsonOption {
  readonly file?: string;
  readonly tokenFile?: string;
}

export function addCode(program: CliCommand, io: Io): void {
  const code = program
    .command('code')
    .description(
      "The one-time code that proves a number's ownership. After a signup none is needed.",
    );
  addCodeRequest(code, io);
  addCodeSubmit(code, io);
}

function addCodeRequest(code: CliCommand, io: Io): void {
  withCodeOptions(code.command('request'))
    .description('Has Meta send a code to a number: after account add, or when a proof has lapsed.')
    .ofNumber()
    .option('--json', '{"phone_number_id", "code_method", "language"}')
    .action(async (id: string, options: CodeOptions, command: CliCommand) => {
      const { method, language } = options;
      const given = await givenNumber(io, command, id);
      await withNumber(io, given, (desk, target) =>
        requestCode(desk, target, { method, language }),
      );
      const account = given.wabaId === undefined ? '' : ` --account ${given.wabaId}`;
      answer(io, options, {
        view: { phone_number_id: id, code_method: method, language },
        lines: [
          `A code is on its way to ${id} by ${method}.`,
          `Give it to Meta: whatsapp-onboarding code submit ${id}${account}`,
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding code request 106540352242922 --method SMS',
      'whatsapp-onboarding code request 106540352242922 --method VOICE --language de_DE --account 102290129340398',
    );
}

export function withCodeOptions(command: CliCommand): CliCommand {
  const methods = ['SMS', 'VOICE'] as const;
  return command
    .addOption(
      new Option('--method <method>', 'landlines take VOICE only')
        .choices(methods)
        .makeOptionMandatory(),
    )
    .option('--language <code>', 'the language of the message', 'en_US');
}

function addCodeSubmit(code: CliCommand, io: Io): void {
  code
    .command('submit')
    .description(
      'Gives Meta the six digits that came, without the hyphen. Guessing too often locks the number for hours.',
    )
    .ofNumber()
    .withSecret('code')
    .option('--json', '{"phone_number_id", "is_verified"}')
    .action(async (id: string, options: FileOptions, command: CliCommand) => {
      refuseTwoOnStdin(command, options.tokenFile, options.file ?? '-');
      const given = await givenNumber(io, command, id);
      const typed = await readSecret(io, { what: 'code', option: '--file', file: options.file });
      await withNumber(io, given, (desk, target) => submitCode(desk, target, typed));
      answer(io, options, {
        view: { phone_number_id: id, is_verified: true },
        lines: [`Meta takes it: the ownership of ${id} is proved for 14 days.`],
      });
    })
    .withExamples(
      'whatsapp-onboarding code submit 106540352242922',
      'whatsapp-onboarding code submit 106540352242922 --file code',
    );
}

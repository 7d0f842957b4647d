import { requestPreverifiedCode, submitPreverifiedCode } from '../desk/preverified.ts';
import { answer } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { withCodeOptions, type CodeOptions, type FileOptions } from './code.ts';
import { withPartner } from './desk.ts';
import type { Io } from './io.ts';
import { readSecret } from './secret-input.ts';

export function addPreverifiedCode(preverified: CliCommand, io: Io): void {
  const code = preverified
    .command('code')
    .description('The one-time code that verifies a number of yours, for 90 days.');
  addRequest(code, io);
  addSubmit(code, io);
}

function addRequest(code: CliCommand, io: Io): void {
  withCodeOptions(code.command('request'))
    .description('Has Meta send a code to the number.')
    .argument('<preverified-id>', "Meta's id of it")
    .option('--json', '{"preverified_id", "code_method", "language"}')
    .action(async (id: string, options: CodeOptions, command: CliCommand) => {
      const { method, language } = options;
      const preverifiedId = command.preverifiedId(id);
      await withPartner(io, (desk) =>
        requestPreverifiedCode(desk, preverifiedId, { method, language }),
      );
      answer(io, options, {
        view: { preverified_id: id, code_method: method, language },
        lines: [
          `A code is on its way to ${id} by ${method}.`,
          `Give it to Meta: whatsapp-onboarding preverified code submit ${id}`,
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding preverified code request 106540352242922 --method SMS',
      'whatsapp-onboarding preverified code request 106540352242922 --method VOICE --language de_DE',
    );
}

function addSubmit(code: CliCommand, io: Io): void {
  code
    .command('submit')
    .description('Gives Meta the six digits that came, without the hyphen.')
    .argument('<preverified-id>', "Meta's id of it")
    .withSecret('code')
    .option('--json', '{"preverified_id", "is_verified"}')
    .action(async (id: string, options: FileOptions, command: CliCommand) => {
      const preverifiedId = command.preverifiedId(id);
      const typed = await readSecret(io, { what: 'code', option: '--file', file: options.file });
      await withPartner(io, (desk) => submitPreverifiedCode(desk, preverifiedId, typed));
      answer(io, options, {
        view: { preverified_id: id, is_verified: true },
        lines: [`Meta takes it: ${id} is verified for 90 days.`],
      });
    })
    .withExamples(
      'whatsapp-onboarding preverified code submit 106540352242922',
      'whatsapp-onboarding preverified code submit 106540352242922 --file code',
    );
}

import { randomUUID } from 'node:crypto';
import { acceptSignup } from '../desk/signup.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { withDesk } from './desk.ts';
import type { Io } from './io.ts';
import { readSecret } from './secret-input.ts';

interface StartOptions extends JsonOption {
  readonly codeFile: string;
}

export function addStart(program: CliCommand, io: Io): void {
  program
    .command('start')
    .description(
      'Takes a finished Embedded Signup, as the callback does: spends its code, which lives 30 seconds, and begins the onboarding. For trials and repairs.',
    )
    .argument('<account-id>', "Meta's id of the account (WABA)")
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--code-file <file>', 'the code of the signup; - is stdin', '-')
    .option('--json', '{"phone_number_id", "waba_id"}')
    .action(async (...given: readonly [string, string, StartOptions, CliCommand]) => {
      const [account, id, options, command] = given;
      const wabaId = command.wabaId(account);
      const phoneNumberId = command.phoneNumberId(id);
      const { codeFile: file } = options;
      const code = await readSecret(io, { what: 'signup code', option: '--code-file', file });
      await withDesk(io, async (desk) => {
        await acceptSignup(
          { ...desk, log: SILENT },
          {
            ...{ code, wabaId, phoneNumberId, how: { platform: 'cloud' } },
            ...{ idempotencyKey: `cli/${randomUUID()}`, bodyHash: 'cli' },
          },
        );
      });
      const view = { phone_number_id: phoneNumberId, waba_id: wabaId };
      answer(io, options, { view, lines: linesOf(phoneNumberId) });
    })
    .withExamples(
      'whatsapp-onboarding start 102290129340398 106540352242922 --code-file code',
      'pbpaste | whatsapp-onboarding start 102290129340398 106540352242922',
    );
}

/** What went wrong is the answer here. */
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

function linesOf(id: PhoneNumberId): readonly string[] {
  return [
    `${id} is accepted; the starter begins its onboarding within seconds.`,
    `See what comes of it: whatsapp-onboarding numbers watch ${id}`,
  ];
}

import { addNumber, type NewNumber } from '../desk/accounts.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { givenAccount, withMeta } from './desk.ts';
import type { Io } from './io.ts';

interface AddOptions extends JsonOption {
  readonly cc: string;
  readonly phoneNumber: string;
  readonly name: string;
  readonly preverifiedId?: string;
  readonly migrate?: true;
}

export function addAccountAdd(account: CliCommand, io: Io): void {
  account
    .command('add')
    .description(
      "Adds a phone number to an account, without a signup. No call of Meta's takes it away again.",
    )
    .ofAccount()
    .requiredOption('--cc <digits>', 'the country code, without the +')
    .requiredOption('--phone-number <digits>', 'the number, with or without its country code')
    .requiredOption('--name <text>', 'the display name, 2-75 characters, which Meta then reviews')
    .option('--preverified-id <id>', 'one of your pre-verified numbers: it needs no code any more')
    .option('--migrate', 'the number comes from another account')
    .option('--json', '{"waba_id", "phone_number_id"}')
    .action(async (id: string, options: AddOptions, command: CliCommand) => {
      const number = numberOf(command, options);
      const target = await givenAccount(io, command, id);
      const { wabaId } = target;
      const added = await withMeta(io, target, (desk) => addNumber(desk, target, number));
      answer(io, options, {
        view: { waba_id: wabaId, phone_number_id: added },
        lines: [
          `${added} is in account ${wabaId} now.`,
          ...nextSteps(`${added} --account ${wabaId}`, number),
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding account add 102290129340398 --cc 1 --phone-number 6315551111 --name "Lucky Shrub"',
      'whatsapp-onboarding account add 102290129340398 --cc 1 --phone-number 5550783881 --name "Lucky Shrub" --preverified-id 106540352242922',
    );
}

function numberOf(command: CliCommand, options: AddOptions): NewNumber {
  const { cc, phoneNumber, name, preverifiedId, migrate } = options;
  return {
    ...{ cc, phoneNumber, verifiedName: name, isMigrated: migrate === true },
    ...(preverifiedId !== undefined && { preverifiedId: command.preverifiedId(preverifiedId) }),
  };
}

function nextSteps(number: string, { preverifiedId }: NewNumber): readonly string[] {
  const codes = [
    `Have a code sent to it:  whatsapp-onboarding code request ${number} --method SMS`,
    `Then give it to Meta:    whatsapp-onboarding code submit ${number}`,
  ];
  return [
    ...(preverifiedId === undefined ? codes : []),
    `Then register it:        whatsapp-onboarding register ${number}`,
  ];
}

import { addNumber, type NewNumber } from '../desk/accounts.ts';
import { addAndOnboard } from '../desk/adoption.ts';
import type { AccountTarget } from '../desk/meta.ts';
import { administrator } from './actor.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { givenAccount, withMeta, type MetaDesk } from './desk.ts';
import type { Io } from './io.ts';

interface AddOptions extends JsonOption {
  readonly cc: string;
  readonly phoneNumber: string;
  readonly name: string;
  readonly preverifiedId?: string;
  readonly migrate?: true;
  readonly byHand?: true;
}

export function addAccountAdd(account: CliCommand, io: Io): void {
  account
    .command('add')
    .description(
      "Adds a phone number to an account, without a signup, and begins its onboarding. No call of Meta's takes it away again.",
    )
    .ofAccount()
    .requiredOption('--cc <digits>', 'the country code, without the +')
    .requiredOption('--phone-number <digits>', 'the number, with or without its country code')
    .requiredOption('--name <text>', 'the display name, 2-75 characters, which Meta then reviews')
    .option('--preverified-id <id>', 'one of your pre-verified numbers: it needs no code any more')
    .option('--migrate', 'the number comes from another account')
    .option('--by-hand', 'no onboarding: you register it yourself')
    .option('--json', '{"waba_id", "phone_number_id", "is_onboarding"}')
    .action(async (id: string, options: AddOptions, command: CliCommand) => {
      const number = numberOf(command, options);
      const target = await givenAccount(io, command, id);
      const { wabaId } = target;
      const { phoneNumberId, isOnboarding } = await withMeta(io, target, (desk) =>
        addTo(desk, target, { number, isByHand: options.byHand === true }),
      );
      const view = { waba_id: wabaId, phone_number_id: phoneNumberId };
      answer(io, options, {
        view: { ...view, is_onboarding: isOnboarding },
        lines: [
          `${phoneNumberId} is in account ${wabaId} now.`,
          ...codeSteps(`${phoneNumberId} --account ${wabaId}`, number),
          ...(isOnboarding
            ? [`See what comes of it:    whatsapp-onboarding numbers watch ${phoneNumberId}`]
            : [
                `Then register it:        whatsapp-onboarding register ${phoneNumberId} --account ${wabaId}`,
              ]),
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

/** A token of yours may do without a database, and without a database there is no onboarding. */
async function addTo(
  { store, ...desk }: MetaDesk,
  target: AccountTarget,
  { number, isByHand }: { readonly number: NewNumber; readonly isByHand: boolean },
): Promise<{ readonly phoneNumberId: string; readonly isOnboarding: boolean }> {
  if (store === undefined || isByHand) {
    const deps = store === undefined ? desk : { ...desk, store };
    return { phoneNumberId: await addNumber(deps, target, number), isOnboarding: false };
  }
  return await addAndOnboard({ ...desk, store }, target, { number, actor: administrator() });
}

function codeSteps(number: string, { preverifiedId }: NewNumber): readonly string[] {
  if (preverifiedId !== undefined) return [];
  return [
    `Have a code sent to it:  whatsapp-onboarding code request ${number} --method SMS`,
    `Then give it to Meta:    whatsapp-onboarding code submit ${number}`,
  ];
}

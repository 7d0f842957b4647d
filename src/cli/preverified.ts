import { Option } from 'commander';
import {
  addPreverified,
  deletePreverified,
  listPreverified,
  readPreverified,
  type PreverifiedQuery,
  type PreverifiedView,
} from '../desk/preverified.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { confirm } from './confirm.ts';
import { withPartner } from './desk.ts';
import type { Io } from './io.ts';
import { addPreverifiedCode } from './preverified-code.ts';
import { dateOf } from './time.ts';

export function addPreverifiedCommands(program: CliCommand, io: Io): void {
  const preverified = program
    .command('preverified')
    .description(
      'Numbers of yours that you verify before a customer picks one. Needs META_BUSINESS_ID and META_SYSTEM_TOKEN.',
    );
  addList(preverified, io);
  addShow(preverified, io);
  addAdd(preverified, io);
  addDelete(preverified, io);
  addPreverifiedCode(preverified, io);
}

const COLUMNS = [
  { title: 'ID', isWhole: true },
  { title: 'NUMBER', isWhole: true },
  { title: 'STATUS' },
  { title: 'UNTIL', isWhole: true },
  { title: 'DAYS LEFT' },
  { title: 'WAITS FOR' },
] as const;

function addList(preverified: CliCommand, io: Io): void {
  preverified
    .command('list')
    .description('All of your pre-verified numbers, or those that fit.')
    .addOption(
      new Option('--status <status>', "of Meta's proof of ownership").choices([
        'VERIFIED',
        'NOT_VERIFIED',
        'EXPIRED',
      ]),
    )
    .option('--phone-number <digits>', 'this number, with its country code')
    .option('--json', '{"preverified_numbers": [...]}')
    .action(async (options: PreverifiedQuery & JsonOption) => {
      const { json, ...query } = options;
      const numbers = await withPartner(io, (desk) => listPreverified(desk, query));
      if (json === true) io.terminal.json({ preverified_numbers: numbers });
      else if (numbers.length === 0) io.terminal.line('There is no such pre-verified number.');
      else io.terminal.table(COLUMNS, numbers.map(cellsOf));
    })
    .withExamples(
      'whatsapp-onboarding preverified list',
      'whatsapp-onboarding preverified list --status VERIFIED --json',
    );
}

function addShow(preverified: CliCommand, io: Io): void {
  preverified
    .command('show')
    .description('One pre-verified number.')
    .argument('<preverified-id>', "Meta's id of it")
    .option('--json', '{"preverified_id", "phone_number", "code_verification_status", …}')
    .action(async (id: string, options: JsonOption, command: CliCommand) => {
      const preverifiedId = command.preverifiedId(id);
      const view = await withPartner(io, (desk) => readPreverified(desk, preverifiedId));
      answer(io, options, {
        view,
        lines: [
          `${view.preverified_id}  ${view.phone_number ?? ''}`.trimEnd(),
          `Status      ${view.code_verification_status ?? 'not told'}`,
          `Verified    ${dayOf(view.verified_at)}`,
          `Until       ${dayOf(view.verification_expires_at)}`,
          `Days left   ${view.days_left?.toString() ?? ''}`.trimEnd(),
          `Waits for   ${view.waits_for}`,
          ...(view.notice === undefined
            ? []
            : [`Told        ${dayOf(view.notice.at)}  ${view.notice.text}`]),
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding preverified show 106540352242922',
      "whatsapp-onboarding preverified show 106540352242922 --json | jq -r '.verification_expires_at'",
    );
}

function addAdd(preverified: CliCommand, io: Io): void {
  preverified
    .command('add')
    .description('Adds a number of yours. It must be verified by a code within 90 days.')
    .argument('<phone-number>', 'digits, with the country code and without the +')
    .option('--json', '{"preverified_id"}')
    .action(async (phoneNumber: string, options: JsonOption) => {
      const id = await withPartner(io, (desk) => addPreverified(desk, phoneNumber));
      answer(io, options, {
        view: { preverified_id: id },
        lines: [
          `${id} is added.`,
          `Have a code sent to it: whatsapp-onboarding preverified code request ${id} --method SMS`,
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding preverified add 15550783881',
      "whatsapp-onboarding preverified add 15550783881 --json | jq -r '.preverified_id'",
    );
}

function addDelete(preverified: CliCommand, io: Io): void {
  preverified
    .command('delete')
    .description('Takes a number that no customer has picked out of your portfolio.')
    .argument('<preverified-id>', "Meta's id of it")
    .option('--yes', 'you mean it')
    .option('--json', '{"preverified_id", "is_deleted"}')
    .action(
      async (id: string, options: JsonOption & { readonly yes?: true }, command: CliCommand) => {
        const preverifiedId = command.preverifiedId(id);
        await confirm(io, {
          isMeant: options.yes === true,
          question: `Delete ${id}? No customer can pick the number any more.`,
          refusal: command.misuse('no customer can pick the number any more; repeat with --yes'),
        });
        await withPartner(io, (desk) => deletePreverified(desk, preverifiedId));
        answer(io, options, {
          view: { preverified_id: id, is_deleted: true },
          lines: [`${id} is deleted.`],
        });
      },
    )
    .withExamples(
      'whatsapp-onboarding preverified delete 106540352242922 --yes',
      'whatsapp-onboarding preverified delete 106540352242922 --yes --json',
    );
}

function cellsOf(number: PreverifiedView): readonly string[] {
  return [
    number.preverified_id,
    number.phone_number ?? '',
    number.code_verification_status ?? '',
    dayOf(number.verification_expires_at),
    number.days_left?.toString() ?? '',
    number.waits_for,
  ];
}

function dayOf(at: string | undefined): string {
  return at === undefined ? '' : dateOf(Date.parse(at));
}

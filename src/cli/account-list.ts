import { Option } from 'commander';
import type { AccountTarget } from '../desk/meta.ts';
import { allNumbers, DEFAULT_FIELDS, textOf, type NumberView } from '../desk/phone-numbers.ts';
import { tokenWarningOf } from '../domain/token-life.ts';
import type { CliCommand } from './cli-command.ts';
import { givenAccount, withMeta } from './desk.ts';
import { fieldsIn } from './fields.ts';
import type { Io } from './io.ts';

const ACCOUNT_MODES = ['SANDBOX', 'LIVE'] as const;

interface ListOptions {
  readonly fields?: string;
  readonly accountMode?: (typeof ACCOUNT_MODES)[number];
  readonly sort?: string;
  readonly revealCertificates?: true;
  readonly json?: true;
}

export function addAccountList(account: CliCommand, io: Io): void {
  account
    .command('list')
    .description('Every number of a WhatsApp Business Account, as Meta shows it now.')
    .ofAccount()
    .option('--fields <names>', "Meta's field names, separated by commas; id always comes")
    .addOption(
      new Option(
        '--account-mode <mode>',
        "only trial numbers or only the others; a beta of Meta's",
      ).choices(ACCOUNT_MODES),
    )
    .option('--sort <field>', 'by one of the fields; with :desc the greatest first')
    .option('--reveal-certificates', 'certificates in clear; otherwise their SHA-256')
    .option('--json', '{"waba_id", "phone_numbers": [...]}, with the fields as Meta names them')
    .action(async (id: string, options: ListOptions, command: CliCommand) => {
      const query = queryOf(command, options);
      await listAccount(io, await givenAccount(io, command, id), query);
    })
    .withExamples(
      'whatsapp-onboarding account list 102290129340398',
      'whatsapp-onboarding account list 102290129340398 --fields display_phone_number,last_onboarded_time --sort last_onboarded_time:desc',
      'whatsapp-onboarding account list 102290129340398 --account-mode SANDBOX --json',
      'whatsapp-onboarding account list 102290129340398 --fields certificate --reveal-certificates --json',
    );
}

interface Query {
  readonly fields: readonly string[];
  readonly accountMode: ListOptions['accountMode'];
  readonly sorting: { readonly field: string; readonly isDescending: boolean } | undefined;
  readonly isRevealed: boolean;
  readonly isJson: boolean;
}

function queryOf(command: CliCommand, options: ListOptions): Query {
  const fields = fieldsIn(command, options.fields, DEFAULT_FIELDS);
  return {
    fields,
    accountMode: options.accountMode,
    sorting: sortingOf(command, options.sort, fields),
    isRevealed: options.revealCertificates === true,
    isJson: options.json === true,
  };
}

function sortingOf(
  command: CliCommand,
  sort: string | undefined,
  fields: readonly string[],
): Query['sorting'] {
  if (sort === undefined) return undefined;
  const [field = '', order = 'asc', ...rest] = sort.split(':');
  if (!fields.includes(field)) throw command.misuse(`--sort must be one of ${fields.join(', ')}`);
  if (rest.length > 0 || !['asc', 'desc'].includes(order)) {
    throw command.misuse('--sort takes :asc or :desc behind the field');
  }
  return { field, isDescending: order === 'desc' };
}

async function listAccount(io: Io, target: AccountTarget, query: Query): Promise<void> {
  const { terminal } = io;
  const { numbers, warning } = await readNumbers(io, target, query);
  if (query.isJson) terminal.json({ waba_id: target.wabaId, phone_numbers: numbers });
  else if (numbers.length === 0) terminal.line('Meta shows no such number in this account.');
  else {
    terminal.table(
      query.fields.map((field) => ({ title: field, isWhole: field === 'id' })),
      numbers.map((number) => query.fields.map((field) => textOf(number[field]))),
    );
    if (warning !== undefined) terminal.line(warning);
  }
}

async function readNumbers(
  io: Io,
  target: AccountTarget,
  { fields, accountMode, sorting, isRevealed }: Query,
): Promise<{ readonly numbers: readonly NumberView[]; readonly warning: string | undefined }> {
  return withMeta(io, target, async (desk) => {
    const numbers = await allNumbers(desk, {
      ...{ ...target, fields, isRevealed },
      ...(accountMode !== undefined && { accountMode }),
      ...(sorting !== undefined && { sorting }),
      onPage: ({ pages, items }) => {
        io.terminal.progress(`${items} numbers on ${pages} pages …`);
      },
    });
    io.terminal.progress(undefined);
    // Of our own token, as it was last looked at: a token of the user's is the user's care.
    const life = target.token === undefined && (await desk.store?.tokenLives.of(target.wabaId));
    return { numbers, warning: life ? tokenWarningOf(life, io.nowMs()) : undefined };
  });
}

import { Option } from 'commander';
import type { Config } from '../config.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import { GraphRefused } from '../graph/errors.ts';
import type { PhoneNumberFields } from '../graph/facts.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { tokenFor, withGraph } from './meta.ts';
import { configFor } from './resources.ts';

const ACCOUNT_MODES = ['SANDBOX', 'LIVE'] as const;

const DEFAULT_FIELDS = [
  ...['id', 'display_phone_number', 'verified_name', 'code_verification_status'],
  ...['status', 'name_status', 'account_mode'],
];

interface ListOptions {
  readonly fields?: string;
  readonly accountMode?: (typeof ACCOUNT_MODES)[number];
  readonly sort?: string;
  readonly tokenFile?: string;
  readonly json?: true;
}

export function addAccountList(account: CliCommand, io: Io): void {
  account
    .command('list')
    .description('Every number of a WhatsApp Business Account, as Meta shows it now.')
    .argument('<account-id>', "Meta's id of the account (WABA)")
    .option('--fields <names>', "Meta's field names, separated by commas; id always comes")
    .addOption(
      new Option(
        '--account-mode <mode>',
        "only trial numbers or only the others; a beta of Meta's",
      ).choices(ACCOUNT_MODES),
    )
    .option('--sort <field>', 'by one of the fields; with :desc the greatest first')
    .option(
      '--token-file <file>',
      'a token of yours instead of the one from the signup; - is stdin',
    )
    .option('--json', '{"waba_id", "phone_numbers": [...]}, with the fields as Meta names them')
    .action((id: string, options: ListOptions, command: CliCommand) =>
      listAccount(io, queryOf(command, id, options)),
    )
    .withExamples(
      'whatsapp-onboarding account list 102290129340398',
      'whatsapp-onboarding account list 102290129340398 --fields display_phone_number,last_onboarded_time --sort last_onboarded_time:desc',
      'whatsapp-onboarding account list 102290129340398 --account-mode SANDBOX --json',
    );
}

interface Query {
  readonly wabaId: WabaId;
  readonly fields: readonly string[];
  readonly accountMode: ListOptions['accountMode'];
  readonly sort: { readonly field: string; readonly isDescending: boolean } | undefined;
  readonly tokenFile: string | undefined;
  readonly isJson: boolean;
}

function queryOf(command: CliCommand, id: string, options: ListOptions): Query {
  const named = options.fields?.split(',').map((field) => field.trim()) ?? DEFAULT_FIELDS;
  const fields = [...new Set(['id', ...named])];
  if (fields.length > 50 || !fields.every(isFieldName)) {
    throw command.misuse('--fields must be 1-50 names like name_status, separated by commas');
  }
  return {
    wabaId: command.wabaId(id),
    fields,
    accountMode: options.accountMode,
    sort: sortOf(command, options.sort, fields),
    tokenFile: options.tokenFile,
    isJson: options.json === true,
  };
}

function isFieldName(field: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(field);
}

function sortOf(
  command: CliCommand,
  sort: string | undefined,
  fields: readonly string[],
): Query['sort'] {
  if (sort === undefined) return undefined;
  const [field = '', order = 'asc', ...rest] = sort.split(':');
  if (!fields.includes(field)) throw command.misuse(`--sort must be one of ${fields.join(', ')}`);
  if (rest.length > 0 || !['asc', 'desc'].includes(order)) {
    throw command.misuse('--sort takes :asc or :desc behind the field');
  }
  return { field, isDescending: order === 'desc' };
}

async function listAccount(io: Io, query: Query): Promise<void> {
  const { wabaId, fields, isJson } = query;
  const { terminal } = io;
  const numbers = sorted(await readNumbers(io, configFor(io, ['meta']), query), query.sort);
  if (isJson) terminal.json({ waba_id: wabaId, phone_numbers: numbers.map(fieldsOf) });
  else if (numbers.length === 0) terminal.line('Meta shows no such number in this account.');
  else {
    terminal.table(
      fields.map((field) => ({ title: field, isWhole: field === 'id' })),
      numbers.map((number) => fields.map((field) => cellOf(fieldsOf(number)[field]))),
    );
  }
}

async function readNumbers(
  io: Io,
  config: Config,
  { wabaId, fields, accountMode, tokenFile }: Query,
): Promise<readonly PhoneNumberFields[]> {
  const token = await tokenFor(io, config, { wabaId, tokenFile });
  return withGraph(config, async (graph) => {
    const numbers: PhoneNumberFields[] = [];
    const pages = graph.listPhoneNumberFields({
      ...{ token, wabaId, fields },
      ...(accountMode !== undefined && { accountMode }),
      onPage: ({ pages: count, items }) => {
        io.terminal.progress(`${items} numbers on ${count} pages …`);
      },
    });
    try {
      for await (const number of pages) numbers.push(number);
    } catch (error) {
      throw unknownFieldIn(error) ?? error;
    } finally {
      io.terminal.progress(undefined);
    }
    return numbers;
  });
}

function unknownFieldIn(error: unknown): CliError | undefined {
  if (!(error instanceof GraphRefused) || error.answer.code !== 100) return undefined;
  const field = /nonexisting field \(([a-z0-9_]+)\)/.exec(error.answer.message ?? '')?.[1];
  return field === undefined
    ? undefined
    : new CliError('usage', `account list: Meta knows no field '${field}'`);
}

function fieldsOf({ phoneNumberId, fields }: PhoneNumberFields): PhoneNumberFields['fields'] {
  return { id: phoneNumberId, ...fields };
}

/** Meta's own order where no other is asked for, and among equals. */
function sorted(
  numbers: readonly PhoneNumberFields[],
  sort: Query['sort'],
): readonly PhoneNumberFields[] {
  if (sort === undefined) return numbers;
  const { field, isDescending } = sort;
  const sign = isDescending ? -1 : 1;
  const collator = new Intl.Collator('en', { numeric: true });
  const textOf = (number: PhoneNumberFields): string => cellOf(fieldsOf(number)[field]);
  return numbers.toSorted((one, other) => sign * collator.compare(textOf(one), textOf(other)));
}

type Cell = PhoneNumberFields['fields'][string] | undefined;

function cellOf(value: Cell): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return value instanceof Secret ? String(value) : JSON.stringify(value);
}

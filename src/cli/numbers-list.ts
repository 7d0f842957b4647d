import { Option } from 'commander';
import { FLEET_OUTCOMES, fleetCsv, readFleet } from '../desk/fleet.ts';
import type { NumberSummary } from '../desk/number-view.ts';
import { CAUSES } from '../domain/causes.ts';
import { STAGES, WAITING_FOR } from '../domain/onboarding.ts';
import type { FleetFilter } from '../store/fleet-store.ts';
import type { CliCommand } from './cli-command.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { spanOf } from './time.ts';

const COLUMNS = [
  { title: 'ID', isWhole: true },
  { title: 'NUMBER', isWhole: true },
  { title: 'NAME' },
  { title: 'STAGE' },
  { title: 'WAITS FOR' },
  { title: 'CAUSE' },
  { title: 'LEFT', isWhole: true },
] as const;

interface ListOptions extends Omit<FleetFilter, 'wabaId'> {
  readonly account?: string;
  readonly csv?: true;
  readonly json?: true;
}

export function addNumbersList(numbers: CliCommand, io: Io): void {
  numbers
    .command('list')
    .description('The fleet: least time left first, then what is registered, then what has ended.')
    .addOption(new Option('--stage <stage>', 'how far it has come').choices(STAGES))
    .addOption(new Option('--waiting-for <who>', 'whose move it is').choices(WAITING_FOR))
    .option('--account <account-id>', 'of one account')
    .option('--cause <cause>', 'why it waits, as the list shows it')
    .addOption(
      new Option('--outcome <outcome>', 'how it ended, or whether').choices(FLEET_OUTCOMES),
    )
    .option('--text <text>', 'a part of the number, of its name or of its id')
    .addOption(new Option('--csv', 'for a spreadsheet').conflicts('json'))
    .option('--json', '{"numbers": [...]}, each as in GET /v1/numbers')
    .action((options: ListOptions, command: CliCommand) => listNumbers(io, options, command))
    .withExamples(
      'whatsapp-onboarding numbers list',
      'whatsapp-onboarding numbers list --waiting-for operator --text 555-01',
      'whatsapp-onboarding numbers list --outcome ended --csv > ended.csv',
      `whatsapp-onboarding numbers list --json | jq '.numbers[] | select(.waiting_for == "operator")'`,
    );
}

async function listNumbers(
  io: Io,
  { csv, json, ...options }: ListOptions,
  command: CliCommand,
): Promise<void> {
  const { terminal, nowMs } = io;
  const filter = filterOf(options, command);
  const { numbers } = await withStore(configFor(io, []).store, nowMs, (store) =>
    readFleet({ store, nowMs }, filter),
  );
  if (json === true) terminal.json({ numbers });
  else if (csv === true) terminal.line(fleetCsv(numbers).trimEnd());
  else if (numbers.length > 0) terminal.table(COLUMNS, numbers.map(cellsOf));
  else if (Object.keys(filter).length > 0) terminal.line('No number is like that.');
  else terminal.line('No number has signed up yet.');
}

function filterOf({ account, ...filter }: ListOptions, command: CliCommand): FleetFilter {
  const { cause } = filter;
  if (cause !== undefined && !Object.hasOwn(CAUSES, cause)) {
    throw command.misuse('--cause must be one that the reference lists');
  }
  return account === undefined ? filter : { ...filter, wabaId: command.wabaId(account) };
}

function cellsOf(number: NumberSummary): readonly string[] {
  return [
    number.phone_number_id,
    number.display_phone_number,
    number.verified_name ?? '',
    number.outcome ?? number.stage,
    number.waiting_for,
    number.cause ?? '',
    leftOf(number),
  ];
}

function leftOf({ deadline_at: deadlineAt, seconds_left: left, outcome }: NumberSummary): string {
  if (deadlineAt === undefined && outcome === undefined) return 'no deadline';
  return left === undefined ? '' : spanOf(left * 1000);
}

import { summaryOf, type NumberSummary } from '../desk/number-view.ts';
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

export function addNumbersList(numbers: CliCommand, io: Io): void {
  numbers
    .command('list')
    .description('The fleet: what runs, least time left first; then what has ended.')
    .option('--json', '{"numbers": [...]}, each as in GET /v1/numbers')
    .action((options: { readonly json?: true }) => listNumbers(io, options.json === true))
    .withExamples(
      'whatsapp-onboarding numbers list',
      `whatsapp-onboarding numbers list --json | jq '.numbers[] | select(.waiting_for == "operator")'`,
    );
}

async function listNumbers(io: Io, isJson: boolean): Promise<void> {
  const { terminal, nowMs } = io;
  const rows = await withStore(configFor(io, []).store, nowMs, (store) =>
    store.numbers.byDeadline(),
  );
  const numbers = rows.map((row) => summaryOf(row, nowMs()));
  if (isJson) terminal.json({ numbers });
  else if (numbers.length === 0) terminal.line('No number has signed up yet.');
  else terminal.table(COLUMNS, numbers.map(cellsOf));
}

function cellsOf(number: NumberSummary): readonly string[] {
  const { seconds_left: left } = number;
  return [
    number.phone_number_id,
    number.display_phone_number,
    number.verified_name ?? '',
    number.outcome ?? number.stage,
    number.waiting_for,
    number.cause ?? '',
    left === undefined ? '' : spanOf(left * 1000),
  ];
}

import { detailsOf, type NumberDetails } from '../desk/number-view.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Store } from '../store/store.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { printable, type Terminal } from './terminal.ts';
import { dateOf, spanOf } from './time.ts';

export function addNumbersShow(numbers: CliCommand, io: Io): void {
  numbers
    .command('show')
    .description(
      'One number: its three tracks, time and attempts left, whose move it is, its history.',
    )
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--json', 'the shape of GET /v1/numbers/{id}')
    .action((id: string, options: { readonly json?: true }, command: CliCommand) =>
      showNumber(io, command.phoneNumberId(id), options.json === true),
    )
    .withExamples(
      'whatsapp-onboarding numbers show 106540352242922',
      "whatsapp-onboarding numbers show 106540352242922 --json | jq -r '.events[].text'",
    );
}

async function showNumber(io: Io, id: PhoneNumberId, isJson: boolean): Promise<void> {
  const { store, temporal } = configFor(io, []);
  const details = await withStore(store, io.nowMs, (opened) =>
    readDetails(opened, id, { nowMs: io.nowMs(), temporal }),
  );
  if (isJson) io.terminal.json(details);
  else describe(details, io.terminal);
}

/** @throws CliError unknown_number */
async function readDetails(
  store: Store,
  id: PhoneNumberId,
  more: Pick<Parameters<typeof detailsOf>[1], 'nowMs' | 'temporal'>,
): Promise<NumberDetails> {
  const row = await store.numbers.byId(id);
  if (row === undefined) throw new CliError('unknown_number', `no onboarding for ${id}`);
  const events = await store.numbers.eventsOf(id);
  const attempts = await store.attempts.of(id);
  return detailsOf(row, { ...more, events, attempts });
}

function describe(number: NumberDetails, terminal: Terminal): void {
  const { paint } = terminal;
  const title = [number.phone_number_id, number.display_phone_number, number.verified_name ?? ''];
  terminal.line(paint('bold', printable(title.join('  ').trimEnd())));
  for (const [name, text] of factsOf(number)) {
    if (text !== '') terminal.line(`${name.padEnd(14)}${printable(text)}`);
  }
  terminal.line('');
  terminal.line(paint('bold', 'History'));
  for (const event of number.events) terminal.line(historyLine(event));
}

type Fact = readonly [name: string, text: string];

/** One line of the history, with who did it. */
export function historyLine({ at, kind, text, actor }: NumberDetails['events'][number]): string {
  const when = dateOf(Date.parse(at));
  return printable(`${when}  ${kind.padEnd(21)}  ${text} (${actor})`);
}

function factsOf(number: NumberDetails): readonly Fact[] {
  const { ownership = '', registration = '', name = '' } = number.tracks ?? {};
  return [
    ['Account', number.waba_id],
    ...(number.outcome === undefined ? openFacts(number) : [['Ended as', number.outcome] as const]),
    ['Ownership', ownership],
    ['Registration', registration],
    ['Name', name],
    ['Certificate', certificateOf(number)],
    ['Temporal', number.temporal_url ?? ''],
  ];
}

/** What matters as long as something can still be done. */
function openFacts(number: NumberDetails): readonly Fact[] {
  const { automatic, operator } = number.attempts_left;
  return [
    ['Stage', number.stage],
    ['Time left', timeLeftOf(number)],
    ['Next move', nextMoveOf(number)],
    ['Because', becauseOf(number)],
    ['What to do', whatToDo(number)],
    ['Attempts', `${automatic} left for the service, ${operator} for you`],
  ];
}

function timeLeftOf({ deadline_at: deadlineAt, seconds_left: left = 0 }: NumberDetails): string {
  return `${spanOf(left * 1000)}, until ${dateOf(Date.parse(deadlineAt))}`;
}

function nextMoveOf({ waiting_for: mover, waiting_until: until }: NumberDetails): string {
  return until === undefined ? mover : `${mover}, until ${dateOf(Date.parse(until))}`;
}

function becauseOf({ cause, refusal }: NumberDetails): string {
  const code = refusal?.code;
  if (code === undefined) return cause ?? '';
  const subcode = refusal?.subcode === undefined ? '' : `/${refusal.subcode}`;
  const trace = refusal?.trace_id === undefined ? '' : `, trace ${refusal.trace_id}`;
  return `${refusal?.cause ?? ''} (Meta's code ${code}${subcode}${trace})`;
}

/** Advice is written for the button of a page; here the button is a command. */
function whatToDo({ advice, phone_number_id: id, waiting_for: mover }: NumberDetails): string {
  if (advice === undefined) return mover === 'operator' ? '' : 'Nothing: it goes on by itself.';
  return advice.replaceAll('press "retry"', `run: whatsapp-onboarding retry ${id}`);
}

function certificateOf({ tracks, certificate_sha256: digest }: NumberDetails): string {
  const state = tracks?.certificate ?? '';
  return digest === undefined ? state : `${state}, SHA-256 ${digest}`;
}

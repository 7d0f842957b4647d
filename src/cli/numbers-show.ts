import { detailsOf, type NumberDetails } from '../desk/number-view.ts';
import { DEFAULT_FIELDS, readNumber, textOf, type NumberView } from '../desk/phone-numbers.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Store } from '../store/store.ts';
import type { JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { givenNumber, withNumber, type GivenNumber } from './desk.ts';
import { CliError } from './errors.ts';
import { fieldsIn } from './fields.ts';
import type { Io } from './io.ts';
import { commandsFor } from './next-step.ts';
import { configFor, withStore } from './resources.ts';
import { printable, type Terminal } from './terminal.ts';
import { dateOf, spanOf } from './time.ts';

/** Beside the usual ones: the name's change, the certificates, and when the signup's 14 days began. */
const FIELDS_AT_META = [
  ...DEFAULT_FIELDS,
  ...['new_name_status', 'certificate', 'new_certificate', 'last_onboarded_time'],
];

interface ShowOptions extends JsonOption {
  readonly atMeta?: true;
  readonly fields?: string;
}

export function addNumbersShow(numbers: CliCommand, io: Io): void {
  numbers
    .command('show')
    .description(
      'One number: its three tracks, time and attempts left, whose move it is, its history.',
    )
    .ofNumber()
    .option('--at-meta', "also Meta's own fields of it now, of any number in the account")
    .option('--fields <names>', 'which of them, separated by commas')
    .option('--json', 'the shape of GET /v1/numbers/{id}; with --at-meta also "at_meta"')
    .action(async (id: string, options: ShowOptions, command: CliCommand) => {
      const fields = fieldsIn(command, options.fields, FIELDS_AT_META);
      const given = await givenNumber(io, command, id);
      const isAtMeta = options.atMeta === true || options.fields !== undefined;
      if (isAtMeta) await showAtMeta(io, given, { ...options, wanted: fields });
      else await showNumber(io, given.phoneNumberId, options);
    })
    .withExamples(
      'whatsapp-onboarding numbers show 106540352242922',
      "whatsapp-onboarding numbers show 106540352242922 --json | jq -r '.events[].text'",
      'whatsapp-onboarding numbers show 106540352242922 --at-meta --account 102290129340398',
      'whatsapp-onboarding numbers show 106540352242922 --fields code_verification_status,name_status',
    );
}

async function showNumber(io: Io, id: PhoneNumberId, { json }: JsonOption): Promise<void> {
  const { store, temporal } = configFor(io, []);
  const details = await withStore(store, io.nowMs, (opened) =>
    readDetails(opened, id, { nowMs: io.nowMs(), temporal }),
  );
  if (details === undefined) throw new CliError('unknown_number', `no onboarding for ${id}`);
  if (json === true) io.terminal.json(details);
  else describe(io.terminal, details);
}

async function showAtMeta(
  io: Io,
  given: GivenNumber,
  { json, wanted }: JsonOption & { readonly wanted: readonly string[] },
): Promise<void> {
  const { terminal } = io;
  const { temporal } = configFor(io, ['meta']);
  const known = { nowMs: io.nowMs(), temporal };
  const { atMeta, details, target } = await withNumber(io, given, async (desk, number) => ({
    target: number,
    atMeta: await readNumber(desk, { ...number, fields: wanted }),
    details: desk.store && (await readDetails(desk.store, given.phoneNumberId, known)),
  }));
  if (json === true) {
    const { phoneNumberId, wabaId } = target;
    const ids = { phone_number_id: phoneNumberId, waba_id: wabaId };
    terminal.json({ ...(details ?? ids), at_meta: atMeta });
  } else if (details === undefined) {
    terminal.line(`No onboarding of ${target.phoneNumberId} is known.`);
    describeAtMeta(terminal, atMeta);
  } else describe(terminal, details, atMeta);
}

async function readDetails(
  store: Store,
  id: PhoneNumberId,
  more: Pick<Parameters<typeof detailsOf>[1], 'nowMs' | 'temporal'>,
): Promise<NumberDetails | undefined> {
  const row = await store.numbers.byId(id);
  if (row === undefined) return undefined;
  const events = await store.numbers.eventsOf(id);
  const attempts = await store.attempts.of(id);
  const nameDecision = await store.inbox.nameDecisionOf(id);
  return detailsOf(row, { ...more, events, attempts, nameDecision });
}

function describe(terminal: Terminal, number: NumberDetails, atMeta?: NumberView): void {
  const { paint } = terminal;
  const title = [number.phone_number_id, number.display_phone_number, number.verified_name ?? ''];
  terminal.line(paint('bold', printable(title.join('  ').trimEnd())));
  for (const [name, text] of factsOf(number)) {
    if (text !== '') terminal.line(`${name.padEnd(14)}${printable(text)}`);
  }
  if (atMeta !== undefined) describeAtMeta(terminal, atMeta);
  terminal.line('');
  terminal.line(paint('bold', 'History'));
  for (const event of number.events) terminal.line(historyLine(event));
}

function describeAtMeta(terminal: Terminal, fields: NumberView): void {
  terminal.line('');
  terminal.line(terminal.paint('bold', 'At Meta'));
  const width = Math.max(...Object.keys(fields).map((name) => name.length)) + 2;
  for (const [name, value] of Object.entries(fields)) {
    terminal.line(printable(`${name.padEnd(width)}${textOf(value)}`));
  }
}

type Fact = readonly [name: string, text: string];

/** One line of the history, with who did it. */
export function historyLine({ at, kind, text, actor }: NumberDetails['events'][number]): string {
  const when = dateOf(Date.parse(at));
  return printable(`${when}  ${kind.padEnd(21)}  ${text} (${actor})`);
}

function factsOf(number: NumberDetails): readonly Fact[] {
  const { ownership = '', registration = '' } = number.tracks ?? {};
  return [
    ['Account', number.waba_id],
    ...(number.outcome === undefined ? openFacts(number) : [['Ended as', number.outcome] as const]),
    ['Ownership', ownership],
    ['Registration', registration],
    ['Name', nameOf(number)],
    ['Meta told', decisionOf(number)],
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
    ...commandsFor(number.cause, number.phone_number_id).map((command): Fact => [
      'Command',
      command,
    ]),
    ['Attempts', `${automatic} left for the service, ${operator} for you`],
  ];
}

function timeLeftOf({ deadline_at: deadlineAt, seconds_left: left }: NumberDetails): string {
  if (deadlineAt === undefined) return 'no deadline: it came without Embedded Signup';
  if (left === undefined) return '';
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

function nameOf({ tracks, usable = false, cause, outcome }: NumberDetails): string {
  const isOpen = cause === 'name_in_review' || outcome === 'registered-name-undecided';
  return `${tracks?.name ?? ''}${usable && isOpen ? ' (usable, review open)' : ''}`;
}

function decisionOf({ name_decision: told }: NumberDetails): string {
  if (told === undefined) return '';
  const words = [told.decision, told.reason, `on ${dateOf(Date.parse(told.told_at))}`];
  return words.filter((word) => word !== undefined).join(' ');
}

function certificateOf({ tracks, certificate_sha256: digest }: NumberDetails): string {
  const state = tracks?.certificate ?? '';
  return digest === undefined ? state : `${state}, SHA-256 ${digest}`;
}

import type { DeliveryRow } from '../store/store.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';

const EVENT_ID = /^evt_[0-9a-f-]{36}$/;

const COLUMNS = [
  { title: 'ID', isWhole: true },
  { title: 'AT', isWhole: true },
  { title: 'TYPE', isWhole: true },
  { title: 'NUMBER', isWhole: true },
  { title: 'TEXT' },
] as const;

export function addEvents(program: CliCommand, io: Io): void {
  const events = program.command('events').description("Events for the partner's own system.");
  addEventsList(events, io);
  addEventsRedeliver(events, io);
}

function addEventsList(events: CliCommand, io: Io): void {
  events
    .command('list')
    .description("Events that the partner's receiver did not take within three days.")
    .option('--json', '{"events": [...]}')
    .action(async ({ json }: JsonOption) => {
      const rows = await withStore(configFor(io, []).store, io.nowMs, ({ deliveries }) =>
        deliveries.undelivered(),
      );
      const views = rows.map(viewOf);
      if (json === true) io.terminal.json({ events: views });
      else if (rows.length === 0) io.terminal.line('No event was given up.');
      else io.terminal.table(COLUMNS, views.map(cellsOf));
    })
    .withExamples(
      'whatsapp-onboarding events list',
      "whatsapp-onboarding events list --json | jq -r '.events[].id'",
    );
}

function addEventsRedeliver(events: CliCommand, io: Io): void {
  events
    .command('redeliver')
    .description('Sends an event once more, under the same id, whatever became of it.')
    .argument('<event-id>', 'as the list shows it, or as it arrived: webhook-id')
    .option('--json', '{"id", "is_due"}')
    .action(async (id: string, options: JsonOption, command: CliCommand) => {
      if (!EVENT_ID.test(id)) throw command.misuse('event id must be like evt_ and a UUID');
      const isKnown = await withStore(configFor(io, []).store, io.nowMs, ({ deliveries }) =>
        deliveries.redeliver(id),
      );
      if (!isKnown) throw new CliError('unknown_event', `no event ${id}`);
      answer(io, options, { view: { id, is_due: true }, lines: [`${id} is sent once more.`] });
    })
    .withExamples(
      'whatsapp-onboarding events redeliver evt_5c9e2f6e-8f4e-4c55-9d4c-6f1a3a5b7c01',
      "whatsapp-onboarding events list --json | jq -r '.events[].id' | xargs -n1 whatsapp-onboarding events redeliver",
    );
}

function viewOf({ id, type, atMs, phoneNumberId, text }: DeliveryRow) {
  return { id, at: new Date(atMs).toISOString(), type, phone_number_id: phoneNumberId, text };
}

function cellsOf(event: ReturnType<typeof viewOf>): readonly string[] {
  return [event.id, event.at, event.type, event.phone_number_id, event.text];
}

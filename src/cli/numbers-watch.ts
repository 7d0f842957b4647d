import { setTimeout as sleep } from 'node:timers/promises';
import { eventView } from '../desk/number-view.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { EventRow, NumberRow, Store } from '../store/store.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { historyLine } from './numbers-show.ts';
import { configFor, withStore } from './resources.ts';

/** Quick enough to look live; two small reads of a local file. */
const LOOK_AGAIN_MS = 300;

export function addNumbersWatch(numbers: CliCommand, io: Io): void {
  numbers
    .command('watch')
    .description('Prints the history of a number, then a line for each change until it ends.')
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--json', 'one JSON object a line: at, kind, text, actor; the last one is {"outcome"}')
    .action((id: string, options: { readonly json?: true }, command: CliCommand) =>
      watchNumber(io, command.phoneNumberId(id), options.json === true),
    )
    .withExamples(
      'whatsapp-onboarding numbers watch 106540352242922',
      'whatsapp-onboarding numbers watch 106540352242922 --json | jq -r \'select(.kind == "needs-action") | .text\'',
    );
}

async function watchNumber(io: Io, id: PhoneNumberId, isJson: boolean): Promise<void> {
  const { terminal } = io;
  const { outcome } = await withStore(configFor(io, []).store, io.nowMs, (store) =>
    untilEnd(store, id, (event) => {
      const view = eventView(event);
      if (isJson) terminal.json(view);
      else terminal.line(historyLine(view));
    }),
  );
  if (isJson) terminal.json({ outcome });
  else terminal.line(`${id} has ended: ${outcome ?? ''}`);
}

async function untilEnd(
  store: Store,
  id: PhoneNumberId,
  tell: (event: EventRow) => void,
): Promise<NumberRow> {
  let lastId = 0;
  for (;;) {
    // The row first: an outcome in it means that the last event is written too, as both come in one transaction.
    const row = await store.numbers.byId(id);
    if (row === undefined) throw new CliError('unknown_number', `no onboarding for ${id}`);
    for (const event of await store.numbers.eventsOf(id)) {
      if (event.id <= lastId) continue;
      lastId = event.id;
      tell(event);
    }
    if (row.outcome !== undefined) return row;
    await sleep(LOOK_AGAIN_MS);
  }
}

import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { changeName } from '../desk/change-name.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import { administrator } from './actor.ts';
import type { CliCommand } from './cli-command.ts';
import type { Io } from './io.ts';
import { nameFollowers } from './onboarding-order.ts';
import { configFor, withStore } from './resources.ts';
import { withTemporal } from './temporal.ts';

interface NameOptions {
  readonly actor?: string;
  readonly json?: true;
}

export function addName(program: CliCommand, io: Io): void {
  program
    .command('name')
    .description('The display name of a number.')
    .command('change')
    .description(
      "Asks Meta for another display name. Its review is followed, and what is approved is applied by registering again. Ten names in 30 days. An administrator's command: it goes to Temporal directly, and the history says so.",
    )
    .argument('<phone-number-id>', "Meta's id of the number")
    .argument('<name>', 'the new name, 3-75 characters')
    .option('--actor <name>', 'who asks, for the history (default: your user name)')
    .option('--json', '{"phone_number_id", "actor", "name"}')
    .action((...[id, name, options, command]: [string, string, NameOptions, CliCommand]) => {
      const actor = administrator(command.actor(options.actor ?? userInfo().username));
      const isJson = options.json === true;
      return change(io, { id: command.phoneNumberId(id), name }, { actor, isJson });
    })
    .withExamples(
      'whatsapp-onboarding name change 106540352242922 "Lucky Shrub"',
      'whatsapp-onboarding name change 106540352242922 "Lucky Shrub" --json',
    );
}

async function change(
  io: Io,
  { id: phoneNumberId, name }: { readonly id: PhoneNumberId; readonly name: string },
  { actor, isJson }: { readonly actor: string; readonly isJson: boolean },
): Promise<void> {
  const { store, temporal, timing } = configFor(io, ['temporal']);
  const { nowMs } = io;
  const order = { phoneNumberId, name, actor, requestId: randomUUID() };
  await withStore(store, nowMs, (opened) =>
    changeName({ store: opened, nowMs }, order, (ask) =>
      withTemporal(io, temporal, (client) => ask(nameFollowers(client, timing))),
    ),
  );
  if (isJson) {
    io.terminal.json({ phone_number_id: phoneNumberId, actor, name });
    return;
  }
  io.terminal.line(`Meta is asked for the name "${name}" of ${phoneNumberId}, by ${actor}.`);
  io.terminal.line(`See what comes of it: whatsapp-onboarding numbers watch ${phoneNumberId}`);
}

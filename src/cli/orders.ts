import { userInfo } from 'node:os';
import type { OrderName, SentBy } from '../contract/onboarding.ts';
import { attemptsSpent } from '../desk/attempts-spent.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Store } from '../store/store.ts';
import { administrator } from './actor.ts';
import type { CliCommand } from './cli-command.ts';
import { confirm } from './confirm.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { giveOrder } from './onboarding-order.ts';
import { configFor, withStore } from './resources.ts';
import { withTemporal } from './temporal.ts';
import { dateOf } from './time.ts';

const WHOSE = "An administrator's command: it goes to Temporal directly, and the history says so.";

interface OrderOptions {
  readonly actor?: string;
  readonly json?: true;
  readonly yes?: true;
}

interface Order {
  readonly name: OrderName;
  /** The command, as it is typed. */
  readonly command: string;
  readonly description: string;
  /** What one does to a number with it: `nothing to retry`. */
  readonly verb: string;
  /** What the number does, or what becomes of it. */
  readonly done: string;
  readonly isFinal?: true;
}

const RETRY: Order = {
  ...{ name: 'retryNow', command: 'retry', verb: 'retry', done: 'tries again' },
  description: 'Asks a waiting number to try again now.',
};

const FREED: Order = {
  ...{ name: 'numberFreed', command: 'freed', verb: 'try again', done: 'tries again' },
  description:
    'Says that the customer has freed the number, which was still on a WhatsApp account: it tries again now.',
};

const PAUSE: Order = {
  ...{ name: 'pause', command: 'pause', verb: 'pause', done: 'is paused' },
  description: 'Has nothing asked of Meta about a number until it is resumed; a deadline runs on.',
};

const RESUME: Order = {
  ...{ name: 'resume', command: 'resume', verb: 'resume', done: 'goes on' },
  description: 'Ends the pause of a number: it is read now, and goes on.',
};

const ABANDON: Order = {
  ...{ name: 'abandon', command: 'abandon', verb: 'give up', done: 'is given up' },
  description: 'Ends the onboarding of a number as failed; a new signup begins anew.',
  isFinal: true,
};

export function addNumberOrders(program: CliCommand, numbers: CliCommand, io: Io): void {
  addOrder(program, io, RETRY);
  addOrder(program, io, PAUSE);
  addOrder(program, io, RESUME);
  addOrder(program, io, ABANDON);
  addOrder(numbers, io, FREED);
}

function addOrder(parent: CliCommand, io: Io, order: Order): void {
  const isFinal = order.isFinal === true;
  const added = parent
    .command(order.command)
    .description(`${order.description} ${WHOSE}`)
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--actor <name>', 'who asks, for the history (default: your user name)')
    .option('--json', '{"phone_number_id", "actor", "stage", "waiting_for"}')
    .action(async (id: string, options: OrderOptions, command: CliCommand) => {
      const actor = command.actor(options.actor ?? userInfo().username);
      const phoneNumberId = command.phoneNumberId(id);
      await confirm(io, {
        isMeant: !isFinal || options.yes === true,
        question: `End the onboarding of ${id} as failed? It cannot be taken up again.`,
        refusal: command.misuse('cannot be taken back; repeat with --yes'),
      });
      const by = { actor: administrator(actor), isJson: options.json === true };
      await give(io, { order, phoneNumberId }, by);
    });
  if (isFinal) added.option('--yes', 'you mean it: this onboarding cannot be taken up again');
  const line = ['whatsapp-onboarding', ...(parent.parent === null ? [] : [parent.name()])];
  const example = [...line, order.command, '106540352242922', ...(isFinal ? ['--yes'] : [])];
  added.withExamples(example.join(' '), `${example.join(' ')} --actor "Ada, on call"`);
}

interface Given {
  readonly order: Order;
  readonly phoneNumberId: PhoneNumberId;
}

async function give(
  io: Io,
  { order, phoneNumberId: id }: Given,
  { actor, isJson }: SentBy & { readonly isJson: boolean },
): Promise<void> {
  const { name, done } = order;
  const { store, temporal } = configFor(io, ['temporal']);
  await withStore(store, io.nowMs, (opened) => refuseIfUseless(opened, id, { order, io }));
  const { stage, waiting } = await withTemporal(io, temporal, (client) =>
    giveOrder(client, id, { name, actor }),
  );
  if (isJson) {
    io.terminal.json({ phone_number_id: id, actor, stage, waiting_for: waiting.for });
    return;
  }
  io.terminal.line(`${id} ${done}, asked by ${actor}.`);
  io.terminal.line(`See what comes of it: whatsapp-onboarding numbers watch ${id}`);
}

/** @throws CliError unknown_number, not_now; DeskError attempts_spent */
async function refuseIfUseless(
  store: Store,
  id: PhoneNumberId,
  { order: { name, verb }, io }: { readonly order: Order; readonly io: Io },
): Promise<void> {
  const row = await store.numbers.byId(id);
  if (row === undefined) throw new CliError('unknown_number', `no onboarding for ${id}`);
  const { outcome, stage, updatedAtMs } = row;
  if (outcome !== undefined) {
    const message = `already ${outcome} on ${dateOf(updatedAtMs)}; nothing to ${verb}`;
    throw new CliError('not_now', message);
  }
  // In the other stages a retry only reads.
  const isAttempt = name === 'retryNow' || name === 'numberFreed';
  if (!isAttempt || stage !== 'registering') return;
  const spent = attemptsSpent(await store.attempts.of(id), 'registrations', io.nowMs());
  if (spent !== undefined) throw spent;
}

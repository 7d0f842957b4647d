import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { failureTypes } from '../contract/failures.ts';
import { updateNames, workflowIdOf, type Progress, type SentBy } from '../contract/onboarding.ts';
import { attemptsSpent } from '../desk/attempts-spent.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Store } from '../store/store.ts';
import { administrator } from './actor.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { withTemporal } from './temporal.ts';
import { dateOf } from './time.ts';

const ACTOR = /^[\p{L}\p{N}\p{P}\p{Zs}]{1,50}$/u;

interface RetryOptions {
  readonly actor?: string;
  readonly json?: true;
}

export function addRetry(program: CliCommand, io: Io): void {
  program
    .command('retry')
    .description(
      "Asks a waiting number to try again now. An administrator's command: it goes to Temporal directly, and the history says so.",
    )
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--actor <name>', 'who asks, for the history (default: your user name)')
    .option('--json', '{"phone_number_id", "actor", "stage", "waiting_for"}')
    .action((id: string, options: RetryOptions, command: CliCommand) => {
      const { actor = userInfo().username } = options;
      if (!ACTOR.test(actor)) throw command.misuse('--actor must be 1-50 printable characters');
      return retry(io, command.phoneNumberId(id), {
        actor: administrator(actor),
        isJson: options.json === true,
      });
    })
    .withExamples(
      'whatsapp-onboarding retry 106540352242922',
      'whatsapp-onboarding retry 106540352242922 --actor "Ada, on call"',
    );
}

async function retry(
  io: Io,
  id: PhoneNumberId,
  { actor, isJson }: SentBy & { readonly isJson: boolean },
): Promise<void> {
  const { store, temporal } = configFor(io, ['temporal']);
  await withStore(store, io.nowMs, (opened) => refuseIfUseless(opened, id, io.nowMs()));
  const { stage, waiting } = await withTemporal(io, temporal, (client) =>
    retryNow(client, id, { actor }),
  );
  if (isJson) {
    io.terminal.json({ phone_number_id: id, actor, stage, waiting_for: waiting.for });
    return;
  }
  io.terminal.line(`${id} tries again, asked by ${actor}.`);
  io.terminal.line(`See what comes of it: whatsapp-onboarding numbers watch ${id}`);
}

/** @throws CliError unknown_number, not_now; DeskError attempts_spent */
async function refuseIfUseless(store: Store, id: PhoneNumberId, nowMs: number): Promise<void> {
  const row = await store.numbers.byId(id);
  if (row === undefined) throw new CliError('unknown_number', `no onboarding for ${id}`);
  const { outcome, stage, updatedAtMs } = row;
  if (outcome !== undefined) {
    const message = `already ${outcome} on ${dateOf(updatedAtMs)}; nothing to retry`;
    throw new CliError('not_now', message);
  }
  // In the other stages a retry only reads.
  if (stage !== 'registering') return;
  const spent = attemptsSpent(await store.attempts.of(id), 'registrations', nowMs);
  if (spent !== undefined) throw spent;
}

/** Each call is an order of its own: the id only makes a repeat inside the SDK harmless. */
async function retryNow(client: Client, id: PhoneNumberId, by: SentBy): Promise<Progress> {
  try {
    return await client.workflow
      .getHandle(workflowIdOf(id))
      .executeUpdate<Progress, [SentBy]>(updateNames.retryNow, {
        args: [by],
        updateId: randomUUID(),
      });
  } catch (error) {
    throw meaningOf(error, id) ?? error;
  }
}

function meaningOf(error: unknown, id: PhoneNumberId): CliError | undefined {
  if (error instanceof WorkflowNotFoundError) {
    const reason = 'it has not started yet, or was ended in Temporal by hand';
    return new CliError('not_now', `no onboarding of ${id} runs: ${reason}`);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new CliError(
      'temporal_unavailable',
      'Temporal has the order but no worker took it up in time; run: whatsapp-onboarding doctor',
    );
  }
  const { cause } = error instanceof WorkflowUpdateFailedError ? error : {};
  const isRefusal = cause instanceof ApplicationFailure && cause.type === failureTypes.notNow;
  return isRefusal ? new CliError('not_now', cause.message) : undefined;
}

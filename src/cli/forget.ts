import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIdOf } from '../contract/onboarding.ts';
import { forget, type Receipt, type Runs } from '../desk/forget.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import { administrator } from './actor.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { confirm } from './confirm.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { withTemporal } from './temporal.ts';

/** Temporal deletes what runs at once, and what has ended in the background: it took half a minute on the dev server. */
const DELETED_WITHIN_MS = 90_000;
const LOOK_AGAIN_MS = 1000;
const CALL_MS = 10_000;

export function addForget(program: CliCommand, io: Io): void {
  program
    .command('forget')
    .description(
      "Erases a number here for good: its runs and histories in Temporal, its rows, its PIN and certificate, and its account's token if it is the last. An administrator's command.",
    )
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--yes', 'you mean it: nothing brings it back')
    .option(
      '--json',
      '{"receipt_id", "erased_at", "actor", "rows", "runs", "is_complete", "outside"}',
    )
    .action(
      async (id: string, options: JsonOption & { readonly yes?: true }, command: CliCommand) => {
        const phoneNumberId = command.phoneNumberId(id);
        await confirm(io, {
          isMeant: options.yes === true,
          question: `Erase all that is kept of ${id}, its PIN too? Nothing brings it back.`,
          refusal: new CliError('usage', 'forget deletes for good; repeat with --yes'),
        });
        const receipt = await forgetNumber(io, phoneNumberId);
        answer(io, options, { view: receipt, lines: linesOf(receipt, phoneNumberId) });
      },
    )
    .withExamples(
      'whatsapp-onboarding forget 106540352242922 --yes',
      'whatsapp-onboarding forget 106540352242922 --yes --json > receipt.json',
    );
}

async function forgetNumber(io: Io, phoneNumberId: PhoneNumberId): Promise<Receipt> {
  const { store: place, temporal } = configFor(io, ['temporal']);
  const actor = administrator();
  return withStore(place, io.nowMs, (store) =>
    withTemporal(io, temporal, (client) =>
      forget(
        { store, runs: runsOf(client, io.nowMs), nowMs: io.nowMs, pause: (ms) => pause(ms) },
        phoneNumberId,
        actor,
      ),
    ),
  );
}

function runsOf(client: Client, nowMs: () => number): Runs {
  return {
    erase: async (phoneNumberId) => {
      const workflowId = workflowIdOf(phoneNumberId);
      const call = <Answer>(work: () => Promise<Answer>): Promise<Answer> =>
        client.withDeadline(nowMs() + CALL_MS, work);
      const giveUpAtMs = nowMs() + DELETED_WITHIN_MS;
      const seen = new Set<string>();
      for (;;) {
        const runIds = await call(() => runIdsOf(client, workflowId));
        for (const runId of runIds.filter((each) => !seen.has(each))) {
          seen.add(runId);
          await call(() => deleteRun(client, { workflowId, runId }));
        }
        if (runIds.length === 0 || nowMs() > giveUpAtMs) {
          return { deleted: seen.size - runIds.length, pending: runIds.length };
        }
        await pause(LOOK_AGAIN_MS);
      }
    },
  };
}

/** The list lags behind a run that has just begun, which only asking for it by its id shows. */
async function runIdsOf(client: Client, workflowId: string): Promise<readonly string[]> {
  const runIds = new Set<string>();
  const runs = client.workflow.list({ query: `WorkflowId = '${workflowId}'` });
  for await (const { runId } of runs) runIds.add(runId);
  const latest = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  if (latest !== undefined) runIds.add(latest.runId);
  return [...runIds];
}

/** A run that goes on is ended by its deletion. Terminated first it would count as ended, and take long. */
async function deleteRun(
  client: Client,
  workflowExecution: { readonly workflowId: string; readonly runId: string },
): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService
    .deleteWorkflowExecution({ namespace, workflowExecution })
    .catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
}

/** Deleted already, and only the list lags behind. gRPC: not found. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 5;
}

function linesOf({ receipt_id, rows, runs, is_complete, outside }: Receipt, id: string): string[] {
  const counted = Object.entries(rows).filter(([, count]) => count > 0);
  const sum = counted.reduce((all, [, count]) => all + count, 0);
  return [
    `${id} is forgotten: ${runs.deleted} runs in Temporal, ${sum} rows here. Receipt ${receipt_id}`,
    ...(is_complete
      ? []
      : [`${runs.pending} runs are still being deleted; give the same order again in a minute.`]),
    'Beyond our reach:',
    ...outside.map((place) => `  ${place}`),
  ];
}

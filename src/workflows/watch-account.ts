import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  defineSignal,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import {
  watchSignalNames,
  type AccountActivities,
  type WatchInput,
} from '../contract/account-watch.ts';
import { failureTypes } from '../contract/failures.ts';
import { causeEntry } from '../domain/causes.ts';
import { DEFAULT_TIMING } from '../domain/timing.ts';
import { refusalIn } from './failures.ts';

// Signups come in bursts; one look at the new state serves all that came within this time.
const MERGE_MS = 10_000;
const DAY_MS = 86_400_000;

const accountChanged = defineSignal(watchSignalNames.accountChanged);

/**
 * Reads one account for all of its numbers. Nothing here decides about a number: it only hints at those that changed, and
 * each reads itself. If the watch dies, the numbers' own polls find everything later.
 */
export async function watchAccount(input: WatchInput): Promise<void> {
  const changes = { count: 0 };
  setHandler(
    accountChanged,
    () => {
      changes.count += 1;
    },
    { description: 'A number of the account began to wait: the next read may be due sooner' },
  );
  setCurrentDetails(
    'Reads the account for all its waiting numbers; each read hints at what changed.',
  );
  while (!workflowInfo().continueAsNewSuggested) {
    await watchUntilChange(input, changes);
    await sleep(MERGE_MS, { summary: 'merge signups' });
  }
  await continueAsNew<typeof watchAccount>(input);
}

async function watchUntilChange(
  input: WatchInput,
  changes: { readonly count: number },
): Promise<void> {
  const { count } = changes;
  const state: { refused?: unknown } = {};
  const scope = new CancellationScope();
  const observing = scope
    .run(() => subscribeAndObserve(input))
    .catch((error: unknown) => {
      if (!isCancellation(error)) state.refused = error;
    });
  await condition(() => changes.count !== count || state.refused !== undefined);
  scope.cancel();
  await observing;
  if (state.refused === undefined) return;
  // A dead token is not polled. The numbers ask a person for a new one, which comes with a signal; else once a day.
  setCurrentDetails(`Paused: ${causeEntry(refusalIn(state.refused).cause).advice}`);
  await condition(() => changes.count !== count, DAY_MS, { summary: 'try the access again' });
}

/** Webhooks only make it faster, so they come first: the sooner they flow, the less there is to read. */
async function subscribeAndObserve(input: WatchInput): Promise<void> {
  const { startToCloseMs } = { ...DEFAULT_TIMING, ...input.timing };
  const proxy = (summary: string): AccountActivities =>
    proxyActivities<AccountActivities>({
      summary,
      // A list has many pages, each with a deadline of its own.
      startToCloseTimeout: 10 * startToCloseMs,
      cancellationType: 'TRY_CANCEL',
      retry: {
        initialInterval: 60_000,
        maximumInterval: 900_000,
        nonRetryableErrorTypes: [failureTypes.refused],
      },
    });
  await proxy("subscribe to the account's webhooks").subscribeApp({ wabaId: input.wabaId });
  await proxy('read the account at Meta').observeAccount(input);
}

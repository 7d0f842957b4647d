import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  setHandler,
} from '@temporalio/workflow';
import { isEncrypted } from '../contract/encrypted.ts';
import { failureTypes } from '../contract/failures.ts';
import {
  queryNames,
  signalNames,
  updateNames,
  type Progress,
  type SentBy,
} from '../contract/onboarding.ts';
import { causeEntry } from '../domain/causes.ts';
import { tell, type Run } from './run.ts';

const UNKNOWN_ACTOR = 'Temporal UI';
const IN_CLEAR = 'its input was not encrypted';

const numberChanged = defineSignal(signalNames.numberChanged);
const retry = defineSignal<[SentBy?]>(signalNames.retry);
const retryNow = defineUpdate<Progress, [SentBy]>(updateNames.retryNow);
const progress = defineQuery<Progress>(queryNames.progress);

/** Handlers only change state; the story acts on it. */
export function handleMessages(run: Run): void {
  setHandler(progress, () => run.progress, {
    description: 'Stage, whose move it is, the three tracks, deadline, attempts left',
  });
  setHandler(
    numberChanged,
    () => {
      run.messages.hints += 1;
    },
    { description: 'A hint that something changed at Meta: the number is read now' },
  );
  setHandler(
    retry,
    (by) => {
      const isPlain = isInClear(run, by);
      const actor = isPlain ? UNKNOWN_ACTOR : actorOf(by);
      const refusal = isPlain ? IN_CLEAR : whyNotNow(run);
      if (isPlain) log.warn('message in clear refused');
      if (refusal === undefined) askForRetry(run, actor);
      else tell(run, 'retried', [`Retry had no effect: ${refusal}`, actor]);
    },
    { description: 'Try again now. No input needed; {"actor": "your name"} records who you are' },
  );
  setHandler<Progress, [SentBy], typeof retryNow>(
    retryNow,
    (by) => {
      askForRetry(run, actorOf(by));
      return run.progress;
    },
    {
      validator: (by) => {
        const refusal = isInClear(run, by) ? IN_CLEAR : whyNotNow(run);
        if (refusal !== undefined)
          throw ApplicationFailure.nonRetryable(refusal, failureTypes.notNow);
      },
      description: 'As the signal retry, but it answers, and refuses with a reason',
    },
  );
}

function askForRetry(run: Run, actor: string): void {
  run.messages.retries += 1;
  run.messages.retriedBy = actor;
  tell(run, 'retried', ['A person asked to try again.', actor]);
}

/** Why a retry would do harm or nothing; undefined when it may go ahead. */
function whyNotNow({ progress: { outcome, waiting } }: Run): string | undefined {
  if (outcome !== undefined) return `the onboarding has ended: ${outcome}`;
  const { refusal, untilMs } = waiting;
  if (refusal === undefined || causeEntry(refusal.cause).locked !== true) return undefined;
  const until = untilMs === undefined ? '' : ` until ${new Date(untilMs).toISOString()}`;
  return `Meta has locked the number${until}; a call now would prolong the lock`;
}

/**
 * Whoever starts a run encrypted also sends so: what comes in clear is from somebody without the keys, or from a page that has
 * none, whose button may then send no input at all. The codec lets it pass, as refusing it there would stop the run.
 */
function isInClear({ input }: Run, by: unknown): boolean {
  return by !== undefined && isEncrypted(input) && !isEncrypted(by);
}

/** Signals from the Temporal UI may carry any payload, so nothing about it is believed. */
function actorOf(by: unknown): string {
  const isNamed = typeof by === 'object' && by !== null && 'actor' in by;
  return isNamed && typeof by.actor === 'string' ? by.actor.slice(0, 80) : UNKNOWN_ACTOR;
}

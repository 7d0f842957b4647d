import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
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
      const actor = actorOf(by);
      const refusal = whyNotNow(run);
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
      validator: () => {
        const refusal = whyNotNow(run);
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

/** Signals from the Temporal UI may carry any payload, so nothing about it is believed. */
function actorOf(by: unknown): string {
  const isNamed = typeof by === 'object' && by !== null && 'actor' in by;
  return isNamed && typeof by.actor === 'string' ? by.actor.slice(0, 80) : 'Temporal UI';
}

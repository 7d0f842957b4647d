import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import {
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
} from '@temporalio/common';
import { NotReady } from '../steps/on-premises.ts';
import { refusalOf } from '../steps/refusal-of.ts';
import { failureTypes } from '../contract/failures.ts';
import { causeEntry } from '../domain/causes.ts';
import { waitMsOf } from '../domain/waits.ts';
import { causeOf } from '../domain/refusals.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphRefused,
  GraphUnreachable,
  OnPremisesRefused,
} from '../graph/errors.ts';
import { StoreUnavailable } from '../store/errors.ts';

type Activity<Args, Result> = (args: Args) => Promise<Result>;

/** The only place where an error becomes a failure that Temporal stores and shows. */
export function translateFailures<Args, Result>(
  activity: Activity<Args, Result>,
): Activity<Args, Result> {
  return async (args) => {
    try {
      return await activity(args);
    } catch (error) {
      throw toFailure(error);
    }
  };
}

/** Meta refuses in a way that time does not mend: not retried. */
export function refused(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureTypes.refused,
    message: `${refusal.cause}: ${causeEntry(refusal.cause).advice}`,
    nonRetryable: true,
    details: [refusal],
  });
}

/** "Not yet", in `delayMs` again. Benign: neither logged as an error nor counted as a failure. */
export function stillWaiting(seen: string, delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureTypes.stillWaiting,
    message: seen,
    // Never 0: that would end the activity instead of retrying it.
    nextRetryDelay: Math.max(delayMs, 1),
    category: ApplicationFailureCategory.BENIGN,
  });
}

function toFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof GraphRefused) return afterRefusal(refusalOf(error));
  if (error instanceof OnPremisesRefused) return afterRefusal(onPremisesRefusal(error));
  if (error instanceof NotReady) return refused({ cause: CAUSE_OF_MISSING[error.missing] });
  if (isMetaDown(error)) return cancelled() ?? pause(whyDown(error), error.message);
  if (error instanceof StoreUnavailable) {
    return ApplicationFailure.retryable(error.message, failureTypes.storeUnavailable);
  }
  // A bug of ours. Its text may quote anything, so only its name leaves this process; the log is redacted.
  const name = error instanceof Error ? error.name : typeof error;
  log.error('activity failed unexpectedly', { error });
  return ApplicationFailure.retryable(`Unexpected ${name}; see the worker's log`, failureTypes.bug);
}

/** Meta takes a certificate away after seven days. A country code is given by hand: `on-premises register --cc`. */
const CAUSE_OF_MISSING = {
  certificate: 'certificate_expired',
  'country-code': 'bad_request',
} as const;

function onPremisesRefusal({ answer }: OnPremisesRefused): Refusal {
  return { cause: causeOf(answer, 'on-premises'), code: answer.code };
}

/** We cut the call ourselves, as the worker stops: another one repeats it at once, not after Meta's pause. */
function cancelled(): CancelledFailure | undefined {
  const reason: unknown = cancellationSignal().reason;
  return reason instanceof CancelledFailure ? reason : undefined;
}

type MetaDown = GraphUnreachable | GraphOutcomeUnknown | GraphMalformed;

function isMetaDown(error: unknown): error is MetaDown {
  return (
    error instanceof GraphUnreachable ||
    error instanceof GraphOutcomeUnknown ||
    error instanceof GraphMalformed
  );
}

/** HTTP 500 may come with a code that says more, such as maintenance. A final word it is never. */
function whyDown(error: MetaDown): Refusal {
  const said = error instanceof GraphOutcomeUnknown ? error.refusal : undefined;
  const refusal: Refusal = said === undefined ? { cause: 'meta_down' } : refusalOf(said);
  return causeEntry(refusal.cause).verdict === 'wait' ? refusal : { cause: 'meta_down' };
}

function afterRefusal(refusal: Refusal): ApplicationFailure {
  const { verdict, advice } = causeEntry(refusal.cause);
  if (verdict !== 'wait') return refused(refusal);
  return pause(refusal, `${refusal.cause}: ${advice}`);
}

/** Our own pace says when: an exact instant, not Meta's clamped one. */
export function afterPause(refusal: Refusal, delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureTypes.metaUnavailable,
    message: `${refusal.cause}: ${causeEntry(refusal.cause).advice}`,
    nextRetryDelay: Math.max(delayMs, 1),
    details: [refusal],
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Details carry the refusal, for a workflow that does not wait for the pause to end. */
function pause(refusal: Refusal, message: string): ApplicationFailure {
  const { cause, toldWaitMs } = refusal;
  return ApplicationFailure.create({
    type: failureTypes.metaUnavailable,
    message,
    nextRetryDelay: waitMsOf(cause, activityInfo().attempt, toldWaitMs),
    details: [refusal],
  });
}

import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { OnboardingActivities } from '../contract/activities.ts';
import { failureTypes } from '../contract/failures.ts';
import type { Timing } from '../domain/timing.ts';

// For failures that carry no delay of their own, such as a store that cannot answer: gentle, and never the end.
const PATIENT = { initialInterval: 1000, backoffCoefficient: 2, maximumInterval: 60_000 };
// The last read must end within a minute of the deadline, whatever Meta does.
const LAST_READ_MS = 55_000;
// Two statements in our own database, which itself waits up to 5 s for a lock.
const ANNOUNCE_MS = 8000;

/** Each activity with its summary (shown by the Temporal UI), time-out and retries. */
export function proxyOnboardingActivities(timing: Timing): OnboardingActivities {
  const proxy = (summary: string): OnboardingActivities =>
    proxyActivities<OnboardingActivities>({
      summary,
      startToCloseTimeout: timing.startToCloseMs,
      // A wait is cancelled when a message ends it; its running read need not be awaited.
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: { ...PATIENT, nonRetryableErrorTypes: [failureTypes.refused] },
    });
  return {
    observeNumber: proxy('read the number at Meta').observeNumber,
    reserveAttempt: proxy('seal the PIN, count the attempt').reserveAttempt,
    register: proxyOnce('register with Meta, once', timing).register,
    submitName: proxyOnce('ask Meta for another display name, once', timing).submitName,
    setPin: proxyForAWhile("set the number's PIN at Meta", timing).setPin,
    registerOnPremises: proxyForAWhile("register on the customer's client", timing)
      .registerOnPremises,
    deregister: proxyOnce('deregister with Meta, once', timing).deregister,
    settleAttempt: proxy('close the attempt whose answer was lost').settleAttempt,
    announce: proxyAnnounce().announce,
  };
}

/** A retry here would post twice: the loop, the count and the read before a second POST are the workflow's. */
function proxyOnce(summary: string, timing: Timing): OnboardingActivities {
  return proxyActivities<OnboardingActivities>({
    summary,
    startToCloseTimeout: timing.startToCloseMs,
    retry: { maximumAttempts: 1 },
  });
}

/** Then the number waits as for everything that does not answer, and its deadline is watched. */
function proxyForAWhile(summary: string, timing: Timing): OnboardingActivities {
  return proxyActivities<OnboardingActivities>({
    summary,
    startToCloseTimeout: timing.startToCloseMs,
    scheduleToCloseTimeout: 4 * timing.startToCloseMs,
    retry: { ...PATIENT, nonRetryableErrorTypes: [failureTypes.refused] },
  });
}

/** Local, as it calls nobody but our own store: one event in the history instead of six. Idempotent by its key. */
function proxyAnnounce(): OnboardingActivities {
  return proxyLocalActivities<OnboardingActivities>({
    summary: 'tell people',
    startToCloseTimeout: ANNOUNCE_MS,
    retry: PATIENT,
  });
}

/** One read that goes well takes a moment and needs no timer beside it; one that does not becomes a wait. */
export function proxyLook(timing: Timing): Pick<OnboardingActivities, 'observeNumber'> {
  return proxyActivities<OnboardingActivities>({
    summary: 'look at the number',
    startToCloseTimeout: timing.startToCloseMs,
    // A person's pause ends it; its running read need not be awaited.
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    scheduleToCloseTimeout: 4 * timing.startToCloseMs,
    retry: { ...PATIENT, nonRetryableErrorTypes: [failureTypes.refused] },
  });
}

export function proxyLastRead(timing: Timing): Pick<OnboardingActivities, 'observeNumber'> {
  return proxyActivities<OnboardingActivities>({
    summary: 'the last read, at the deadline',
    startToCloseTimeout: timing.startToCloseMs,
    scheduleToCloseTimeout: LAST_READ_MS,
    retry: { initialInterval: 5000, backoffCoefficient: 1 },
  });
}

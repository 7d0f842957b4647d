import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { failureTypes } from '../contract/failures.ts';
import { CAUSES, type Cause } from '../domain/causes.ts';
import type { Refusal } from '../domain/register-protocol.ts';

/** Meta's final word in an activity's failure; undefined where there was none, as after a time-out. */
export function refusedIn(error: unknown): Refusal | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  const isFinal = cause instanceof ApplicationFailure && cause.type === failureTypes.refused;
  return isFinal ? refusalIn(error) : undefined;
}

/** Why an activity gave up after a while: what its last attempt failed with, such as a limit of Meta's. */
export function passingIn(error: unknown): Refusal {
  const last = error instanceof ActivityFailure ? error.cause : undefined;
  const cause = last instanceof TimeoutFailure ? last.cause : last;
  const detail: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  return isRefusal(detail) ? detail : { cause: 'meta_down' };
}

/** The refusal an activity failed with. A failure of any other kind is a refusal we do not know: it asks a person. */
export function refusalIn(error: unknown): Refusal {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) {
    const detail: unknown = error.cause.details?.[0];
    if (isRefusal(detail)) return detail;
  }
  return { cause: 'unknown_refusal' };
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'cause' in value && isCause(value.cause);
}

function isCause(value: unknown): value is Cause {
  return typeof value === 'string' && Object.hasOwn(CAUSES, value);
}

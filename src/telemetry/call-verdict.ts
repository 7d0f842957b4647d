import { causeEntry, type Verdict } from '../domain/causes.ts';
import { causeOf } from '../domain/refusals.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphRefused,
  GraphUnreachable,
} from '../graph/errors.ts';

/** What became of a call to Meta, as metrics and traces name it. A refusal is named by what it asks for. */
export type CallVerdict =
  'ok' | 'throttled' | `refused-${Verdict}` | 'unreachable' | 'unknown' | 'malformed' | 'bug';

export function verdictOf(error: unknown): CallVerdict {
  if (error instanceof GraphRefused) {
    const cause = causeOf(error.answer);
    return cause === 'throttled' ? 'throttled' : `refused-${causeEntry(cause).verdict}`;
  }
  if (error instanceof GraphUnreachable) return 'unreachable';
  if (error instanceof GraphOutcomeUnknown) return 'unknown';
  return error instanceof GraphMalformed ? 'malformed' : 'bug';
}

import { causeEntry } from '../domain/causes.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import { refusalOf } from '../steps/refusal-of.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphRefused,
  GraphUnreachable,
  InvalidArgument,
} from '../graph/errors.ts';
import { passesByItself, type RefusedCall } from '../domain/refusals.ts';

/** Why an order of a person could not be carried out, whichever door it came through. */
export type DeskErrorCode =
  /** What was given cannot be right; nothing was sent. */
  | 'invalid_input'
  | 'unknown_number'
  /** Nobody has given us a token for the account. */
  | 'unknown_account'
  | 'not_configured'
  /** It makes no sense in the number's present state; nothing was sent. */
  | 'not_now'
  /** All register or deregister requests are used up until `untilMs`; nothing was sent. */
  | 'attempts_spent'
  /** The account's calls are used up until `untilMs`; nothing was done. */
  | 'throttled'
  | 'refused_by_meta'
  /** Nothing was sent, or nothing was done, or it was a read. */
  | 'meta_unavailable'
  /** The write may have had its effect: read before it is repeated. */
  | 'outcome_unknown'
  /** Of a signup: the customer must run it again. */
  | 'code_expired'
  | 'number_not_in_account'
  /** Of a signup: the number is somebody else's here, or done, or about to be forgotten. */
  | 'number_in_use'
  | 'already_onboarded'
  | 'erasure_in_progress';

interface More {
  /** What Meta refused with. */
  readonly refusal?: Refusal;
  /** When the order may be given again. */
  readonly untilMs?: number;
}

/** The message is what the person reads: one or two sentences, no secret, no input. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
  readonly code: DeskErrorCode;
  readonly refusal: Refusal | undefined;
  readonly untilMs: number | undefined;

  constructor(code: DeskErrorCode, message: string, more: More = {}) {
    super(message);
    this.code = code;
    this.refusal = more.refusal;
    this.untilMs = more.untilMs;
  }
}

/** What a failed call to Meta means to the person who gave the order; undefined for a bug. */
export function meaningOf(error: unknown, call?: RefusedCall): DeskError | undefined {
  if (error instanceof InvalidArgument) return new DeskError('invalid_input', error.message);
  if (error instanceof GraphUnreachable || error instanceof GraphMalformed) {
    return new DeskError('meta_unavailable', error.message);
  }
  if (error instanceof GraphOutcomeUnknown) return new DeskError('outcome_unknown', error.message);
  return error instanceof GraphRefused ? refusalError(error, call) : undefined;
}

/** As `meaningOf`: what became of a read needs no looking after. */
export function meaningOfRead(error: unknown, call?: RefusedCall): DeskError | undefined {
  const meaning = meaningOf(error, call);
  if (meaning?.code !== 'outcome_unknown') return meaning;
  return new DeskError('meta_unavailable', 'Meta did not answer clearly; ask again');
}

function refusalError(error: GraphRefused, call: RefusedCall | undefined): DeskError {
  const refusal = refusalOf(error, call);
  const field = unknownFieldIn(error);
  if (field !== undefined) return new DeskError('invalid_input', `Meta knows no field '${field}'`);
  if (passesByItself(refusal.cause)) {
    const message = `Meta cannot do this now; ask again later${diagnosticOf(refusal)}`;
    return new DeskError('meta_unavailable', message, { refusal });
  }
  const advice = isNotThere(error)
    ? 'There is no such number or account, or the token gives no access to it.'
    : causeEntry(refusal.cause).advice;
  return refusedByMeta(refusal, advice);
}

export function refusedByMeta(
  refusal: Refusal,
  advice: string = causeEntry(refusal.cause).advice,
): DeskError {
  return new DeskError('refused_by_meta', `${advice}${diagnosticOf(refusal)}`, { refusal });
}

/** Meta has answered, with what may also come after the effect; or not at all. */
export function outcomeUnknown(refusal?: Refusal): DeskError {
  const message = 'Meta did not answer clearly. Read the number before you repeat this.';
  if (refusal === undefined) return new DeskError('outcome_unknown', message);
  return new DeskError('outcome_unknown', `${message}${diagnosticOf(refusal)}`, { refusal });
}

function diagnosticOf({ code, subcode, traceId }: Refusal): string {
  if (code === undefined) return '';
  const known = `Meta's code ${code}${subcode === undefined ? '' : `/${subcode}`}`;
  return ` (${known}${traceId === undefined ? '' : `, trace ${traceId}`})`;
}

/** Meta answers alike for what is missing and for what is another's. */
function isNotThere({ answer: { code, subcode } }: GraphRefused): boolean {
  return code === 100 && subcode === 33;
}

function unknownFieldIn({ answer: { code, message = '' } }: GraphRefused): string | undefined {
  return code === 100 ? /nonexisting field \(([a-z0-9_]+)\)/.exec(message)?.[1] : undefined;
}

import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { AttemptOutcome, Refusal } from '../domain/register-protocol.ts';
import { GraphOutcomeUnknown, GraphRefused, GraphUnreachable } from '../graph/errors.ts';
import type { AttemptResult, Attempts } from '../store/store.ts';
import { refusalOf } from './refusal-of.ts';

/** A request that reached its HTTP deadline needs a moment to be noticed and written down. */
const CLOSING_MS = 5000;
/** Longer than this between claiming the row and sending means the process was frozen, and others may have moved on. */
const FROZEN_MS = 2000;

export interface LedgerDeps {
  readonly ledger: Attempts;
  /** A clock that no administrator can set back, for "was this process frozen?". */
  readonly monotonicMs: () => number;
}

export interface Attempt {
  readonly phoneNumberId: PhoneNumberId;
  /** The reserved row. */
  readonly n: number;
  readonly call: 'register' | 'deregister' | 'name';
  readonly send: () => Promise<void>;
  /** Is there still time for the HTTP call? Asked when everything else is ready. */
  readonly isInTime?: () => boolean;
}

/** How long a reserved attempt may be on its way. */
export function inFlightMsOf(graphTimeoutMs: number): number {
  return graphTimeoutMs + CLOSING_MS;
}

/**
 * One request that Meta counts. A second one would be harmless only by luck, so the ledger decides: the row must still be the
 * newest and open, it is marked as sending before the request leaves, and closed with what came back. If this process dies
 * in between, `settle` finds the row as it was left.
 */
export async function attemptOnce(
  { ledger, monotonicMs }: LedgerDeps,
  attempt: Attempt,
): Promise<AttemptOutcome> {
  const { phoneNumberId, n, isInTime = () => true } = attempt;
  const claimingMs = monotonicMs();
  const isMine = await ledger.startSending(phoneNumberId, n);
  if (!isMine) return await ledger.settle(phoneNumberId, n);
  const isFresh = monotonicMs() - claimingMs < FROZEN_MS && isInTime();
  const sent = isFresh ? await sentBy(attempt) : NOT_SENT;
  await ledger.close(phoneNumberId, n, sent.result);
  return sent.outcome;
}

interface Sent {
  readonly outcome: AttemptOutcome;
  readonly result: AttemptResult;
}

const NOT_SENT: Sent = { outcome: { kind: 'not-sent' }, result: { state: 'not_sent' } };

async function sentBy({ send, call }: Attempt): Promise<Sent> {
  try {
    await send();
    return { outcome: { kind: 'ok' }, result: { state: 'ok' } };
  } catch (error) {
    return sentOf(error, call);
  }
}

/** Only what provably never left is "not sent". Whatever we do not recognise may have reached Meta. */
function sentOf(error: unknown, call: Attempt['call']): Sent {
  if (error instanceof GraphUnreachable) return NOT_SENT;
  if (error instanceof GraphRefused) {
    const refusal = refusalOf(error, call);
    return {
      outcome: { kind: 'refused', refusal },
      result: { state: 'refused', http: error.http, ...refusal },
    };
  }
  const envelope = error instanceof GraphOutcomeUnknown ? error.refusal : undefined;
  const refusal: Refusal | undefined =
    envelope === undefined ? undefined : refusalOf(envelope, call);
  return {
    outcome: { kind: 'unknown', ...(refusal === undefined ? {} : { refusal }) },
    result: { state: 'unknown', ...refusal },
  };
}

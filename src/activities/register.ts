import { activityInfo } from '@temporalio/activity';
import type { OnboardingActivities } from '../contract/activities.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { AttemptOutcome, Refusal } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import { GraphOutcomeUnknown, GraphRefused, GraphUnreachable } from '../graph/errors.ts';
import type { AttemptResult } from '../store/store.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { refusalOf } from './translate-failures.ts';

// Longer than this between claiming the row and sending means the process was frozen, and others may have moved on.
const FROZEN_MS = 2000;

/**
 * One request to `/register`. A second one would be harmless only by luck, so the ledger decides: the row must still be the
 * newest and open, it is marked as sending before the request leaves, and closed with what came back. If this process dies
 * in between, `settleAttempt` finds the row as it was left.
 */
export function createRegister(deps: ActivityDeps): OnboardingActivities['register'] {
  return async ({ phoneNumberId, wabaId, n }) => {
    const beganMs = deps.monotonicMs();
    const token = await tokenOf(deps, wabaId);
    const pin = await deps.store.credentials.pinOf(phoneNumberId);
    const claimingMs = deps.monotonicMs();
    const isMine = pin !== undefined && (await deps.store.attempts.startSending(phoneNumberId, n));
    if (!isMine) return await deps.store.attempts.settle(phoneNumberId, n);
    const sent = isFresh(deps, beganMs, claimingMs)
      ? await send(deps, { phoneNumberId, token, pin })
      : NOT_SENT;
    await deps.store.attempts.close(phoneNumberId, n, sent.result);
    return sent.outcome;
  };
}

interface Sent {
  readonly outcome: AttemptOutcome;
  readonly result: AttemptResult;
}

const NOT_SENT: Sent = { outcome: { kind: 'not-sent' }, result: { state: 'not_sent' } };

/** The HTTP call must fit into what is left of the activity, and nothing may have happened since the row was claimed. */
function isFresh({ monotonicMs }: ActivityDeps, beganMs: number, claimingMs: number): boolean {
  const nowMs = monotonicMs();
  return (
    nowMs - claimingMs < FROZEN_MS && nowMs - beganMs < activityInfo().startToCloseTimeoutMs / 2
  );
}

async function send(
  { graph }: ActivityDeps,
  request: { readonly phoneNumberId: PhoneNumberId; readonly token: Secret; readonly pin: Secret },
): Promise<Sent> {
  try {
    await graph.register(request);
    return { outcome: { kind: 'ok' }, result: { state: 'ok' } };
  } catch (error) {
    return sentOf(error);
  }
}

/** Only what provably never left is "not sent". Whatever we do not recognise may have reached Meta. */
function sentOf(error: unknown): Sent {
  if (error instanceof GraphUnreachable) return NOT_SENT;
  if (error instanceof GraphRefused) {
    const refusal = refusalOf(error, 'register');
    return {
      outcome: { kind: 'refused', refusal },
      result: { state: 'refused', http: error.http, ...refusal },
    };
  }
  const envelope = error instanceof GraphOutcomeUnknown ? error.refusal : undefined;
  const refusal: Refusal | undefined =
    envelope === undefined ? undefined : refusalOf(envelope, 'register');
  return {
    outcome: { kind: 'unknown', ...(refusal === undefined ? {} : { refusal }) },
    result: { state: 'unknown', ...refusal },
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import { DeskError } from '../desk/errors.ts';
import { acceptSignup, type Signup, type SignupDeps as DeskDeps } from '../desk/signup.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { SignupRow, Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { HttpError } from './errors.ts';
import type { KeyedHash } from './keyed-hash.ts';
import type { Onboardings } from './onboardings.ts';
import { signupOf, type SignupCall } from './signup-request.ts';

/** How long a repeat waits for the request it repeats: somewhat longer than Meta takes to exchange a code. */
const TWIN_MS = 6000;

interface SignupDeps extends DeskDeps {
  readonly store: DeskDeps['store'] & Pick<Store, 'sessions'>;
  readonly onboardings: Pick<Onboardings, 'start'>;
  readonly hash: KeyedHash;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

interface Accepted {
  readonly phoneNumberId: PhoneNumberId;
  readonly status: 200 | 202;
}

interface Flight {
  readonly bodyHash: string;
  readonly landing: Promise<Accepted>;
}

/**
 * The signup callback. The code is exchanged within the request, before any queue: it lives 30 s. 202 means that the onboarding
 * is written down, whether Temporal has heard of it or not.
 */
export function createTakeSignup(
  accept: AcceptSignup,
  deps: Pick<SignupDeps, 'hash' | 'store'>,
): (call: SignupCall) => Promise<Response> {
  return async (call) => {
    const { state, ...signup } = signupOf(call, deps.hash);
    const { phoneNumberId, status } = await accept(signup, () => checkState(deps, call, state));
    const url = statusUrlOf(phoneNumberId);
    return answerJson({ phone_number_id: phoneNumberId, status_url: url }, status, {
      location: url,
    });
  };
}

/** `prove` refuses a caller, before the code is spent and after a repeat has had its answer. @throws DeskError, HttpError */
export type AcceptSignup = (signup: Signup, prove?: () => Promise<void>) => Promise<Accepted>;

/** One signup at a time under a key, whichever door it comes through. */
export function createAcceptSignup(deps: SignupDeps): AcceptSignup {
  const flights = new Map<string, Flight>();
  return (signup, prove = () => Promise.resolve()) =>
    fly(flights, signup, () => accept(deps, signup, prove));
}

export function statusUrlOf(phoneNumberId: PhoneNumberId): string {
  return `/v1/numbers/${phoneNumberId}`;
}

/** One request at a time under a key: a twin gets the answer of the first. */
async function fly(
  flights: Map<string, Flight>,
  { idempotencyKey, bodyHash }: Signup,
  take: () => Promise<Accepted>,
): Promise<Accepted> {
  const first = flights.get(idempotencyKey);
  if (first !== undefined) {
    refuseOtherBody(first, bodyHash);
    return landingOf(first);
  }
  const landing = take().finally(() => flights.delete(idempotencyKey));
  flights.set(idempotencyKey, { bodyHash, landing });
  return landing;
}

async function landingOf({ landing }: Flight): Promise<Accepted> {
  const alarm = new AbortController();
  const late = wait(TWIN_MS, undefined, { signal: alarm.signal });
  try {
    const landed = await Promise.race([landing, late]);
    if (landed === undefined) throw new HttpError('signup_in_progress');
    return landed;
  } finally {
    alarm.abort();
    await late.catch(() => undefined);
  }
}

function refuseOtherBody(earlier: { readonly bodyHash: string }, bodyHash: string): void {
  if (earlier.bodyHash !== bodyHash) throw new HttpError('idempotency_key_reused');
}

/** A page shows that it began the signup itself. Who calls with a token has shown who it is. */
export async function checkState(
  { store }: { readonly store: Pick<Store, 'sessions'> },
  { session }: Pick<SignupCall, 'session'>,
  state: string | undefined,
): Promise<void> {
  if (session === undefined) return;
  const isIts = state !== undefined && (await store.sessions.useState(session.id, state));
  if (!isIts) throw new HttpError('invalid_state');
}

async function accept(
  deps: SignupDeps,
  signup: Signup,
  prove: () => Promise<void>,
): Promise<Accepted> {
  const { phoneNumberId, idempotencyKey, bodyHash } = signup;
  const stored = await deps.store.signups.byIdempotencyKey(idempotencyKey);
  if (stored !== undefined) {
    refuseOtherBody(stored, bodyHash);
    return { phoneNumberId: stored.phoneNumberId, status: 202 };
  }
  await prove();
  const { row, isRunning } = await acceptSignup(deps, signup).catch((error: unknown) => {
    throw withLocation(error, phoneNumberId);
  });
  await startNow(deps, row);
  return { phoneNumberId, status: isRunning ? 200 : 202 };
}

function withLocation(error: unknown, phoneNumberId: PhoneNumberId): unknown {
  const isDone = error instanceof DeskError && error.code === 'already_onboarded';
  if (!isDone) return error;
  return new HttpError('already_onboarded', { headers: { location: statusUrlOf(phoneNumberId) } });
}

/** Best effort: what is accepted stays in the outbox until Temporal has it. */
async function startNow(deps: SignupDeps, row: SignupRow): Promise<void> {
  try {
    await deps.onboardings.start(row);
    await deps.store.signups.markStarted(row.id);
  } catch (error) {
    const { phoneNumberId } = row;
    deps.log.warn({ err: error, phoneNumberId }, 'onboarding not started yet; the outbox will');
    deps.wake();
  }
}

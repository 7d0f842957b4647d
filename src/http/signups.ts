import { setTimeout as wait } from 'node:timers/promises';
import { provisionalDeadlineOf } from '../domain/deadline.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { NumberRow, SignupRow, Store } from '../store/store.ts';
import { answerJson } from './answers.ts';
import { HttpError } from './errors.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { nudge } from './nudge.ts';
import type { Onboardings } from './onboardings.ts';
import { gainAccess, type Access, type AccessDeps } from './signup-access.ts';
import { readSignupRequest, type SignupRequest } from './signup-request.ts';

/** How long a repeat waits for the request it repeats: somewhat longer than Meta takes to exchange a code. */
const TWIN_MS = 6000;

export interface SignupDeps extends AccessDeps {
  readonly store: Pick<Store, 'signups' | 'numbers' | 'inbox' | 'credentials' | 'erasure'>;
  readonly onboardings: Pick<Onboardings, 'start'>;
  readonly hash: KeyedHash;
  readonly nowMs: () => number;
  /** Called when something is left to do behind the answer. */
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
export function createTakeSignup(deps: SignupDeps): (request: Request) => Promise<Response> {
  const flights = new Map<string, Flight>();
  return async (request) => {
    const signup = await readSignupRequest(request, deps.hash);
    const { phoneNumberId, status } = await fly(flights, signup, () => accept(deps, signup));
    const url = statusUrlOf(phoneNumberId);
    return answerJson({ phone_number_id: phoneNumberId, status_url: url }, status, {
      location: url,
    });
  };
}

export function statusUrlOf(phoneNumberId: PhoneNumberId): string {
  return `/v1/numbers/${phoneNumberId}`;
}

/** One request at a time under a key: a twin gets the answer of the first. */
async function fly(
  flights: Map<string, Flight>,
  { idempotencyKey, bodyHash }: SignupRequest,
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

async function accept(deps: SignupDeps, signup: SignupRequest): Promise<Accepted> {
  const { phoneNumberId, idempotencyKey, bodyHash } = signup;
  const stored = await deps.store.signups.byIdempotencyKey(idempotencyKey);
  if (stored !== undefined) {
    refuseOtherBody(stored, bodyHash);
    return { phoneNumberId: stored.phoneNumberId, status: 202 };
  }
  await refuseUnconnected(deps, signup);
  await refuseErasing(deps, signup);
  const access = await gainAccess(deps, signup);
  const known = await deps.store.numbers.byId(phoneNumberId);
  refuseHeld(known, signup);
  await deps.store.erasure.rememberAttempts(phoneNumberId);
  const row = await deps.store.signups.accept(newSignupOf(signup, access, deps.nowMs()));
  const isRunning = known !== undefined && known.outcome === undefined;
  // A customer who reconnects mends a number that waits for that: it looks again, with the new token.
  if (isRunning) await nudge(deps, known, { field: 'signup', id: row.id });
  await startNow(deps, row);
  return { phoneNumberId, status: isRunning ? 200 : 202 };
}

/** Before the code is spent: without the customer's client the number could only wait for it. */
async function refuseUnconnected(
  { store }: SignupDeps,
  { wabaId, how }: SignupRequest,
): Promise<void> {
  if (how.platform === 'cloud') return;
  if ((await store.credentials.onPremisesOf(wabaId)) !== undefined) return;
  const message = "The account's On-Premises client is not known; connect it first";
  throw new HttpError('not_configured', { message });
}

async function refuseErasing(
  { store }: SignupDeps,
  { phoneNumberId }: SignupRequest,
): Promise<void> {
  const isErasing = (await store.erasure.stateOf(phoneNumberId)) === 'erasing';
  if (isErasing) throw new HttpError('erasure_in_progress');
}

/** After these endings Meta wants Embedded Signup again, so a new one begins anew. */
const REPEATABLE: readonly string[] = ['signup-expired', 'abandoned'];

function refuseHeld(known: NumberRow | undefined, { wabaId, phoneNumberId }: SignupRequest): void {
  if (known === undefined || REPEATABLE.includes(known.outcome ?? '')) return;
  if (known.wabaId !== wabaId) throw new HttpError('number_in_use');
  if (known.outcome === undefined) return;
  throw new HttpError('already_onboarded', { headers: { location: statusUrlOf(phoneNumberId) } });
}

function newSignupOf(signup: SignupRequest, access: Access, nowMs: number) {
  const { number, token, tokenExpiresAtMs } = access;
  const { idempotencyKey, bodyHash, wabaId, phoneNumberId, how } = signup;
  return {
    idempotencyKey,
    bodyHash,
    phoneNumberId,
    wabaId,
    displayPhoneNumber: number.displayPhoneNumber,
    token,
    deadlineAtMs: provisionalDeadlineOf(nowMs),
    how,
    ...(number.verifiedName !== undefined && { verifiedName: number.verifiedName }),
    ...(tokenExpiresAtMs !== undefined && { tokenExpiresAtMs }),
  };
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

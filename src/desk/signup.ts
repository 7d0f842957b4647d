import { provisionalDeadlineOf } from '../domain/deadline.ts';
import { needsRegistration } from '../domain/number-facts.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { NumberRow, RegistrationChoice, SignupRow, Store } from '../store/store.ts';
import { passingFactsOf } from '../steps/facts.ts';
import { DeskError } from './errors.ts';
import { gainAccess, type Access, type AccessDeps } from './signup-access.ts';

export interface SignupDeps extends AccessDeps {
  readonly store: Pick<Store, 'signups' | 'numbers' | 'credentials' | 'erasure' | 'pacing'>;
  readonly nowMs: () => number;
}

/** A finished Embedded Signup. Nothing in it is believed: the ids came through a browser. */
export interface Signup {
  readonly code: Secret;
  readonly wabaId: WabaId;
  readonly phoneNumberId: PhoneNumberId;
  readonly how: RegistrationChoice;
  readonly idempotencyKey: string;
  readonly bodyHash: string;
}

export interface AcceptedSignup {
  readonly row: SignupRow;
  /** An onboarding of the number runs already: its customer has renewed our access. */
  readonly isRunning: boolean;
}

/**
 * Spends the code, checks what it gives access to, and writes the signup down: from then on its onboarding is started, now or
 * when Temporal is back. @throws DeskError
 */
export async function acceptSignup(deps: SignupDeps, signup: Signup): Promise<AcceptedSignup> {
  const { store } = deps;
  const { phoneNumberId } = signup;
  await refuseBeforehand(deps, signup);
  const access = await gainAccess(deps, signup);
  // Made already, as the code could not wait: it is only counted.
  await store.pacing.permit({
    wabaId: signup.wabaId,
    who: 'signup',
    urgencyMs: 0,
    calls: 1,
    atOnce: true,
  });
  const known = await store.numbers.byId(phoneNumberId);
  const isOpen = needsRegistration(passingFactsOf(access.number, deps.nowMs()));
  refuseHeld(known, { signup, isOpen });
  if ((await store.erasure.welcomeBack(phoneNumberId)) === 'erasing') throw erasing();
  const row = await store.signups.accept(newSignupOf(signup, access, deps.nowMs()));
  return { row, isRunning: known !== undefined && known.outcome === undefined };
}

/** What would come to nothing is refused before the code is spent. */
async function refuseBeforehand(
  { store }: SignupDeps,
  { wabaId, phoneNumberId, how }: Signup,
): Promise<void> {
  const isCloud = how.platform === 'cloud';
  if (!isCloud && (await store.credentials.onPremisesOf(wabaId)) === undefined) {
    const message = "The account's On-Premises client is not known; connect it first";
    throw new DeskError('not_configured', message);
  }
  if ((await store.erasure.stateOf(phoneNumberId)) === 'erasing') throw erasing();
}

function erasing(): DeskError {
  const message = 'The number is being erased; sign up again in a few minutes';
  return new DeskError('erasure_in_progress', message);
}

/** After these endings Meta wants Embedded Signup again, so a new one begins anew. */
export const REPEATABLE: readonly string[] = ['signup-expired', 'abandoned'];

/** `isOpen`: a read says that the number is not on Cloud API, whatever came of it here. */
function refuseHeld(
  known: NumberRow | undefined,
  { signup: { wabaId }, isOpen }: { readonly signup: Signup; readonly isOpen: boolean },
): void {
  if (known === undefined || REPEATABLE.includes(known.outcome ?? '')) return;
  if (known.wabaId !== wabaId) {
    const message = 'The number is held by another signup; finish or abandon that one first';
    throw new DeskError('number_in_use', message);
  }
  if (known.outcome === undefined || isOpen) return;
  throw new DeskError('already_onboarded', 'The number is onboarded already');
}

function newSignupOf(signup: Signup, access: Access, nowMs: number) {
  const { number, token, life } = access;
  const { idempotencyKey, bodyHash, wabaId, phoneNumberId, how } = signup;
  return {
    ...{ idempotencyKey, bodyHash, wabaId, phoneNumberId, how },
    displayPhoneNumber: number.displayPhoneNumber,
    token,
    deadlineAtMs: provisionalDeadlineOf(nowMs),
    ...(number.verifiedName !== undefined && { verifiedName: number.verifiedName }),
    tokenLife: life,
  };
}

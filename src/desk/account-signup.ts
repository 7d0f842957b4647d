import { takenUpAfterSignup, type SignupTake } from '../domain/account-signup.ts';
import { provisionalDeadlineOf } from '../domain/deadline.ts';
import type { WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { PhoneNumber } from '../graph/client.ts';
import { passingFactsOf } from '../steps/facts.ts';
import type { Store } from '../store/store.ts';
import { subscribe } from './accounts.ts';
import type { MetaDeps } from './meta.ts';
import { gainAccountAccess, type AccessDeps, type AccountAccess } from './signup-access.ts';
import { REPEATABLE } from './signup.ts';

export interface AccountSignupDeps extends Omit<AccessDeps, 'graph'>, MetaDeps {
  readonly store: NonNullable<MetaDeps['store']> &
    Pick<Store, 'signups' | 'numbers' | 'adoptions' | 'erasure'>;
}

/** A finished Embedded Signup that names an account, and no number of it. */
export interface AccountSignup {
  readonly code: Secret;
  readonly wabaId: WabaId;
  /** Names this signup: a repeat takes nothing up twice. */
  readonly idempotencyKey: string;
  /** Who told us of it, for the history of each number. */
  readonly actor: string;
}

/** What came of it: `left` says of each other number of the account why. */
export interface AccountSignupView {
  readonly waba_id: string;
  readonly adopted: readonly string[];
  readonly left: readonly {
    readonly phone_number_id: string;
    /** `needs_a_person`: it may be anybody's, so somebody must name it. */
    readonly reason: 'needs_a_person' | 'known_or_forgotten';
  }[];
}

/**
 * Spends the code and keeps what it gives access to; then begins the onboarding of the numbers that are the signup's, and of those
 * that the watch of the account would take up by itself. The others wait for a person who names them. @throws DeskError
 */
export async function acceptAccountSignup(
  deps: AccountSignupDeps,
  signup: AccountSignup,
): Promise<AccountSignupView> {
  const { store } = deps;
  const { wabaId } = signup;
  const access = await gainAccountAccess(deps, signup);
  const { token, life, numbers } = access;
  // Made already, as the code could not wait: they are only counted.
  await store.pacing.permit({
    ...{ wabaId, who: 'signup', urgencyMs: 0, atOnce: true },
    calls: access.pages,
  });
  await store.signups.keepAccess(wabaId, { token, tokenLife: life });
  const adopted: string[] = [];
  const left: AccountSignupView['left'][number][] = [];
  for (const number of numbers) {
    const reason = await whyLeft(deps, { signup, access, number });
    const { phoneNumberId } = number;
    if (reason === undefined) adopted.push(phoneNumberId);
    else left.push({ phone_number_id: phoneNumberId, reason });
  }
  await subscribeNow(deps, wabaId);
  return { waba_id: wabaId, adopted, left };
}

interface Candidate {
  readonly signup: AccountSignup;
  readonly access: AccountAccess;
  readonly number: PhoneNumber;
}

type Reason = AccountSignupView['left'][number]['reason'];

/** Takes the number up, or says why not. */
async function whyLeft(deps: AccountSignupDeps, candidate: Candidate): Promise<Reason | undefined> {
  const take = takenUpAfterSignup(passingFactsOf(candidate.number, deps.nowMs()));
  if (take === undefined) return 'needs_a_person';
  return (await TAKES[take](deps, candidate)) ? undefined : 'known_or_forgotten';
}

type Take = (deps: AccountSignupDeps, candidate: Candidate) => Promise<boolean>;

const TAKES: Readonly<Record<SignupTake, Take>> = { signup: acceptFor, adoption: adopt };

/** The customer has brought it: as if the signup had named it. */
async function acceptFor(
  { store, nowMs }: AccountSignupDeps,
  { signup, access: { token, life }, number }: Candidate,
): Promise<boolean> {
  const { phoneNumberId, displayPhoneNumber, verifiedName } = number;
  const known = await store.numbers.byId(phoneNumberId);
  if (known !== undefined && !REPEATABLE.includes(known.outcome ?? '')) return false;
  if ((await store.erasure.welcomeBack(phoneNumberId)) === 'erasing') return false;
  await store.signups.accept({
    ...{ wabaId: signup.wabaId, phoneNumberId, displayPhoneNumber, token, tokenLife: life },
    ...(verifiedName !== undefined && { verifiedName }),
    ...{ idempotencyKey: `${signup.idempotencyKey}/${phoneNumberId}`, bodyHash: phoneNumberId },
    deadlineAtMs: provisionalDeadlineOf(nowMs()),
  });
  return true;
}

async function adopt(
  { store }: AccountSignupDeps,
  { signup: { wabaId, actor }, number }: Candidate,
): Promise<boolean> {
  const { phoneNumberId, displayPhoneNumber, verifiedName } = number;
  return await store.adoptions.adopt({
    ...{ phoneNumberId, wabaId, displayPhoneNumber, source: 'whatsapp-manager', actor },
    ...(verifiedName !== undefined && { verifiedName }),
  });
}

/** Best effort: the account's first number does it again. */
async function subscribeNow(deps: AccountSignupDeps, wabaId: WabaId): Promise<void> {
  try {
    await subscribe(deps, { wabaId });
  } catch (error) {
    deps.log.warn({ err: error, wabaId }, 'the account of a signup is not subscribed yet');
  }
}

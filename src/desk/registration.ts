import { registrationOf, type NumberFacts, type Registration } from '../domain/number-facts.ts';
import { isAcceptablePin } from '../domain/pin.ts';
import type { AttemptOutcome } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import { checkedRegion } from '../graph/checks.ts';
import { deregisterOnce } from '../steps/deregister-once.ts';
import { factsOf } from '../steps/facts.ts';
import { registerOnce } from '../steps/register-once.ts';
import { PinUnderWay, setPin as setPinAtMeta } from '../steps/set-pin.ts';
import type { Store } from '../store/store.ts';
import { claim, lastOf } from './claim.ts';
import { DeskError, meaningOf, outcomeUnknown, refusedByMeta } from './errors.ts';
import { askMeta, tokenFor, type MetaDeps, type NumberTarget } from './meta.ts';

export interface RegistrationDeps extends MetaDeps {
  readonly store: Store;
  /** A clock that no administrator can set back. */
  readonly monotonicMs: () => number;
  /** The HTTP deadline of a Graph call. */
  readonly graphTimeoutMs: number;
}

/** How the number stands after the order, as a read of it says. */
export interface RegistrationView {
  readonly phone_number_id: string;
  /** `unclear` is what Meta shows for a while after it has accepted: read again. */
  readonly registration: Registration;
  /** Was a request sent for it? */
  readonly is_sent: boolean;
  readonly attempts_left?: number;
}

/**
 * Registers a number that no onboarding takes care of: one counted attempt, with the number's one PIN. Not sent where a read
 * says that it would be in vain. @throws DeskError
 */
export async function registerNumber(
  deps: RegistrationDeps,
  target: NumberTarget,
  { dataLocalizationRegion }: { readonly dataLocalizationRegion?: string } = {},
): Promise<RegistrationView> {
  const { phoneNumberId } = target;
  const region = regionOf(dataLocalizationRegion);
  const token = await tokenFor(deps, target);
  await refuseIfErasing(deps, target);
  await refuseIfOnboarding(deps, target);
  const ledger = deps.store.attempts;
  const seen = await lastOf(ledger, phoneNumberId);
  const facts = await readFacts(deps, target);
  const before = registrationOf(facts);
  if (before === 'registered') return viewOf(target, { registration: before, is_sent: false });
  refuseIfInVain(facts);
  await deps.store.credentials.ensurePin(phoneNumberId);
  if (await deps.store.credentials.isPinStale(phoneNumberId)) await setPin(deps, target);
  const { n, left } = await claim(deps, phoneNumberId, { ledger, seen, counted: 'registrations' });
  refuseUnlessTaken(await registerOnce(deps, { phoneNumberId, n, token, ...region }));
  const registration = await registrationAfter(deps, target);
  return viewOf(target, { registration, is_sent: true, attempts_left: left });
}

/**
 * Takes a number off Cloud API: one counted attempt of its own count. The number and its PIN stay. Half deregistered, a number
 * looks as if it was off, and its onboarding waits for this very order. @throws DeskError
 */
export async function deregisterNumber(
  deps: RegistrationDeps,
  target: NumberTarget,
): Promise<RegistrationView> {
  const { phoneNumberId } = target;
  const token = await tokenFor(deps, target);
  await refuseIfErasing(deps, target);
  const isHalf = await isHalfDeregistered(deps, target);
  if (!isHalf) await refuseIfOnboarding(deps, target);
  const ledger = deps.store.deregistrations;
  const seen = await lastOf(ledger, phoneNumberId);
  const before = registrationOf(await readFacts(deps, target));
  if (before === 'not-registered' && !isHalf)
    return viewOf(target, { registration: before, is_sent: false });
  const { n, left } = await claim(deps, phoneNumberId, {
    ledger,
    seen,
    counted: 'deregistrations',
  });
  refuseUnlessTaken(await deregisterOnce(deps, { phoneNumberId, n, token }));
  const registration = await registrationAfter(deps, target);
  return viewOf(target, { registration, is_sent: true, attempts_left: left });
}

/**
 * Sets the number's PIN at Meta and here: the given one, else a fresh one. Sealed before it is sent, so that no PIN is known
 * to Meta alone; after a lost answer the order may be given again, and sends the same one.
 */
export async function setPin(
  deps: RegistrationDeps,
  target: NumberTarget,
  given?: Secret,
): Promise<void> {
  const { phoneNumberId } = target;
  if (given !== undefined && !isAcceptablePin(given.reveal())) {
    const message = 'PIN must be exactly 6 digits, neither a repeat (000000) nor a run (123456)';
    throw new DeskError('invalid_input', message);
  }
  const pin = given === undefined ? {} : { pin: given };
  await askMeta(deps, target, {
    calls: 0,
    ask: (token) => setPinAtMeta(deps, { token, phoneNumberId, ...pin }),
  }).catch((error: unknown) => {
    throw error instanceof PinUnderWay ? new DeskError('not_now', error.message) : error;
  });
}

/** Checked before anything is counted. */
function regionOf(region: string | undefined): { readonly dataLocalizationRegion?: string } {
  try {
    return region === undefined ? {} : { dataLocalizationRegion: checkedRegion(region) };
  } catch (error) {
    throw meaningOf(error) ?? error;
  }
}

/** A number that was forgotten begins with what Meta has counted of it. */
async function refuseIfErasing(
  { store }: RegistrationDeps,
  { phoneNumberId }: NumberTarget,
): Promise<void> {
  if ((await store.erasure.welcomeBack(phoneNumberId)) === 'welcome') return;
  throw new DeskError(
    'erasure_in_progress',
    'The number is being erased; try again in a few minutes',
  );
}

/** Two that register one number would spend its attempts on each other. */
async function refuseIfOnboarding(
  { store }: RegistrationDeps,
  { phoneNumberId }: NumberTarget,
): Promise<void> {
  const row = await store.numbers.byId(phoneNumberId);
  if (row === undefined || row.outcome !== undefined) return;
  const message = "The number's onboarding runs and sees to its registration; use retry";
  throw new DeskError('not_now', message);
}

/** Meta said so when it refused the last registration, and nobody has ended it since. */
async function isHalfDeregistered(
  { store }: RegistrationDeps,
  { phoneNumberId }: NumberTarget,
): Promise<boolean> {
  const last = (await store.attempts.of(phoneNumberId)).at(-1);
  if (last?.cause !== 'half_deregistered') return false;
  const ended = await store.deregistrations.of(phoneNumberId);
  return !ended.some(({ state, openedAtMs }) => state === 'ok' && openedAtMs >= last.openedAtMs);
}

async function readFacts(deps: RegistrationDeps, target: NumberTarget): Promise<NumberFacts> {
  const { phoneNumberId } = target;
  const number = await askMeta(deps, target, {
    isRead: true,
    ask: (token) => deps.graph.readPhoneNumber({ token, phoneNumberId }),
  });
  return factsOf(deps, number);
}

/** The order is carried out: that it cannot be seen right now is no reason to say it was not. */
async function registrationAfter(
  deps: RegistrationDeps,
  target: NumberTarget,
): Promise<Registration> {
  try {
    return registrationOf(await readFacts(deps, target));
  } catch (error) {
    if (error instanceof DeskError) return 'unclear';
    throw error;
  }
}

function refuseIfInVain(facts: NumberFacts): void {
  const registration = registrationOf(facts);
  if (facts.isOnBizApp) throw refusedByMeta({ cause: 'coexistence' });
  if (registration === 'banned') throw refusedByMeta({ cause: 'banned' });
  if (registration === 'gone') throw refusedByMeta({ cause: 'number_gone' });
  if (registration === 'unclear') {
    throw new DeskError('not_now', 'Meta does not say clearly how the number stands; ask again');
  }
  if (facts.codeVerificationStatus !== 'VERIFIED') throw refusedByMeta({ cause: 'not_verified' });
}

function refuseUnlessTaken(outcome: AttemptOutcome): void {
  if (outcome.kind === 'ok') return;
  if (outcome.kind === 'refused') throw refusedByMeta(outcome.refusal);
  if (outcome.kind === 'not-sent') {
    throw new DeskError('meta_unavailable', 'Meta was not reached. Nothing was sent.');
  }
  throw outcomeUnknown(outcome.refusal);
}

function viewOf(
  { phoneNumberId }: NumberTarget,
  view: Omit<RegistrationView, 'phone_number_id'>,
): RegistrationView {
  return { phone_number_id: phoneNumberId, ...view };
}

import { registrationOf, type Registration } from '../domain/number-facts.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { PhoneNumber } from '../graph/client.ts';
import { passingFactsOf } from '../steps/facts.ts';
import type { Store } from '../store/store.ts';
import { addNumber, type NewNumber } from './accounts.ts';
import { DeskError } from './errors.ts';
import { askMeta, type AccountTarget, type MetaDeps } from './meta.ts';
import { countMore } from './phone-numbers.ts';

export interface AdoptionDeps extends MetaDeps {
  readonly store: NonNullable<MetaDeps['store']> & Pick<Store, 'adoptions' | 'inbox'>;
}

/** A number of an account that is not onboarded here, as Meta lists it. */
export interface AdoptableView {
  readonly phone_number_id: string;
  readonly display_phone_number: string;
  readonly verified_name: string | undefined;
  readonly code_verification_status: string;
  readonly registration: Registration;
}

/** What came of an order to adopt: `left` says of each other number why. */
export interface AdoptionView {
  readonly waba_id: string;
  readonly adopted: readonly string[];
  readonly left: readonly {
    readonly phone_number_id: string;
    readonly reason: 'not_in_account' | 'known_or_forgotten';
  }[];
}

export interface AdoptionOrder {
  readonly ids: readonly PhoneNumberId[] | 'all';
  /** For the history of each number. */
  readonly actor: string;
}

/** The numbers of an account that nobody has told us of, and that we were not told to forget. @throws DeskError */
export async function listAdoptable(
  deps: AdoptionDeps,
  target: AccountTarget,
): Promise<readonly AdoptableView[]> {
  const numbers = await numbersOf(deps, target);
  const unknown = await deps.store.adoptions.unknownOf([...numbers.keys()]);
  return [...numbers.values()]
    .filter(({ phoneNumberId }) => unknown.has(phoneNumberId))
    .map((number) => viewOf(number, deps.nowMs()));
}

/**
 * Begins the onboarding of numbers that came without a signup, by way of the outbox. One that is registered already ends as ready
 * without a request to register it. @throws DeskError unknown_account without a token of our own
 */
export async function adoptNumbers(
  deps: AdoptionDeps,
  target: AccountTarget,
  { ids, actor }: AdoptionOrder,
): Promise<AdoptionView> {
  const { wabaId } = target;
  if (!(await hasToken(deps, target))) throw tokenMissing();
  const numbers = await numbersOf(deps, target);
  const adopted: PhoneNumberId[] = [];
  const left: AdoptionView['left'][number][] = [];
  const named = ids === 'all' ? await deps.store.adoptions.unknownOf([...numbers.keys()]) : ids;
  for (const id of new Set(named)) {
    const number = numbers.get(id);
    if (number === undefined) left.push({ phone_number_id: id, reason: 'not_in_account' });
    else if (await adopt(deps, target, { number, source: 'whatsapp-manager', actor }))
      adopted.push(id);
    else left.push({ phone_number_id: id, reason: 'known_or_forgotten' });
  }
  return { waba_id: wabaId, adopted, left };
}

/** Adds a number to an account and begins its onboarding, which then waits for a code. @throws DeskError */
export async function addAndOnboard(
  deps: AdoptionDeps,
  target: AccountTarget,
  { number, actor }: { readonly number: NewNumber; readonly actor: string },
): Promise<{ readonly phoneNumberId: PhoneNumberId; readonly isOnboarding: boolean }> {
  const phoneNumberId = await addNumber(deps, target, number);
  // The account's worker asks Meta with the token that the customer's signup gave us, and with no other.
  if (!(await hasToken(deps, target))) return { phoneNumberId, isOnboarding: false };
  const added = { phoneNumberId, ...(await identityOf(deps, target, { phoneNumberId, number })) };
  const isOnboarding = await adopt(deps, target, { number: added, source: 'api', actor });
  return { phoneNumberId, isOnboarding };
}

async function numbersOf(
  deps: AdoptionDeps,
  target: AccountTarget,
): Promise<ReadonlyMap<PhoneNumberId, PhoneNumber>> {
  const { wabaId } = target;
  const numbers = new Map<PhoneNumberId, PhoneNumber>();
  let pages = 0;
  await askMeta(deps, target, {
    isRead: true,
    ask: async (token) => {
      const onPage = (): void => {
        pages += 1;
      };
      for await (const number of deps.graph.listPhoneNumbers({ token, wabaId, onPage }))
        numbers.set(number.phoneNumberId, number);
    },
  });
  await countMore(deps, target, pages - 1);
  return numbers;
}

type Identity = Pick<PhoneNumber, 'displayPhoneNumber' | 'verifiedName'>;

/** As Meta writes it, as its webhooks name a number so; else as it was typed. */
async function identityOf(
  deps: AdoptionDeps,
  target: AccountTarget,
  { phoneNumberId, number }: { readonly phoneNumberId: PhoneNumberId; readonly number: NewNumber },
): Promise<Identity> {
  const { cc, phoneNumber, verifiedName } = number;
  try {
    return await askMeta(deps, target, {
      isRead: true,
      ask: (token) => deps.graph.readPhoneNumber({ token, phoneNumberId }),
    });
  } catch (error) {
    // It is added; that it cannot be seen right now must not keep it from its onboarding.
    if (!(error instanceof DeskError)) throw error;
    const digits = phoneNumber.startsWith(cc) ? phoneNumber : `${cc}${phoneNumber}`;
    return { displayPhoneNumber: `+${digits}`, verifiedName };
  }
}

function adopt(
  { store }: AdoptionDeps,
  { wabaId }: AccountTarget,
  order: {
    readonly number: Identity & Pick<PhoneNumber, 'phoneNumberId'>;
    readonly source: 'whatsapp-manager' | 'api';
    readonly actor: string;
  },
): Promise<boolean> {
  const { number, source, actor } = order;
  const { phoneNumberId, displayPhoneNumber, verifiedName } = number;
  return store.adoptions.adopt({
    ...{ phoneNumberId, wabaId, displayPhoneNumber, source, actor, isAgain: true },
    ...(verifiedName === undefined ? {} : { verifiedName }),
  });
}

async function hasToken({ store }: AdoptionDeps, { wabaId }: AccountTarget): Promise<boolean> {
  return (await store.credentials.tokenOf(wabaId)) !== undefined;
}

function tokenMissing(): DeskError {
  const message = 'No signup has given us a token for this account; let the customer sign up';
  return new DeskError('unknown_account', message);
}

function viewOf(number: PhoneNumber, nowMs: number): AdoptableView {
  return {
    phone_number_id: number.phoneNumberId,
    display_phone_number: number.displayPhoneNumber,
    verified_name: number.verifiedName,
    code_verification_status: number.codeVerificationStatus,
    registration: registrationOf(passingFactsOf(number, nowMs)),
  };
}

import type { ObserveNumber } from '../contract/activities.ts';
import {
  causeOfReview,
  isInDoubt,
  isToldLocked,
  type AccountEvent,
} from '../domain/account-events.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { passesByItself } from '../domain/refusals.ts';
import { GraphRefused } from '../graph/errors.ts';
import { refusalOf } from '../steps/refusal-of.ts';
import type { AccountReview } from '../store/store.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { paced } from './pacing.ts';
import { refused } from './translate-failures.ts';

/** A review that is open is asked for again; many numbers that look at once share an answer. */
const OPEN_REVIEW_MS = 60_000;

type AccountOf = Pick<ObserveNumber, 'phoneNumberId' | 'wabaId' | 'urgencyMs'> & {
  /** What webhooks told: they say where to look, and nothing is decided by them alone. */
  readonly events: readonly AccountEvent[];
  /** The number's health says that its account may not send. */
  readonly isAccountBlocked: boolean;
};

/** Fails with what the account keeps its number from: a review that is open or lost, or a lock. */
export function createAccountCheck(deps: ActivityDeps): (account: AccountOf) => Promise<void> {
  const asking = new Map<WabaId, Promise<AccountReview>>();
  const ask = async (account: AccountOf): Promise<AccountReview> => {
    const { wabaId } = account;
    const running = asking.get(wabaId);
    const shared = await running;
    // One that was on its way before the webhook came may not know of it yet.
    if (shared !== undefined && !isInDoubt(account.events, shared.readAtMs)) return shared;
    const answer = readReview(deps, account).finally(() => asking.delete(wabaId));
    asking.set(wabaId, answer);
    return await answer;
  };
  const reviewNow = async (account: AccountOf): Promise<AccountReview | undefined> => {
    const known = await deps.store.accounts.reviewOf(account.wabaId);
    if (isInDoubt(account.events, known?.readAtMs)) return await ask(account);
    const isOpen = known !== undefined && causeOfReview(known.status) !== undefined;
    const isOld = isOpen && deps.nowMs() - known.readAtMs >= OPEN_REVIEW_MS;
    return isOld ? await ask(account) : known;
  };
  return async (account) => {
    const isLocked = account.isAccountBlocked && isToldLocked(account.events);
    if (isLocked) throw refused({ cause: 'account_locked' });
    const cause = causeOfReview((await reviewNow(account))?.status);
    if (cause !== undefined) throw refused({ cause });
  };
}

/** One for all numbers of the account that are in doubt, so it is not cut short with one of them. */
async function readReview(
  deps: ActivityDeps,
  { phoneNumberId, wabaId, urgencyMs }: AccountOf,
): Promise<AccountReview> {
  const token = await tokenOf(deps, wabaId);
  const readAtMs = deps.nowMs();
  const status = await paced(deps, { wabaId, who: phoneNumberId, urgencyMs, calls: 1 }, () =>
    deps.graph.readAccount({ wabaId, token }),
  ).then(({ accountReviewStatus }) => accountReviewStatus, noAnswer);
  const review = { readAtMs, ...(status !== undefined && { status }) };
  await deps.store.accounts.keepReview(wabaId, review);
  return review;
}

/** The number itself could be read, so a token that may not see the account is no obstacle. */
function noAnswer(error: unknown): undefined {
  if (!(error instanceof GraphRefused) || passesByItself(refusalOf(error).cause)) throw error;
}

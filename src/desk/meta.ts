import { waitMsOf } from '../domain/waits.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { RefusedCall } from '../domain/refusals.ts';
import type { Refusal } from '../domain/register-protocol.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import { DeskError, meaningOf, meaningOfRead } from './errors.ts';

/** Before every number's deadline: a person waits. */
const MOST_URGENT = 0;

/** One name for all: nobody stays in the queue behind a refusal, so that many who ask must not hold many places. */
const WHO = 'desk';

/** What it takes to ask Meta in a person's name. */
export interface MetaDeps {
  readonly graph: GraphClient;
  /** Absent where the person brings the token and there is no database: then nobody counts the calls either. */
  readonly store?: Pick<Store, 'credentials' | 'pacing'>;
  readonly nowMs: () => number;
}

/** One account, and the token to use there instead of the one from its signup. */
export interface AccountTarget {
  readonly wabaId: WabaId;
  readonly token?: Secret;
}

export interface NumberTarget extends AccountTarget {
  readonly phoneNumberId: PhoneNumberId;
}

/**
 * The account of a number: the one given, else the one we know it in.
 * @throws DeskError unknown_number
 */
export async function numberTarget(
  store: Pick<Store, 'numbers'> | undefined,
  given: {
    readonly phoneNumberId: PhoneNumberId;
    readonly wabaId?: WabaId;
    readonly token?: Secret;
  },
): Promise<NumberTarget> {
  const { phoneNumberId, token } = given;
  const wabaId = given.wabaId ?? (await store?.numbers.byId(phoneNumberId))?.wabaId;
  if (wabaId === undefined) {
    throw new DeskError(
      'unknown_number',
      'No onboarding of this number is known; name its account',
    );
  }
  return { phoneNumberId, wabaId, ...(token === undefined ? {} : { token }) };
}

/** @throws DeskError unknown_account */
export async function tokenFor({ store }: MetaDeps, target: AccountTarget): Promise<Secret> {
  const token = target.token ?? (await store?.credentials.tokenOf(target.wabaId));
  if (token !== undefined) return token;
  const message = 'No signup has given us a token for this account; let the customer sign up';
  throw new DeskError('unknown_account', message);
}

export interface Order<Answer> {
  /** Which call it is, where Meta's codes mean something else there. */
  readonly call?: RefusedCall;
  /** How many of them Meta counts in the account's hourly limit. */
  readonly calls?: number;
  /** It changes nothing, so that it may be asked again whatever came back. */
  readonly isRead?: true;
  readonly ask: (token: Secret) => Promise<Answer>;
}

/** Asks Meta about an account, before all numbers that wait their turn there. @throws DeskError */
export async function askMeta<Answer>(
  deps: MetaDeps,
  target: AccountTarget,
  { call, calls = 1, isRead, ask }: Order<Answer>,
): Promise<Answer> {
  const token = await tokenFor(deps, target);
  if (calls > 0) await takeTurn(deps, target, calls);
  try {
    return await ask(token);
  } catch (error) {
    const meaning = isRead === true ? meaningOfRead(error, call) : meaningOf(error, call);
    if (meaning?.refusal?.cause !== 'throttled') throw meaning ?? error;
    throw await paused(deps, target.wabaId, meaning.refusal);
  }
}

async function takeTurn(
  { store, nowMs }: MetaDeps,
  { wabaId }: AccountTarget,
  calls: number,
): Promise<void> {
  const permit = await store?.pacing.permit({ wabaId, who: WHO, urgencyMs: MOST_URGENT, calls });
  if (permit?.kind === 'wait') throw throttled({ untilMs: nowMs() + permit.waitMs });
}

/** Meta's limit said no before our own pace did: nobody asks about the account for a while. */
async function paused(
  { store, nowMs }: MetaDeps,
  wabaId: WabaId,
  refusal: Refusal,
): Promise<DeskError> {
  const waitMs = waitMsOf('throttled', 1, refusal.toldWaitMs);
  await store?.pacing.pause(wabaId, waitMs);
  return throttled({ refusal, untilMs: nowMs() + waitMs });
}

function throttled(more: { readonly refusal?: Refusal; readonly untilMs: number }): DeskError {
  const message = "The account's calls at Meta are used up for now; ask again later";
  return new DeskError('throttled', message, more);
}

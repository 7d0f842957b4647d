import type { WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { BusinessId } from '../graph/ids.ts';
import type { Store } from '../store/store.ts';
import { refused } from './translate-failures.ts';

export interface PartnerAccess {
  readonly businessId: BusinessId;
  readonly token: Secret;
}

/** What activities work with. Time is given, so that a fortnight can run in a second. */
export interface ActivityDeps {
  readonly graph: GraphClient;
  readonly store: Store;
  /** The time that decides: the system's in production, the test environment's in tests. */
  readonly nowMs: () => number;
  /** A clock that no administrator can set back, for "was this process frozen?". */
  readonly monotonicMs: () => number;
  readonly appId: string;
  /** The HTTP deadline of a Graph call. */
  readonly graphTimeoutMs: number;
  /** Is there a receiver of events? */
  readonly isPartnerTold?: boolean;
  /** The partner's own portfolio and token; absent: there are no pre-verified numbers. */
  readonly partner?: PartnerAccess;
  /** Does the watch begin the onboarding of numbers that were added in WhatsApp Manager? */
  readonly isAdopting?: boolean;
}

/** The account's token; without one every call would be refused, so a person is asked at once. */
export async function tokenOf({ store }: ActivityDeps, wabaId: WabaId): Promise<Secret> {
  const token = await store.credentials.tokenOf(wabaId);
  if (token === undefined) throw refused({ cause: 'token_invalid' });
  return token;
}

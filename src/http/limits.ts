import type { Declared } from './contract.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import type { Call } from './routes.ts';

export interface Limits {
  /** Of each address, of whatever needs a credential. */
  readonly requests: RateLimit;
  /** Of each address: credentials that do not work. */
  readonly failures: RateLimit;
  /** Counts a signup of this caller. @throws HttpError too_many_requests */
  readonly takeSignup: (call: Pick<Call, 'address' | 'actor' | 'session'>) => void;
}

/** Of each address, a minute. */
export const ADDRESS_LIMITS = {
  /** Far more than people and their programs ask for. */
  requests: 1200,
  failures: 10,
  /** Times as many signups as of one caller: several may share an address. */
  signupsOfCallers: 3,
} as const;

export function createLimits({
  signupsPerMinute,
  monotonicMs,
}: {
  readonly signupsPerMinute: number;
  readonly monotonicMs: () => number;
}): Limits {
  const byCaller = createRateLimit(signupsPerMinute, monotonicMs);
  const byAddress = createRateLimit(
    signupsPerMinute * ADDRESS_LIMITS.signupsOfCallers,
    monotonicMs,
  );
  return {
    requests: createRateLimit(ADDRESS_LIMITS.requests, monotonicMs),
    failures: createRateLimit(ADDRESS_LIMITS.failures, monotonicMs),
    takeSignup: ({ address, actor, session }) => {
      byAddress.take(address);
      byCaller.take(session?.id ?? actor);
    },
  };
}

/** Counts a call before it is looked at. */
export function limited(take: Limits['takeSignup'], handle: Declared<Call>): Declared<Call> {
  const counted = async (call: Call): Promise<Response> => {
    take(call);
    return handle(call);
  };
  return Object.assign(counted, { contract: handle.contract });
}

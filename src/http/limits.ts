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

/** Far more than people and their programs ask for. */
const REQUESTS = 1200;
const FAILURES = 10;
/** Several callers may share an address. */
const CALLERS_PER_ADDRESS = 3;

export function createLimits({
  signupsPerMinute,
  monotonicMs,
}: {
  readonly signupsPerMinute: number;
  readonly monotonicMs: () => number;
}): Limits {
  const byCaller = createRateLimit(signupsPerMinute, monotonicMs);
  const byAddress = createRateLimit(signupsPerMinute * CALLERS_PER_ADDRESS, monotonicMs);
  return {
    requests: createRateLimit(REQUESTS, monotonicMs),
    failures: createRateLimit(FAILURES, monotonicMs),
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

import { inFlightMsOf } from '../steps/attempt-once.ts';
import type { OnboardingActivities } from '../contract/activities.ts';
import type { ActivityDeps } from './deps.ts';

export function createReserveAttempt(deps: ActivityDeps): OnboardingActivities['reserveAttempt'] {
  return async (args) => {
    // Sealed and committed before anything is sent: a PIN that only Meta knows is a number lost.
    await deps.store.credentials.ensurePin(args.phoneNumberId);
    const isStale = await deps.store.credentials.isPinStale(args.phoneNumberId);
    if (isStale) return { kind: 'pin-stale' };
    return await deps.store.attempts.reserve({
      ...args,
      inFlightMs: inFlightMsOf(deps.graphTimeoutMs),
    });
  };
}

export function createSettleAttempt(deps: ActivityDeps): OnboardingActivities['settleAttempt'] {
  return ({ phoneNumberId, n }) => deps.store.attempts.settle(phoneNumberId, n);
}

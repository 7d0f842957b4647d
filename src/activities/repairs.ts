import type { OnboardingActivities } from '../contract/activities.ts';
import { inFlightMsOf } from '../steps/attempt-once.ts';
import { deregisterOnce } from '../steps/deregister-once.ts';
import { setPin } from '../steps/set-pin.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';

/** The PIN that was proposed and Meta may not know yet, else the number's one PIN. */
export function createSetPin(deps: ActivityDeps): OnboardingActivities['setPin'] {
  return async ({ phoneNumberId, wabaId }) => {
    const { credentials } = deps.store;
    const token = await tokenOf(deps, wabaId);
    await credentials.ensurePin(phoneNumberId);
    await credentials.markPinStale(phoneNumberId);
    await setPin(deps, { token, phoneNumberId });
  };
}

export function createDeregister(deps: ActivityDeps): OnboardingActivities['deregister'] {
  return async ({ phoneNumberId, wabaId, requestKey }) => {
    const token = await tokenOf(deps, wabaId);
    const reserved = await deps.store.deregistrations.reserve({
      ...{ phoneNumberId, requestKey, kind: 'automatic' },
      inFlightMs: inFlightMsOf(deps.graphTimeoutMs),
    });
    if (reserved.kind === 'budget-spent') {
      return { kind: 'budget-spent', nextAtMs: reserved.nextAtMs };
    }
    if (reserved.kind !== 'reserved') return { kind: 'not-sent' };
    return await deregisterOnce(deps, { token, phoneNumberId, n: reserved.n });
  };
}

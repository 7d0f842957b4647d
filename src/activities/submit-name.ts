import type { OnboardingActivities } from '../contract/activities.ts';
import { inFlightMsOf } from '../steps/attempt-once.ts';
import { changeNameOnce } from '../steps/change-name-once.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';

/** One request for another display name, counted first. */
export function createSubmitName(deps: ActivityDeps): OnboardingActivities['submitName'] {
  return async ({ phoneNumberId, wabaId, name, requestKey }) => {
    const token = await tokenOf(deps, wabaId);
    const reserved = await deps.store.nameChanges.reserve({
      ...{ phoneNumberId, requestKey, kind: 'operator' },
      inFlightMs: inFlightMsOf(deps.graphTimeoutMs),
    });
    if (reserved.kind === 'budget-spent') {
      return { kind: 'budget-spent', nextAtMs: reserved.nextAtMs };
    }
    if (reserved.kind !== 'reserved') return { kind: 'not-sent' };
    return await changeNameOnce(deps, { token, phoneNumberId, n: reserved.n, name });
  };
}

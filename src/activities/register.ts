import { activityInfo } from '@temporalio/activity';
import { registerOnce } from '../steps/register-once.ts';
import type { OnboardingActivities } from '../contract/activities.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';

/** One request to `/register`, if it fits into what is left of this activity's own time. */
export function createRegister(deps: ActivityDeps): OnboardingActivities['register'] {
  return async ({ wabaId, ...attempt }) => {
    const beganMs = deps.monotonicMs();
    const token = await tokenOf(deps, wabaId);
    const isInTime = (): boolean =>
      deps.monotonicMs() - beganMs < activityInfo().startToCloseTimeoutMs / 2;
    return await registerOnce(deps, { ...attempt, token, isInTime });
  };
}

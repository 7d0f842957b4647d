import { cancellationSignal } from '@temporalio/activity';
import type { OnboardingActivities } from '../contract/activities.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';

/** Looks first: a plain subscription would silently remove an override the account has. */
export function createSubscribeApp(deps: ActivityDeps): OnboardingActivities['subscribeApp'] {
  return async ({ wabaId }) => {
    const call = { wabaId, token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
    const subscribed = await deps.graph.subscribedAppIds(call);
    if (!subscribed.includes(deps.appId)) await deps.graph.subscribeApp(call);
  };
}

import { cancellationSignal } from '@temporalio/activity';
import type { AccountActivities } from '../contract/account-watch.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { tokenOf, type ActivityDeps } from './deps.ts';
import { paced } from './pacing.ts';

/** Without it no webhook comes, for any number of the account. */
const FIRST_OF_ALL = 0;

/**
 * Once an hour for an account, however often its watch is woken. Looks first: a plain subscription would silently remove an
 * override the account has.
 */
export function createSubscribeApp(deps: ActivityDeps): AccountActivities['subscribeApp'] {
  return async ({ wabaId }) => {
    if (!(await deps.store.accounts.claimSubscription(wabaId))) return;
    try {
      await subscribe(deps, wabaId);
    } catch (error) {
      await deps.store.accounts.giveUpSubscription(wabaId);
      throw error;
    }
  };
}

async function subscribe(deps: ActivityDeps, wabaId: WabaId): Promise<void> {
  const call = { wabaId, token: await tokenOf(deps, wabaId), signal: cancellationSignal() };
  const request = { wabaId, who: 'subscription', urgencyMs: FIRST_OF_ALL, calls: 1 };
  const subscribed = await paced(deps, request, () => deps.graph.subscribedAppIds(call));
  if (subscribed.includes(deps.appId)) return;
  await paced(deps, request, () => deps.graph.subscribeApp(call));
}

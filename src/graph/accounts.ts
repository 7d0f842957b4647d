import type { WabaId } from '../domain/phone-number.ts';
import { get, post, remove, type Context, type TokenArgs } from './context.ts';
import type { Account, SubscribedApp } from './facts.ts';
import { checkedId } from './ids.ts';
import { overrideJson, type WebhookOverride } from './number-writes.ts';
import { accountSchema, subscribedAppsSchema } from './partner-schemas.ts';

interface AccountArgs extends TokenArgs {
  readonly wabaId: WabaId;
}

/** The account itself, and who gets its webhooks. */
export interface AccountCalls {
  /** Tells a number that is gone from an account that cannot be reached any more. */
  readAccount(args: AccountArgs): Promise<Account>;
  /** The apps that receive the account's webhooks, each with its override. */
  subscribedApps(args: AccountArgs): Promise<readonly SubscribedApp[]>;
  subscribedAppIds(args: AccountArgs): Promise<readonly string[]>;
  /**
   * Without an override, one request, which also removes an override of the account: look at `subscribedApps` first.
   * With one, reads first: Meta refuses an override before the first subscription, and a plain subscription in between
   * would remove an override that is there.
   */
  subscribeApp(args: AccountArgs & { readonly override?: WebhookOverride }): Promise<void>;
  unsubscribeApp(args: AccountArgs): Promise<void>;
}

export function createAccountCalls(context: Context): AccountCalls {
  return {
    readAccount: async (args) =>
      get(context, args, {
        attempted: 'read the account',
        path: checkedId('wabaId', args.wabaId),
        query: { fields: 'id,name,account_review_status,business_verification_status' },
        schema: accountSchema,
      }),
    subscribedApps: async (args) => subscribedApps(context, args),
    subscribedAppIds: async (args) =>
      (await subscribedApps(context, args)).map(({ appId }) => appId),
    subscribeApp: async ({ override, ...args }) => {
      const attempted = 'subscribe the app to the account';
      const path = edgeOf(args);
      if (override === undefined) return post(context, args, { attempted, path });
      const json = overrideJson(override);
      const apps = await subscribedApps(context, args);
      if (!apps.some(({ appId }) => appId === context.options.appId))
        await post(context, args, { attempted, path });
      await post(context, args, { attempted: "override the account's webhook", path, json });
    },
    unsubscribeApp: async (args) => {
      const attempted = 'unsubscribe the app from the account';
      await remove(context, args, { attempted, path: edgeOf(args) });
    },
  };
}

const edgeOf = ({ wabaId }: AccountArgs): string =>
  `${checkedId('wabaId', wabaId)}/subscribed_apps`;

async function subscribedApps(
  context: Context,
  args: AccountArgs,
): Promise<readonly SubscribedApp[]> {
  return get(context, args, {
    attempted: 'read which apps are subscribed',
    path: edgeOf(args),
    schema: subscribedAppsSchema,
  });
}

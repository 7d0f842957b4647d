import type { WabaId } from '../domain/phone-number.ts';
import type { Account, SubscribedApp, TokenFacts } from '../graph/facts.ts';
import type { CliCommand } from './cli-command.ts';
import type { Io } from './io.ts';
import { tokenFor, withGraph } from './meta.ts';
import { configFor } from './resources.ts';
import { printable } from './terminal.ts';
import { dateOf } from './time.ts';

interface ShowOptions {
  readonly tokenFile?: string;
  readonly json?: true;
}

export function addAccountShow(account: CliCommand, io: Io): void {
  account
    .command('show')
    .description(
      'A WhatsApp Business Account: its review, our token for it, who gets its webhooks.',
    )
    .argument('<account-id>', "Meta's id of the account (WABA)")
    .option(
      '--token-file <file>',
      'a token of yours instead of the one from the signup; - is stdin',
    )
    .option('--json', '{"waba_id", "name", "account_review_status", …, "token", "subscribed_apps"}')
    .action((id: string, options: ShowOptions, command: CliCommand) =>
      showAccount(io, command.wabaId(id), options),
    )
    .withExamples(
      'whatsapp-onboarding account show 102290129340398',
      "whatsapp-onboarding account show 102290129340398 --json | jq '.token.expires_at'",
    );
}

/** As `--json` prints it. */
interface AccountView {
  readonly waba_id: string;
  readonly name: string | undefined;
  readonly account_review_status: string | undefined;
  readonly business_verification_status: string | undefined;
  readonly token: {
    readonly is_valid: boolean;
    readonly app_id: string;
    /** Absent means never. */
    readonly expires_at: string | undefined;
    readonly scopes: readonly string[];
  };
  readonly subscribed_apps: readonly {
    readonly app_id: string;
    readonly name: string | undefined;
    readonly is_ours: boolean;
    readonly override_callback_url: string | undefined;
  }[];
}

async function showAccount(io: Io, wabaId: WabaId, options: ShowOptions): Promise<void> {
  const config = configFor(io, ['meta']);
  const token = await tokenFor(io, config, { wabaId, tokenFile: options.tokenFile });
  const view = await withGraph(config, async (graph) =>
    viewOf({
      account: await graph.readAccount({ wabaId, token }),
      token: await graph.debugToken({ token }),
      apps: await graph.subscribedApps({ wabaId, token }),
      ownAppId: config.meta.appId,
    }),
  );
  if (options.json === true) io.terminal.json(view);
  else for (const text of linesOf(view)) io.terminal.line(printable(text));
}

function viewOf(known: {
  readonly account: Account;
  readonly token: TokenFacts;
  readonly apps: readonly SubscribedApp[];
  readonly ownAppId: string;
}): AccountView {
  const { account, token, apps, ownAppId } = known;
  const { expiresAtMs } = token;
  return {
    waba_id: account.wabaId,
    name: account.name,
    account_review_status: account.accountReviewStatus,
    business_verification_status: account.businessVerificationStatus,
    token: {
      is_valid: token.isValid,
      app_id: token.appId,
      expires_at: expiresAtMs === undefined ? undefined : dateOf(expiresAtMs),
      scopes: token.scopes,
    },
    subscribed_apps: apps.map(({ appId, name, overrideCallbackUrl }) => ({
      app_id: appId,
      name,
      is_ours: appId === ownAppId,
      override_callback_url: overrideCallbackUrl,
    })),
  };
}

function linesOf(view: AccountView): readonly string[] {
  const { token, subscribed_apps: apps } = view;
  const expiry = token.expires_at === undefined ? 'never expires' : `until ${token.expires_at}`;
  return [
    `${view.waba_id}  ${view.name ?? ''}`.trimEnd(),
    `Review      ${view.account_review_status ?? 'not told'}`,
    `Business    ${view.business_verification_status ?? 'not told'}`,
    `Token       ${token.is_valid ? `valid, ${expiry}` : 'not valid any more'}`,
    `Scopes      ${token.scopes.join(', ')}`,
    ...(apps.length === 0 ? ['Webhooks    no app is subscribed'] : apps.map(lineOfApp)),
  ];
}

function lineOfApp(app: AccountView['subscribed_apps'][number]): string {
  const whose = app.is_ours ? 'this app' : `app ${app.app_id} ${app.name ?? ''}`.trimEnd();
  const { override_callback_url: override } = app;
  return `Webhooks    ${whose}${override === undefined ? '' : `, messages to ${override}`}`;
}

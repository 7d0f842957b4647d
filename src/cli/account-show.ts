import { readAccount, type AccountView } from '../desk/accounts.ts';
import type { AccountTarget } from '../desk/meta.ts';
import type { CliCommand } from './cli-command.ts';
import { givenAccount, withMeta } from './desk.ts';
import type { Io } from './io.ts';
import { printable } from './terminal.ts';
import { dateOf } from './time.ts';

export function addAccountShow(account: CliCommand, io: Io): void {
  account
    .command('show')
    .description(
      'A WhatsApp Business Account: its review, our token for it, who gets its webhooks.',
    )
    .ofAccount()
    .option('--json', '{"waba_id", "name", "account_review_status", …, "token", "subscribed_apps"}')
    .action(async (id: string, options: { readonly json?: true }, command: CliCommand) => {
      await showAccount(io, await givenAccount(io, command, id), options.json === true);
    })
    .withExamples(
      'whatsapp-onboarding account show 102290129340398',
      "whatsapp-onboarding account show 102290129340398 --json | jq '.token.expires_at'",
    );
}

async function showAccount(io: Io, target: AccountTarget, isJson: boolean): Promise<void> {
  const view = await withMeta(io, target, (desk) => readAccount(desk, target));
  if (isJson) io.terminal.json(view);
  else for (const text of linesOf(view)) io.terminal.line(printable(text));
}

function linesOf(view: AccountView): readonly string[] {
  const { token, subscribed_apps: apps } = view;
  const { expires_at: expiresAt } = token;
  const expiry =
    expiresAt === undefined ? 'never expires' : `until ${dateOf(Date.parse(expiresAt))}`;
  return [
    `${view.waba_id}  ${view.name ?? ''}`.trimEnd(),
    `Review      ${view.account_review_status ?? 'not told'}`,
    `Business    ${view.business_verification_status ?? 'not told'}`,
    `Token       ${token.is_valid ? `valid, ${expiry}` : 'not valid any more'}`,
    ...(token.warning === undefined ? [] : [`Warning     ${token.warning}`]),
    `Scopes      ${token.scopes.join(', ')}`,
    ...(apps.length === 0 ? ['Webhooks    no app is subscribed'] : apps.map(lineOfApp)),
  ];
}

function lineOfApp(app: AccountView['subscribed_apps'][number]): string {
  const whose = app.is_ours ? 'this app' : `app ${app.app_id} ${app.name ?? ''}`.trimEnd();
  const { override_callback_url: override } = app;
  return `Webhooks    ${whose}${override === undefined ? '' : `, messages to ${override}`}`;
}

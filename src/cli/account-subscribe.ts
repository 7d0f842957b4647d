import { subscribe, unsubscribe } from '../desk/accounts.ts';
import type { AccountTarget } from '../desk/meta.ts';
import type { WebhookOverride } from '../graph/number-writes.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { givenAccount, withMeta, type MetaDesk } from './desk.ts';
import type { Io } from './io.ts';
import { readSecret, refuseTwoOnStdin } from './secret-input.ts';

interface SubscribeOptions extends JsonOption {
  readonly overrideUrl?: string;
  readonly verifyTokenFile?: string;
  readonly tokenFile?: string;
}

export function addAccountSubscribe(account: CliCommand, io: Io): void {
  account
    .command('subscribe')
    .description(
      "Subscribes the app to an account's webhooks, and keeps an override that is there.",
    )
    .ofAccount()
    .option('--override-url <url>', "the account's messages go here: https, at most 200 characters")
    .option('--verify-token-file <file>', "answers Meta's handshake at that address; - is stdin")
    .option('--json', '{"waba_id", "is_subscribed", "override_callback_url"}')
    .action(async (id: string, options: SubscribeOptions, command: CliCommand) => {
      refuseTwoOnStdin(command, options.tokenFile, options.verifyTokenFile);
      const target = await givenAccount(io, command, id);
      const override = await overrideOf(io, command, options);
      await withMeta(io, target, (desk) => subscribe(desk, target, override));
      const { wabaId } = target;
      const place = override === undefined ? '' : `, messages to ${override.callbackUrl}`;
      answer(io, options, {
        view: { ...viewOf(target, true), override_callback_url: override?.callbackUrl },
        lines: [`This app gets the webhooks of account ${wabaId}${place}.`],
      });
    })
    .withExamples(
      'whatsapp-onboarding account subscribe 102290129340398',
      'whatsapp-onboarding account subscribe 102290129340398 --override-url https://messages.example/wa --verify-token-file verify-token',
    );
}

export function addAccountUnsubscribe(account: CliCommand, io: Io): void {
  account
    .command('unsubscribe')
    .description("Ends the app's subscription to an account's webhooks.")
    .ofAccount()
    .option('--json', '{"waba_id", "is_subscribed"}')
    .action(async (id: string, options: JsonOption, command: CliCommand) => {
      const target = await givenAccount(io, command, id);
      const isWatched = await withMeta(io, target, async (desk) => {
        await unsubscribe(desk, target);
        return await hasRunning(desk, target);
      });
      answer(io, options, {
        view: viewOf(target, false),
        lines: [
          `This app does not get the webhooks of account ${target.wabaId} any more.`,
          ...(isWatched
            ? ['Numbers of it are on their way, so the service subscribes again.']
            : []),
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding account unsubscribe 102290129340398',
      'whatsapp-onboarding account unsubscribe 102290129340398 --json',
    );
}

async function overrideOf(
  io: Io,
  command: CliCommand,
  { overrideUrl: callbackUrl, verifyTokenFile: file }: SubscribeOptions,
): Promise<WebhookOverride | undefined> {
  if (callbackUrl === undefined && file === undefined) return undefined;
  if (callbackUrl === undefined || file === undefined) {
    throw command.misuse('--override-url and --verify-token-file belong together');
  }
  const option = '--verify-token-file';
  return { callbackUrl, verifyToken: await readSecret(io, { what: 'verify token', option, file }) };
}

function viewOf({ wabaId }: AccountTarget, isSubscribed: boolean): object {
  return { waba_id: wabaId, is_subscribed: isSubscribed };
}

async function hasRunning({ store }: MetaDesk, { wabaId }: AccountTarget): Promise<boolean> {
  const rows = await store?.numbers.ofAccount(wabaId);
  return rows?.some(({ outcome }) => outcome === undefined) ?? false;
}

import { randomUUID } from 'node:crypto';
import { acceptAccountSignup, type AccountSignupView } from '../desk/account-signup.ts';
import { acceptSignup } from '../desk/signup.ts';
import type { WabaId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import { administrator } from './actor.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { withDesk } from './desk.ts';
import type { Io } from './io.ts';
import { readSecret } from './secret-input.ts';

interface StartOptions extends JsonOption {
  readonly codeFile: string;
}

export function addStart(program: CliCommand, io: Io): void {
  program
    .command('start')
    .description(
      'Takes a finished Embedded Signup, as the callback does: spends its code, which lives 30 seconds, and begins the onboarding. For trials and repairs.',
    )
    .argument('<account-id>', "Meta's id of the account (WABA)")
    .argument(
      '[phone-number-id]',
      "Meta's id of the number; without it the signup named none, and those that are its own are taken up",
    )
    .option('--code-file <file>', 'the code of the signup; - is stdin', '-')
    .option('--json', '{"phone_number_id", "waba_id"}, or {"waba_id", "adopted", "left"}')
    .action(async (...given: readonly [string, string | undefined, StartOptions, CliCommand]) => {
      const [account, id, options, command] = given;
      const wabaId = command.wabaId(account);
      const phoneNumberId = id === undefined ? undefined : command.phoneNumberId(id);
      const { codeFile: file } = options;
      const code = await readSecret(io, { what: 'signup code', option: '--code-file', file });
      if (phoneNumberId === undefined) {
        await startAccount(io, options, { code, wabaId });
        return;
      }
      await withDesk(io, async (desk) => {
        await acceptSignup(
          { ...desk, log: SILENT },
          {
            ...{ code, wabaId, phoneNumberId, how: { platform: 'cloud' } },
            ...{ idempotencyKey: `cli/${randomUUID()}`, bodyHash: 'cli' },
          },
        );
      });
      const view = { phone_number_id: phoneNumberId, waba_id: wabaId };
      answer(io, options, { view, lines: linesOf(phoneNumberId) });
    })
    .withExamples(
      'whatsapp-onboarding start 102290129340398 106540352242922 --code-file code',
      'pbpaste | whatsapp-onboarding start 102290129340398 106540352242922',
      'whatsapp-onboarding start 102290129340398 --code-file code',
    );
}

/** Of a signup that named no number. */
async function startAccount(
  io: Io,
  options: StartOptions,
  { code, wabaId }: { readonly code: Secret; readonly wabaId: WabaId },
): Promise<void> {
  const view = await withDesk(io, (desk) =>
    acceptAccountSignup(
      { ...desk, log: SILENT },
      { code, wabaId, idempotencyKey: `cli/${randomUUID()}`, actor: administrator() },
    ),
  );
  answer(io, options, { view, lines: accountLinesOf(view) });
}

function accountLinesOf({ waba_id: account, adopted, left }: AccountSignupView): readonly string[] {
  const others = left.length === 0 ? [] : [`${left.length} others are left.`];
  if (adopted.length > 0) return [...adopted.flatMap(linesOf), ...others];
  return [
    `The access to account ${account} is kept; no number of it is taken up.`,
    ...others,
    `Add one: whatsapp-onboarding account add ${account} --cc 1 --phone-number … --name …`,
    `Or name one that is there: whatsapp-onboarding account adopt ${account}`,
  ];
}

/** What went wrong is the answer here. */
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

function linesOf(id: string): readonly string[] {
  return [
    `${id} is accepted; the starter begins its onboarding within seconds.`,
    `See what comes of it: whatsapp-onboarding numbers watch ${id}`,
  ];
}

import { keepPin } from '../desk/known-pin.ts';
import { setPin } from '../desk/registration.ts';
import { revealPin } from '../desk/reveal.ts';
import { administrator } from './actor.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import type { FileOptions } from './code.ts';
import { confirm, UNASKED } from './confirm.ts';
import { givenNumber, withNumberDesk } from './desk.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';
import { readSecret, refuseTwoOnStdin } from './secret-input.ts';

export function addPin(program: CliCommand, io: Io): void {
  const pin = program
    .command('pin')
    .description("A number's two-step verification. The PIN is kept sealed.");
  addPinSet(pin, io);
  addPinRotate(pin, io);
  addPinReveal(pin, io);
}

interface SetOptions extends FileOptions {
  readonly current?: true;
}

function addPinSet(pin: CliCommand, io: Io): void {
  pin
    .command('set')
    .description(
      "Makes six digits of yours the number's PIN, at Meta and here. The old one is not needed.",
    )
    .ofNumber()
    .withSecret('PIN')
    .option('--current', "it is the number's PIN at Meta: keep it here, and send nothing")
    .option('--json', '{"phone_number_id", "is_set"}')
    .action(async (id: string, options: SetOptions, command: CliCommand) => {
      refuseTwoOnStdin(command, options.tokenFile, options.file ?? '-');
      const given = await givenNumber(io, command, id);
      const typed = await readSecret(io, { what: 'PIN', option: '--file', file: options.file });
      const isCurrent = options.current === true;
      await withNumberDesk(io, given, (desk, target) =>
        isCurrent ? keepPin(desk, target, typed) : setPin(desk, target, typed),
      );
      answer(io, options, {
        view: { phone_number_id: id, is_set: !isCurrent },
        lines: [
          isCurrent
            ? `The PIN of ${id} is sealed here. Nothing was sent.`
            : `${id} has the PIN that you gave, at Meta and sealed here.`,
        ],
      });
    })
    .withExamples(
      'whatsapp-onboarding pin set 106540352242922',
      'whatsapp-onboarding pin set 106540352242922 --file pin',
      'whatsapp-onboarding pin set 106540352242922 --current',
    );
}

function addPinRotate(pin: CliCommand, io: Io): void {
  pin
    .command('rotate')
    .description('Draws a fresh PIN for a number and sets it, at Meta and here. Nobody sees it.')
    .ofNumber()
    .option(...UNASKED)
    .option('--json', '{"phone_number_id", "is_set"}')
    .action(async (id: string, options: JsonOption & { yes?: true }, command: CliCommand) => {
      const given = await givenNumber(io, command, id);
      await confirm(io, {
        isMeant: options.yes === true,
        question: `Set a fresh PIN of ${id}? Whoever knows the old one can do nothing with it any more.`,
      });
      await withNumberDesk(io, given, (desk, target) => setPin(desk, target));
      answer(io, options, {
        view: { phone_number_id: id, is_set: true },
        lines: [`${id} has a fresh PIN, at Meta and sealed here.`],
      });
    })
    .withExamples(
      'whatsapp-onboarding pin rotate 106540352242922',
      'whatsapp-onboarding pin rotate 106540352242922 --account 102290129340398 --token-file token',
    );
}

function addPinReveal(pin: CliCommand, io: Io): void {
  pin
    .command('reveal')
    .description(
      "Shows a number's PIN, for a number that moves elsewhere. Its history keeps who saw it. An administrator's command.",
    )
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--yes', 'you mean it')
    .option('--json', '{"phone_number_id", "pin"}')
    .action(
      async (id: string, options: JsonOption & { readonly yes?: true }, command: CliCommand) => {
        const phoneNumberId = command.phoneNumberId(id);
        await confirm(io, {
          isMeant: options.yes === true,
          question: `Show the PIN of ${id} here? Its history keeps that you saw it.`,
          refusal: command.misuse('shows a secret; repeat with --yes'),
        });
        const { store: place } = configFor(io, []);
        const actor = administrator();
        const shown = await withStore(place, io.nowMs, (store) =>
          revealPin({ store, nowMs: io.nowMs }, { phoneNumberId, actor }),
        );
        const value = shown.reveal();
        answer(io, options, { view: { phone_number_id: id, pin: value }, lines: [value] });
      },
    )
    .withExamples(
      'whatsapp-onboarding pin reveal 106540352242922 --yes',
      "whatsapp-onboarding pin reveal 106540352242922 --yes --json | jq -r '.pin'",
    );
}

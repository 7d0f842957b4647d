import { deregisterNumber, registerNumber, type RegistrationView } from '../desk/registration.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { confirm } from './confirm.ts';
import { givenNumber, withNumberDesk } from './desk.ts';
import type { Io } from './io.ts';

const VIEW = '{"phone_number_id", "registration", "is_sent", "attempts_left"}';

export function addRegister(program: CliCommand, io: Io): void {
  program
    .command('register')
    .description(
      'Registers a number that no onboarding takes care of: one of the requests that Meta counts.',
    )
    .ofNumber()
    .option('--region <country>', 'where Meta keeps the data at rest, like DE; for good')
    .option('--json', VIEW)
    .action(
      async (
        id: string,
        options: JsonOption & { readonly region?: string },
        command: CliCommand,
      ) => {
        const { region } = options;
        const where = region === undefined ? {} : { dataLocalizationRegion: region };
        const given = await givenNumber(io, command, id);
        const view = await withNumberDesk(io, given, (desk, target) =>
          registerNumber(desk, target, where),
        );
        answer(io, options, { view, lines: [sentenceOf(view, 'registered'), ...leftOf(view)] });
      },
    )
    .withExamples(
      'whatsapp-onboarding register 106540352242922',
      'whatsapp-onboarding register 106540352242922 --region DE --account 102290129340398',
    );
}

export function addDeregister(program: CliCommand, io: Io): void {
  program
    .command('deregister')
    .description(
      'Takes a number off Cloud API. It stays in its account, with its PIN, and can be registered again.',
    )
    .ofNumber()
    .option('--yes', 'you mean it')
    .option('--json', VIEW)
    .action(
      async (id: string, options: JsonOption & { readonly yes?: true }, command: CliCommand) => {
        await confirm(io, {
          isMeant: options.yes === true,
          question: `Take ${id} off Cloud API? It ${WHAT_DEREGISTER_DOES}.`,
          refusal: command.misuse(`the number ${WHAT_DEREGISTER_DOES}; repeat with --yes`),
        });
        const given = await givenNumber(io, command, id);
        const view = await withNumberDesk(io, given, deregisterNumber);
        answer(io, options, { view, lines: [sentenceOf(view, 'not-registered'), ...leftOf(view)] });
      },
    )
    .withExamples(
      'whatsapp-onboarding deregister 106540352242922 --yes',
      'whatsapp-onboarding deregister 106540352242922 --yes --account 102290129340398 --token-file token',
    );
}

const WHAT_DEREGISTER_DOES = 'sends and gets no message until it is registered again';

const WORDS = {
  registered: 'registered',
  'not-registered': 'not registered',
  unclear: 'not clearly one or the other',
  banned: 'banned',
  gone: 'gone',
} as const satisfies Readonly<Record<RegistrationView['registration'], string>>;

function sentenceOf(
  { phone_number_id: id, registration, is_sent: isSent }: RegistrationView,
  wanted: RegistrationView['registration'],
): string {
  if (!isSent) return `${id} is ${WORDS[registration]} already; nothing was sent.`;
  if (registration === wanted) return `${id} is ${WORDS[registration]}.`;
  const command = `whatsapp-onboarding numbers show ${id} --at-meta`;
  return `Meta accepted it and does not show it yet: ${WORDS[registration]}. Look again: ${command}`;
}

function leftOf({ attempts_left: left }: RegistrationView): readonly string[] {
  return left === undefined ? [] : [`${left} such requests are left for you in 72 hours.`];
}

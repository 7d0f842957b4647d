import { revealCertificate } from '../desk/reveal.ts';
import { administrator } from './actor.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import type { Io } from './io.ts';
import { configFor, withStore } from './resources.ts';

export function addNumbersCertificate(numbers: CliCommand, io: Io): void {
  numbers
    .command('certificate')
    .description(
      "A number's certificate as Meta showed it last, in base64. Its history keeps who saw it.",
    )
    .argument('<phone-number-id>', "Meta's id of the number")
    .option('--json', '{"phone_number_id", "certificate"}')
    .action(async (id: string, options: JsonOption, command: CliCommand) => {
      const phoneNumberId = command.phoneNumberId(id);
      const { store: place } = configFor(io, []);
      const certificate = await withStore(place, io.nowMs, (store) =>
        revealCertificate({ store, nowMs: io.nowMs }, { phoneNumberId, actor: administrator() }),
      );
      const value = certificate.reveal();
      answer(io, options, {
        view: { phone_number_id: id, certificate: value },
        lines: [value],
      });
    })
    .withExamples(
      'whatsapp-onboarding numbers certificate 106540352242922 > certificate.b64',
      'whatsapp-onboarding numbers certificate 106540352242922 --json',
    );
}

import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import {
  connectOnPremises,
  registerOnPremises,
  verifyOnPremises,
  type OnPremisesOrder,
} from '../desk/on-premises.ts';
import type { OnPremisesAccess } from '../store/store.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import type { FileOptions } from './code.ts';
import { givenNumber, withDesk, withNumberDesk } from './desk.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { readSecret } from './secret-input.ts';

export function addOnPremises(program: CliCommand, io: Io): void {
  const onPremises = program
    .command('on-premises')
    .description("A customer's own On-Premises client. Meta has retired it, and may refuse.");
  addConnect(onPremises, io);
  addRegister(onPremises, io);
  addVerify(onPremises, io);
}

interface ConnectOptions extends JsonOption {
  readonly url: string;
  readonly user: string;
  readonly passwordFile: string;
  readonly caFile?: string;
}

function addConnect(onPremises: CliCommand, io: Io): void {
  onPremises
    .command('connect')
    .description("Logs in to an account's client, and keeps sealed how it is reached.")
    .argument('<account-id>', "Meta's id of the account (WABA)")
    .requiredOption('--url <url>', 'like https://wa.example.com:9090')
    .requiredOption('--user <name>', 'who logs in')
    .requiredOption('--password-file <file>', 'holds the password; - is stdin')
    .option('--ca-file <file>', 'PEM of the only issuers to trust, for a client that signs its own')
    .option('--json', '{"waba_id", "is_connected"}')
    .action(async (id: string, options: ConnectOptions, command: CliCommand) => {
      const target = { wabaId: command.wabaId(id) };
      const access = await accessOf(io, options);
      await withDesk(io, (desk) => connectOnPremises(desk, target, access));
      answer(io, options, {
        view: { waba_id: id, is_connected: true },
        lines: [`The client of account ${id} lets us in.`],
      });
    })
    .withExamples(
      'whatsapp-onboarding on-premises connect 102290129340398 --url https://wa.example.com:9090 --user admin --password-file password',
      'whatsapp-onboarding on-premises connect 102290129340398 --url https://wa.example.com:9090 --user admin --password-file - --ca-file ca.pem',
    );
}

async function accessOf(io: Io, options: ConnectOptions): Promise<OnPremisesAccess> {
  const { url: baseUrl, user: userName, passwordFile: file, caFile } = options;
  const ca = caFile === undefined ? {} : { ca: await caIn(caFile) };
  const option = '--password-file';
  return {
    baseUrl,
    userName,
    password: await readSecret(io, { what: 'password', option, file }),
    ...ca,
  };
}

async function caIn(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => {
    throw new CliError('usage', '--ca-file cannot be read');
  });
}

function addRegister(onPremises: CliCommand, io: Io): void {
  onPremises
    .command('register')
    .description("Registers a number on its account's client, with its certificate.")
    .ofNumber()
    .addOption(
      new Option('--code-method <method>', 'how a code would be sent; after a signup none is')
        .choices(['sms', 'voice'])
        .makeOptionMandatory(),
    )
    .option('--cc <digits>', 'the country code, if Meta shows the number without it')
    .option('--json', '{"phone_number_id", "result"}: registered or code-sent')
    .action(async (id: string, options: OnPremisesOrder & JsonOption, command: CliCommand) => {
      const { codeMethod, cc } = options;
      const order = { codeMethod, ...(cc === undefined ? {} : { cc }) };
      const given = await givenNumber(io, command, id);
      const { result, wabaId } = await withNumberDesk(io, given, async (desk, target) => ({
        result: await registerOnPremises(desk, target, order),
        wabaId: target.wabaId,
      }));
      const next = `whatsapp-onboarding on-premises verify ${wabaId}`;
      answer(io, options, {
        view: { phone_number_id: id, result },
        lines:
          result === 'registered'
            ? [`${id} is registered on its client.`]
            : [`A code is on its way to ${id}.`, `Give it to the client: ${next}`],
      });
    })
    .withExamples(
      'whatsapp-onboarding on-premises register 106540352242922 --code-method sms',
      'whatsapp-onboarding on-premises register 106540352242922 --code-method voice --cc 1 --account 102290129340398',
    );
}

function addVerify(onPremises: CliCommand, io: Io): void {
  onPremises
    .command('verify')
    .description("Gives an account's client the code that was sent.")
    .argument('<id>', "the account's, or that of a number which has signed up")
    .withSecret('code')
    .option('--json', '{"waba_id", "is_verified"}')
    .action(async (id: string, options: FileOptions, command: CliCommand) => {
      const phoneNumberId = command.phoneNumberId(id);
      const wabaId = command.wabaId(id);
      const code = await readSecret(io, { what: 'code', option: '--file', file: options.file });
      const account = await withDesk(io, async (desk) => {
        const number = await desk.store.numbers.byId(phoneNumberId);
        const target = { wabaId: number?.wabaId ?? wabaId };
        await verifyOnPremises(desk, target, code);
        return target.wabaId;
      });
      answer(io, options, {
        view: { waba_id: account, is_verified: true },
        lines: [`The client of account ${account} takes the code.`],
      });
    })
    .withExamples(
      'whatsapp-onboarding on-premises verify 102290129340398',
      'whatsapp-onboarding on-premises verify 106540352242922 --file code',
    );
}

import {
  adoptNumbers,
  listAdoptable,
  type AdoptableView,
  type AdoptionView,
} from '../desk/adoption.ts';
import type { AccountTarget } from '../desk/meta.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import { administrator } from './actor.ts';
import { answer, type JsonOption } from './answer.ts';
import type { CliCommand } from './cli-command.ts';
import { withDesk } from './desk.ts';
import type { Io } from './io.ts';

const COLUMNS = [
  { title: 'ID', isWhole: true },
  { title: 'NUMBER', isWhole: true },
  { title: 'NAME' },
  { title: 'PROOF' },
  { title: 'REGISTRATION' },
] as const;

interface AdoptOptions extends JsonOption {
  readonly yes?: true;
}

export function addAccountAdopt(account: CliCommand, io: Io): void {
  account
    .command('adopt')
    .description(
      'Begins the onboarding of numbers that came without a signup, as those added in WhatsApp Manager. Without ids and --yes it only lists them.',
    )
    .argument('<account-id>', "Meta's id of the account (WABA)")
    .argument('[phone-number-id...]', 'these numbers')
    .option('--yes', 'all of them')
    .option('--json', '{"waba_id", "adoptable"}, or {"waba_id", "adopted", "left"}')
    .action(
      async (account_: string, typed: readonly string[], ...rest: [AdoptOptions, CliCommand]) => {
        const [options, command] = rest;
        const wabaId = command.wabaId(account_);
        const ids = typed.map((id) => command.phoneNumberId(id));
        if (ids.length > 0 && options.yes === true) {
          throw command.misuse('--yes adopts all; give either it or ids');
        }
        const isListing = ids.length === 0 && options.yes !== true;
        if (isListing) await listThem(io, { wabaId }, options);
        else await adoptThem(io, { wabaId }, { ...options, ids: ids.length > 0 ? ids : 'all' });
      },
    )
    .withExamples(
      'whatsapp-onboarding account adopt 102290129340398',
      'whatsapp-onboarding account adopt 102290129340398 106540352242922',
      'whatsapp-onboarding account adopt 102290129340398 --yes',
    );
}

async function listThem(io: Io, target: AccountTarget, { json }: JsonOption): Promise<void> {
  const { wabaId } = target;
  const numbers = await withDesk(io, (desk) => listAdoptable(desk, target));
  if (json === true) io.terminal.json({ waba_id: wabaId, adoptable: numbers });
  else if (numbers.length === 0) io.terminal.line('Every number of the account is known here.');
  else {
    io.terminal.table(COLUMNS, numbers.map(cellsOf));
    io.terminal.line(
      `Begin with one: whatsapp-onboarding account adopt ${wabaId} <phone-number-id>; with all: --yes`,
    );
  }
}

function cellsOf(number: AdoptableView): readonly string[] {
  return [
    number.phone_number_id,
    number.display_phone_number,
    number.verified_name ?? '',
    number.code_verification_status,
    number.registration,
  ];
}

async function adoptThem(
  io: Io,
  target: AccountTarget,
  { ids, json }: JsonOption & { readonly ids: readonly PhoneNumberId[] | 'all' },
): Promise<void> {
  const view = await withDesk(io, (desk) =>
    adoptNumbers(desk, target, { ids, actor: administrator() }),
  );
  answer(io, json === true ? { json } : {}, { view, lines: linesOf(view) });
}

const REASONS = {
  not_in_account: 'is not in the account',
  known_or_forgotten: 'is known here already, or was to be forgotten',
} as const;

function linesOf({ adopted, left }: AdoptionView): readonly string[] {
  return [
    ...adopted.map((id) => `${id} is adopted; the starter begins its onboarding within seconds.`),
    ...left.map(({ phone_number_id: id, reason }) => `${id} ${REASONS[reason]}.`),
    ...(adopted.length + left.length === 0 ? ['Every number of the account is known here.'] : []),
  ];
}

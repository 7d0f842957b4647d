import type { Cause } from '../domain/causes.ts';

const NAME = 'whatsapp-onboarding';

/** Which commands do what the advice asks for; `#` stands for the number. */
const COMMANDS: Partial<Readonly<Record<Cause, readonly string[]>>> = {
  not_verified: ['code request # --method SMS', 'code submit #'],
  ownership_not_confirmed: ['code request # --method SMS', 'code submit #', 'retry #'],
  preverified_lapsed: ['code request # --method SMS', 'code submit #'],
  pin_mismatch: ['pin set # --current', 'retry #'],
  paused: ['resume #'],
  half_deregistered: ['deregister # --yes', 'retry #'],
  permission_lost: ['doctor', 'retry #'],
};

export function commandsFor(cause: string | undefined, phoneNumberId: string): readonly string[] {
  const [, commands = []] = Object.entries(COMMANDS).find(([name]) => name === cause) ?? [];
  return commands.map((command) => `${NAME} ${command.replace('#', phoneNumberId)}`);
}

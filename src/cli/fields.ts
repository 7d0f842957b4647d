import type { CliCommand } from './cli-command.ts';

/** Meta's names of fields as they were typed; `id` always comes. @throws CliError usage */
export function fieldsIn(
  command: CliCommand,
  typed: string | undefined,
  fallback: readonly string[],
): readonly string[] {
  const named = typed?.split(',').map((field) => field.trim()) ?? fallback;
  const fields = [...new Set(['id', ...named])];
  if (fields.length <= 50 && fields.every(isFieldName)) return fields;
  throw command.misuse('--fields must be 1-50 names like name_status, separated by commas');
}

function isFieldName(field: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(field);
}

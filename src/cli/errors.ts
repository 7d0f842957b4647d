import type { DeskErrorCode } from '../desk/errors.ts';

/** What the program ends with, and what that means. */
export const EXIT_CODES = {
  0: 'done',
  1: 'a bug of this program',
  2: 'the command line is wrong, or its question was not answered with yes',
  3: 'Temporal, Meta or the database cannot be reached, or did not answer clearly',
  4: 'no such number, account, event or token',
  5: 'refused: not now, or by Meta; after doctor: something must be mended',
  78: 'the configuration is wrong, or lacks what the command needs',
  130: 'interrupted while it asked: nothing was done',
  141: 'the reader of the output has gone',
} as const;

type ExitCode = keyof typeof EXIT_CODES;

/** Every error of the program, as `--json` names it, and the exit code it ends with. */
export const CLI_ERRORS = {
  internal_error: 1,
  usage: 2,
  invalid_input: 2,
  not_confirmed: 2,
  temporal_unavailable: 3,
  meta_unavailable: 3,
  store_unavailable: 3,
  outcome_unknown: 3,
  throttled: 3,
  unknown_number: 4,
  unknown_account: 4,
  unknown_event: 4,
  unknown_token: 4,
  not_now: 5,
  attempts_spent: 5,
  refused_by_meta: 5,
  code_expired: 5,
  number_not_in_account: 5,
  number_in_use: 5,
  already_onboarded: 5,
  erasure_in_progress: 5,
  needs_mending: 5,
  invalid_configuration: 78,
  not_configured: 78,
  interrupted: 130,
} as const satisfies Readonly<Record<DeskErrorCode, ExitCode>> & Readonly<Record<string, ExitCode>>;

export type CliErrorCode = keyof typeof CLI_ERRORS;

/** Ends the program. The message is what the user reads: one line, no secret. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

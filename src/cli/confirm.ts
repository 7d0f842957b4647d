import { confirm as ask, isCancel } from '@clack/prompts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** Of what is done without a word where nobody can be asked. */
export const UNASKED = ['--yes', 'do not ask at a terminal'] as const;

interface Grave {
  /** The user has said so on the command line. */
  readonly isMeant: boolean;
  /** What would be done, and what that means. */
  readonly question: string;
  /** Where nobody can be asked; absent: it is done. */
  readonly refusal?: CliError;
}

/**
 * Asks before what cannot be undone. The question goes to stderr, so that stdout has nothing but the answer of the command.
 * @throws CliError not_confirmed, interrupted, or the refusal
 */
export async function confirm(
  { person }: Pick<Io, 'person'>,
  { isMeant, question, refusal }: Grave,
): Promise<void> {
  if (isMeant) return;
  if (person === undefined) {
    if (refusal !== undefined) throw refusal;
    return;
  }
  const said = await ask({ message: question, initialValue: false, ...person });
  if (isCancel(said)) throw new CliError('interrupted', NOTHING_DONE);
  if (!said) throw new CliError('not_confirmed', NOTHING_DONE);
}

const NOTHING_DONE = 'nothing was done';

import type { DeskError, DeskErrorCode } from '../desk/errors.ts';
import { CliError } from './errors.ts';
import { dateOf } from './time.ts';

/** What helps at this door only. */
const HINTS: Partial<Readonly<Record<DeskErrorCode, string>>> = {
  unknown_number: ' with --account',
  unknown_account: ', or give a token of yours with --token-file',
};

/** `command` is where a wrong input was typed: `pin set: `. */
export function cliErrorOf({ code, message, untilMs }: DeskError, command: string): CliError {
  const place = code === 'invalid_input' ? command : '';
  // Advice is written for the button of a page; here the order itself is given again.
  const advice = message.replaceAll('press "retry"', 'repeat this');
  const until = untilMs === undefined ? '' : `; next allowed ${dateOf(untilMs)}`;
  return new CliError(code, `${place}${advice}${HINTS[code] ?? ''}${until}`);
}

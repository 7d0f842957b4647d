// A value from outside becomes what the desk takes, or an error of its own. What the Graph client checks by itself is asked of
// its checks, so that a form is told once.
import { isPhoneNumberId, isWabaId } from '../domain/phone-number.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import { checkedCode, checkedLimit, checkedRegion } from '../graph/checks.ts';
import { InvalidArgument } from '../graph/errors.ts';
import { isPreverifiedId, type PreverifiedId } from '../graph/ids.ts';
import { HttpError, type ErrorCode } from './errors.ts';

export function wabaIdOf(value: unknown): WabaId {
  if (!isWabaId(value)) throw new HttpError('invalid_waba_id');
  return value;
}

export function phoneNumberIdOf(value: unknown): PhoneNumberId {
  if (!isPhoneNumberId(value)) throw new HttpError('invalid_phone_number_id');
  return value;
}

export function preverifiedIdOf(value: unknown): PreverifiedId {
  if (!isPreverifiedId(value)) throw new HttpError('invalid_preverified_id');
  return value;
}

/** The text as `check` takes it; `code` where it does not. */
export function checkedText<T>(value: unknown, code: ErrorCode, check: (text: string) => T): T {
  if (typeof value !== 'string') throw new HttpError(code);
  try {
    return check(value);
  } catch (error) {
    throw error instanceof InvalidArgument ? new HttpError(code) : error;
  }
}

/** One of the words, letter for letter. */
export function oneOf<const Word extends string>(
  value: unknown,
  code: ErrorCode,
  words: readonly Word[],
): Word {
  const word = words.find((each) => each === value);
  if (word === undefined) throw new HttpError(code);
  return word;
}

export function booleanOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new HttpError('invalid_is_current');
  return value;
}

/** Of a page. */
export function limitOf(value: unknown): number {
  return checkedText(value, 'invalid_limit', (text) => {
    const count = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
    checkedLimit(count);
    return count;
  });
}

/** Undefined if there is none. */
export function optional<T>(value: unknown, take: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : take(value);
}

export function oneTimeCodeOf(value: unknown): Secret {
  return checkedText(value, 'invalid_one_time_code', (text) => checkedCode(new Secret(text)));
}

/** The answer lists the regions there are. */
export function regionOf(value: unknown): string {
  try {
    return checkedRegion(typeof value === 'string' ? value : '');
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error;
    throw new HttpError('unsupported_region', { message: error.message });
  }
}

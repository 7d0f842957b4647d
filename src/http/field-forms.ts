// Forms of what a call may carry. What the Graph client checks by itself is told by its forms, so that a form is told once.
import { z } from 'zod';
import { isPhoneNumberId, isWabaId } from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import { InvalidArgument } from '../graph/errors.ts';
import { isPreverifiedId } from '../graph/ids.ts';

/** Meta's ids. */
const idText = z.string().regex(/^[0-9]{1,20}$/);

export const phoneNumberIdText = idText.transform(guarded(isPhoneNumberId));
export const wabaIdText = idText.transform(guarded(isWabaId));
export const preverifiedIdText = idText.transform(guarded(isPreverifiedId));

export function secretText(form: RegExp): z.ZodType<Secret, string> {
  return z
    .string()
    .regex(form)
    .transform((text) => new Secret(text));
}

function guarded<Narrow extends string>(isIt: (value: unknown) => value is Narrow) {
  return orRefused((given) => (isIt(given) ? given : undefined));
}

/** Undefined is no value. */
export function orRefused<Value>(valueOf: (given: string) => Value | undefined) {
  return (given: string, context: z.RefinementCtx): Value => {
    const value = valueOf(given);
    if (value !== undefined) return value;
    context.addIssue('not of this form');
    return z.NEVER;
  };
}

/** Lets through what a check of the Graph client's lets through. */
export function fits<Value>(check: (value: Value) => unknown) {
  return (value: Value): boolean => {
    try {
      check(value);
      return true;
    } catch (error) {
      if (error instanceof InvalidArgument) return false;
      throw error;
    }
  };
}

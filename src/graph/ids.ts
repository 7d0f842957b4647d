import { isPhoneNumberId, isWabaId } from '../domain/phone-number.ts';
import { InvalidArgument } from './errors.ts';

declare const brand: unique symbol;

/** Meta's id of a business portfolio: of the same form as a number's. */
export type BusinessId = string & { readonly [brand]: 'BusinessId' };

/** Meta's id of a pre-verified number. It vanishes when the number is claimed, which then has a phone number id. */
export type PreverifiedId = string & { readonly [brand]: 'PreverifiedId' };

export function isBusinessId(value: unknown): value is BusinessId {
  return isPhoneNumberId(value);
}

export function isPreverifiedId(value: unknown): value is PreverifiedId {
  return isPhoneNumberId(value);
}

const ID_OF = {
  phoneNumberId: { is: isPhoneNumberId, name: 'phone number id' },
  wabaId: { is: isWabaId, name: 'account id' },
  businessId: { is: isBusinessId, name: 'business id' },
  partnerBusinessId: { is: isBusinessId, name: 'partner business id' },
  preverifiedId: { is: isPreverifiedId, name: 'pre-verified id' },
} as const;

/**
 * The id, checked once more where the URL is built: `..` as an id would name another endpoint.
 * @throws InvalidArgument
 */
export function checkedId(kind: keyof typeof ID_OF, id: string): string {
  const { is, name } = ID_OF[kind];
  if (!is(id)) throw new InvalidArgument(`${name} must be 1-20 digits`);
  return id;
}

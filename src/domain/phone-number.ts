declare const brand: unique symbol;

/** Meta's id of a business phone number: 1-20 decimal digits. Always a string: ids pass 2^53. */
export type PhoneNumberId = string & { readonly [brand]: 'PhoneNumberId' };

/** Meta's id of a WhatsApp Business Account, of the same form. */
export type WabaId = string & { readonly [brand]: 'WabaId' };

const GRAPH_ID = /^[0-9]{1,20}$/;

export function isPhoneNumberId(value: unknown): value is PhoneNumberId {
  return typeof value === 'string' && GRAPH_ID.test(value);
}

export function isWabaId(value: unknown): value is WabaId {
  return typeof value === 'string' && GRAPH_ID.test(value);
}

/** The digits of a display phone number. Meta writes both `+1 631-555-5555` and `16315555555`: only digits compare. */
export function digitsOf(displayPhoneNumber: string): string {
  return displayPhoneNumber.replace(/\D/g, '');
}

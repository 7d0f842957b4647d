import { createHash } from 'node:crypto';
import { digitsOf } from '../domain/phone-number.ts';
import type { NumberRow, Store } from '../store/store.ts';

/**
 * Has a number's onboarding look at it, as a webhook would: written down, so that it is not lost while Temporal is away. `why` names
 * what happened; the same twice is one.
 */
export async function nudge(
  { inbox }: Pick<Store, 'inbox'>,
  { wabaId, displayPhoneNumber }: Pick<NumberRow, 'wabaId' | 'displayPhoneNumber'>,
  why: { readonly field: string; readonly id: string },
): Promise<void> {
  const digest = createHash('sha256').update(`${why.field}/${why.id}`).digest('hex');
  const digits = digitsOf(displayPhoneNumber);
  await inbox.keep([{ digest, wabaId, field: why.field, digits }]);
}

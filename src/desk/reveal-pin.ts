import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import { DeskError } from './errors.ts';

/**
 * The number's PIN in clear, for a number that moves elsewhere. Who saw it stands in the number's history before it is shown.
 * @throws DeskError unknown_number, not_now
 */
export async function revealPin(
  {
    store,
    nowMs,
  }: {
    readonly store: Pick<Store, 'credentials' | 'numbers'>;
    readonly nowMs: () => number;
  },
  phoneNumberId: PhoneNumberId,
  actor: string,
): Promise<Secret> {
  if ((await store.numbers.byId(phoneNumberId)) === undefined) {
    throw new DeskError('unknown_number', 'No number with this id is known here');
  }
  const pin = await store.credentials.pinOf(phoneNumberId);
  if (pin === undefined) throw new DeskError('not_now', 'No PIN of this number is kept yet');
  const text = 'The PIN was shown to a person.';
  await store.numbers.note(phoneNumberId, { kind: 'pin-revealed', atMs: nowMs(), text, actor });
  return pin;
}

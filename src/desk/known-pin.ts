import type { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import { DeskError } from './errors.ts';
import type { NumberTarget } from './meta.ts';

/** Keeps the PIN that Meta has already, as somebody tells it: the next registration is sent with it. @throws DeskError */
export async function keepPin(
  { store }: { readonly store: Pick<Store, 'credentials'> },
  { phoneNumberId }: NumberTarget,
  pin: Secret,
): Promise<void> {
  // Somebody else chose it, so it may be one that we would not.
  if (!/^[0-9]{6}$/.test(pin.reveal())) {
    throw new DeskError('invalid_input', 'PIN must be exactly 6 digits');
  }
  await store.credentials.keepPin(phoneNumberId, pin);
}

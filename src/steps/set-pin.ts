import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import { GraphRefused } from '../graph/errors.ts';
import type { Store } from '../store/store.ts';

export interface SetPinDeps {
  readonly graph: Pick<GraphClient, 'setPin'>;
  readonly store: Pick<Store, 'credentials'>;
}

/**
 * Tells Meta a PIN, a fresh one if none is given, and keeps it as the number's. Sealed before it is sent, so that no PIN is known to Meta alone: after a lost
 * answer the same one is sent again, and only a refusal takes the proposal back.
 */
export async function setPin(
  { graph, store: { credentials } }: SetPinDeps,
  {
    token,
    phoneNumberId,
    pin: given,
  }: {
    readonly token: Secret;
    readonly phoneNumberId: PhoneNumberId;
    readonly pin?: Secret;
  },
): Promise<void> {
  const pin = await credentials.proposePin(phoneNumberId, given);
  try {
    await graph.setPin({ token, phoneNumberId, pin });
  } catch (error) {
    if (error instanceof GraphRefused) await credentials.dropProposedPin(phoneNumberId, pin);
    throw error;
  }
  await credentials.adoptPin(phoneNumberId, pin);
}

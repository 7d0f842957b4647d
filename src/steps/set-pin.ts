import type { Cause } from '../domain/causes.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import { GraphRefused } from '../graph/errors.ts';
import type { Store } from '../store/store.ts';
import { refusalOf } from './refusal-of.ts';

export interface SetPinDeps {
  readonly graph: Pick<GraphClient, 'setPin'>;
  readonly store: Pick<Store, 'credentials'>;
}

export interface SetPinOrder {
  readonly token: Secret;
  readonly phoneNumberId: PhoneNumberId;
  /** Absent: the one proposed before, else a fresh one. */
  readonly pin?: Secret;
}

/** Another PIN of the number is on its way to Meta, which may have it already. */
export class PinUnderWay extends Error {
  override readonly name = 'PinUnderWay';
}

/** Refusals of the PIN itself. Every other one says nothing about what Meta has. */
const OF_THE_VALUE: readonly Cause[] = ['bad_request', 'unknown_refusal', 'pin_mismatch'];

/**
 * Tells Meta a PIN and keeps it as the number's. Sealed before it is sent, so that no PIN is known to Meta alone: after a lost
 * answer the same one is sent again, and only a refusal of the PIN itself, the first time it is told, takes the proposal back.
 * @throws PinUnderWay, and what the Graph client throws
 */
export async function setPin(
  { graph, store: { credentials } }: SetPinDeps,
  { token, phoneNumberId, pin: given }: SetPinOrder,
): Promise<void> {
  const proposed = await credentials.proposePin(phoneNumberId, given);
  if (proposed.kind === 'busy') {
    throw new PinUnderWay('Another PIN of this number is on its way; give none to finish that one');
  }
  const { pin, isNew } = proposed;
  try {
    await graph.setPin({ token, phoneNumberId, pin });
  } catch (error) {
    const isRefusedPin =
      error instanceof GraphRefused && OF_THE_VALUE.includes(refusalOf(error).cause);
    if (isNew && isRefusedPin) await credentials.dropProposedPin(phoneNumberId, pin);
    throw error;
  }
  await credentials.adoptPin(phoneNumberId, pin);
}

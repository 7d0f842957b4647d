import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import { DeskError } from './errors.ts';

export interface RevealDeps {
  readonly store: Pick<Store, 'credentials' | 'numbers'>;
  readonly nowMs: () => number;
}

export interface RevealOrder {
  readonly phoneNumberId: PhoneNumberId;
  /** Stands in the number's history before the secret is shown. */
  readonly actor: string;
}

/** The number's PIN in clear, for a number that moves elsewhere. @throws DeskError unknown_number, not_now */
export async function revealPin(deps: RevealDeps, order: RevealOrder): Promise<Secret> {
  const pin = await deps.store.credentials.pinOf(order.phoneNumberId);
  return await shown(deps, order, { secret: pin, what: 'PIN', kind: 'pin-revealed' });
}

/** The certificate that Meta showed last. @throws DeskError unknown_number, not_now */
export async function revealCertificate(deps: RevealDeps, order: RevealOrder): Promise<Secret> {
  const certificate = await deps.store.credentials.certificateOf(order.phoneNumberId);
  const of = { what: 'certificate', kind: 'certificate-revealed' };
  return await shown(deps, order, { secret: certificate, ...of });
}

interface Shown {
  readonly secret: Secret | undefined;
  readonly what: string;
  readonly kind: string;
}

async function shown(
  { store, nowMs }: RevealDeps,
  { phoneNumberId, actor }: RevealOrder,
  { secret, what, kind }: Shown,
): Promise<Secret> {
  if ((await store.numbers.byId(phoneNumberId)) === undefined) {
    throw new DeskError('unknown_number', 'No number with this id is known here');
  }
  if (secret === undefined) throw new DeskError('not_now', `No ${what} of this number is kept yet`);
  const text = `The ${what} was shown to a person.`;
  await store.numbers.note(phoneNumberId, { kind, atMs: nowMs(), text, actor });
  return secret;
}

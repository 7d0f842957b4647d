import { textAfterEnd } from '../domain/account-events.ts';
import type { HintRow } from '../store/hints.ts';
import type { Store } from '../store/store.ts';

export interface EffectDeps {
  readonly store: Pick<Store, 'numbers' | 'credentials'>;
}

/** The few things that no read tells, so that the webhook itself counts. May be repeated. */
export async function takeEffect(hint: HintRow, deps: EffectDeps): Promise<void> {
  if (hint.field === 'security') await doubtPin(hint, deps.store);
  await tellEnded(hint, deps);
}

/** They ask for a new PIN, and switch two-step verification off: the next registration sets ours in either case. */
const HARMLESS_TO_PIN: readonly string[] = ['PIN_RESET_REQUEST', 'PIN_REQUEST_SUCCESS'];

/** Somebody changed a PIN in WhatsApp Manager: ours is set again before it is used, also of a number that is done. */
async function doubtPin(
  { wabaId, digits, event = '' }: HintRow,
  { numbers, credentials }: EffectDeps['store'],
): Promise<void> {
  if (digits === undefined || HARMLESS_TO_PIN.includes(event)) return;
  const number = await numbers.byDigits(wabaId, digits);
  if (number !== undefined) await credentials.markPinStale(number.phoneNumberId);
}

/** Nobody reads a number that is done, so its history shows what Meta told. */
async function tellEnded(
  { field, wabaId, digits, event = '', digest, receivedAtMs: atMs }: HintRow,
  { store: { numbers } }: EffectDeps,
): Promise<void> {
  const text = textAfterEnd(event);
  const isUnclear = field === 'security' && digits === undefined;
  if (text === undefined || isUnclear) return;
  const about = { wabaId, ...(digits === undefined ? {} : { digits }) };
  const told = { kind: 'told-by-meta', atMs, text, actor: 'Meta' };
  await numbers.noteEnded(about, `webhook/${digest}`, told);
}

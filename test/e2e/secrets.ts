import {
  digitsOf,
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
} from '../../src/domain/phone-number.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { Store } from '../../src/store/store.ts';
import type { Canary } from '../support/canary.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../support/fake-meta.ts';

/** What nobody may see of a number that is done, and of the app. */
export async function secretsOf(
  { credentials, numbers }: Store,
  id: string,
): Promise<readonly Canary[]> {
  const wabaId = (await numbers.byId(numberOf(id)))?.wabaId;
  if (!isWabaId(wabaId)) throw new Error('not an id');
  const kept = (name: string, secret: Secret | undefined): Canary => {
    if (secret === undefined) throw new Error(`${name}: not kept`);
    return { name, value: secret.reveal() };
  };
  return [
    kept('token', await credentials.tokenOf(wabaId)),
    kept('PIN', await credentials.pinOf(numberOf(id))),
    kept('certificate', await credentials.certificateOf(numberOf(id))),
    { name: 'app secret', value: APP_SECRET },
    { name: 'verify token', value: VERIFY_TOKEN },
  ];
}

export async function phoneOf({ numbers }: Store, id: string): Promise<readonly Canary[]> {
  const display = (await numbers.byId(numberOf(id)))?.displayPhoneNumber ?? '';
  return [
    { name: 'phone number', value: display },
    { name: 'digits', value: digitsOf(display) },
  ];
}

function numberOf(id: string): PhoneNumberId {
  if (!isPhoneNumberId(id)) throw new Error('not an id');
  return id;
}

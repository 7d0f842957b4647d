import { digitsOf } from '../domain/phone-number.ts';
import type { Secret } from '../domain/secret.ts';
import type { PhoneNumber } from '../graph/client.ts';
import { createOnPremisesClient, type OnPremisesClient } from '../graph/on-premises.ts';
import type { OnPremisesAccess, Store } from '../store/store.ts';

export interface OnPremisesDeps {
  readonly store: Pick<Store, 'credentials'>;
  /** The HTTP deadline of one call. */
  readonly graphTimeoutMs: number;
}

export interface OnPremisesOrder {
  /** How a code would be sent. After Embedded Signup none is. */
  readonly codeMethod: 'sms' | 'voice';
  /** The country code in digits, where Meta shows the number without a `+`. */
  readonly cc?: string;
}

/** Why nothing can be registered yet: what is missing is not Meta's to say. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  readonly missing: 'certificate' | 'country-code';

  constructor(missing: NotReady['missing'], message: string) {
    super(message);
    this.missing = missing;
  }
}

/**
 * Registers the number on the account's own client, with its certificate: after a change of its name, the new one. May be
 * repeated. `number` is a fresh read of it. @throws NotReady, and what the client's calls throw
 */
export async function registerOnPremises(
  deps: OnPremisesDeps,
  {
    access,
    number,
    ...order
  }: OnPremisesOrder & {
    readonly access: OnPremisesAccess;
    readonly number: PhoneNumber;
  },
): Promise<'registered' | 'code-sent'> {
  const account = accountOf(number, order);
  const hasPin = number.isPinEnabled === true;
  const pin = hasPin ? await deps.store.credentials.pinOf(number.phoneNumberId) : undefined;
  return withOnPremises(deps, access, (client, token) =>
    client.registerAccount({ token, ...account, ...(pin === undefined ? {} : { pin }) }),
  );
}

/** Logs in for one order. A login lives a week, but an order comes once in a number's life. */
export async function withOnPremises<Answer>(
  { graphTimeoutMs: timeoutMs }: OnPremisesDeps,
  { baseUrl, ca, userName, password }: OnPremisesAccess,
  order: (client: OnPremisesClient, token: Secret) => Promise<Answer>,
): Promise<Answer> {
  const trust = ca === undefined ? {} : { ca };
  const client = createOnPremisesClient({ baseUrl, timeoutMs, ...trust });
  try {
    const { token } = await client.logIn({ userName, password });
    return await order(client, token);
  } finally {
    await client.close();
  }
}

function accountOf(number: PhoneNumber, { codeMethod, cc }: OnPremisesOrder) {
  const cert = number.newCertificate ?? number.certificate;
  if (cert === undefined) {
    const message =
      'Meta shows no certificate of the number yet; wait for the approval of its name';
    throw new NotReady('certificate', message);
  }
  return { codeMethod, cert, ...dialledAs(number.displayPhoneNumber, cc) };
}

/** `+1 631-555-1111` names its country code; `16315551111` does not. */
function dialledAs(
  shown: string,
  given: string | undefined,
): { readonly cc: string; readonly phoneNumber: string } {
  const cc = given ?? /^\+(?<cc>[0-9]{1,3})[ -]/.exec(shown)?.groups?.['cc'];
  const digits = digitsOf(shown);
  if (cc !== undefined && digits.startsWith(cc))
    return { cc, phoneNumber: digits.slice(cc.length) };
  const message =
    cc === undefined
      ? 'Meta shows the number without its country code apart; give the country code'
      : "The country code is not the number's";
  throw new NotReady('country-code', message);
}

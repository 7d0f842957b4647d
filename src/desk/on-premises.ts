import { digitsOf } from '../domain/phone-number.ts';
import { causeOf } from '../domain/refusals.ts';
import type { Secret } from '../domain/secret.ts';
import type { PhoneNumber } from '../graph/client.ts';
import { OnPremisesRefused } from '../graph/errors.ts';
import { createOnPremisesClient, type OnPremisesClient } from '../graph/on-premises.ts';
import type { OnPremisesAccess, Store } from '../store/store.ts';
import { DeskError, meaningOf, refusedByMeta } from './errors.ts';
import { askMeta, type AccountTarget, type MetaDeps, type NumberTarget } from './meta.ts';

export interface OnPremisesDeps extends MetaDeps {
  readonly store: Store;
  readonly graphTimeoutMs: number;
}

/** Keeps, sealed, how an account's own client is reached, once it has let us in. @throws DeskError */
export async function connectOnPremises(
  deps: OnPremisesDeps,
  { wabaId }: AccountTarget,
  access: OnPremisesAccess,
): Promise<void> {
  await withClient(deps, access, () => Promise.resolve());
  await deps.store.credentials.keepOnPremises(wabaId, access);
}

export interface OnPremisesOrder {
  /** How a code would be sent. After Embedded Signup none is. */
  readonly codeMethod: 'sms' | 'voice';
  /** The country code in digits, where Meta shows the number without a `+`. */
  readonly cc?: string;
}

/**
 * Registers the number on the account's own client, with its certificate: after a change of its name, the new one. Meta has
 * retired the product, and says so by refusing. @throws DeskError
 */
export async function registerOnPremises(
  deps: OnPremisesDeps,
  target: NumberTarget,
  order: OnPremisesOrder,
): Promise<'registered' | 'code-sent'> {
  const { phoneNumberId } = target;
  const access = await accessOf(deps, target);
  const number = await askMeta(deps, target, {
    isRead: true,
    ask: (token) => deps.graph.readPhoneNumber({ token, phoneNumberId }),
  });
  const account = accountOf(number, order);
  const hasPin = number.isPinEnabled === true;
  const pin = hasPin ? await deps.store.credentials.pinOf(phoneNumberId) : undefined;
  return withClient(deps, access, (client, token) =>
    client.registerAccount({ token, ...account, ...(pin === undefined ? {} : { pin }) }),
  );
}

/** Gives the client the code that was sent. @throws DeskError */
export async function verifyOnPremises(
  deps: OnPremisesDeps,
  target: AccountTarget,
  code: Secret,
): Promise<void> {
  await withClient(deps, await accessOf(deps, target), (client, token) =>
    client.verifyAccount({ token, code }),
  );
}

async function accessOf(
  { store }: OnPremisesDeps,
  { wabaId }: AccountTarget,
): Promise<OnPremisesAccess> {
  const access = await store.credentials.onPremisesOf(wabaId);
  if (access !== undefined) return access;
  const message = "The account's On-Premises client is not known; connect it first";
  throw new DeskError('not_configured', message);
}

function accountOf(number: PhoneNumber, { codeMethod, cc }: OnPremisesOrder) {
  const cert = number.newCertificate ?? number.certificate;
  if (cert === undefined) {
    const message =
      'Meta shows no certificate of the number yet; wait for the approval of its name';
    throw new DeskError('not_now', message);
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
  if (cc === undefined) {
    const message = 'Meta shows the number without its country code apart; give the country code';
    throw new DeskError('invalid_input', message);
  }
  if (digits.startsWith(cc)) return { cc, phoneNumber: digits.slice(cc.length) };
  throw new DeskError('invalid_input', "The country code is not the number's");
}

/** Logs in for one order. A login lives a week, but an order comes once in a number's life. */
async function withClient<Answer>(
  { graphTimeoutMs: timeoutMs }: OnPremisesDeps,
  { baseUrl, ca, userName, password }: OnPremisesAccess,
  order: (client: OnPremisesClient, token: Secret) => Promise<Answer>,
): Promise<Answer> {
  let client: ReturnType<typeof createOnPremisesClient> | undefined;
  try {
    client = createOnPremisesClient({ baseUrl, timeoutMs, ...(ca === undefined ? {} : { ca }) });
    const { token } = await client.logIn({ userName, password });
    return await order(client, token);
  } catch (error) {
    throw refusalIn(error) ?? meaningOf(error) ?? error;
  } finally {
    await client?.close();
  }
}

function refusalIn(error: unknown): DeskError | undefined {
  if (!(error instanceof OnPremisesRefused)) return undefined;
  const { code } = error.answer;
  return refusedByMeta({ cause: causeOf(error.answer, 'on-premises'), code });
}

import type { Secret } from '../../src/domain/secret.ts';
import type { GraphClient } from '../../src/graph/client.ts';
import {
  isBusinessId,
  isPreverifiedId,
  type BusinessId,
  type PreverifiedId,
} from '../../src/graph/ids.ts';
import { all, NUMBER, WABA } from './servers.ts';

export const BUSINESS = businessId('1234567890');
const PARTNER = businessId('9876543210');
export const PREVERIFIED = preverifiedId('555777999');

function businessId(text: string): BusinessId {
  if (!isBusinessId(text)) throw new Error('not a business id');
  return text;
}

function preverifiedId(text: string): PreverifiedId {
  if (!isPreverifiedId(text)) throw new Error('not a pre-verified id');
  return text;
}

type Call = (client: GraphClient) => Promise<unknown>;

export type CallName =
  | keyof GraphClient
  | 'requestCode, pre-verified'
  | 'verifyCode, pre-verified'
  | 'subscribeApp, overridden';

interface Secrets {
  readonly token: Secret;
  readonly pin: Secret;
  readonly signupCode: Secret;
  readonly code: Secret;
  readonly verifyToken: Secret;
}

/** Every method of the client, with everything it can be given; `changes` go over the arguments of each. */
export function everyCall(
  secrets: Secrets,
  changes: object = {},
): Readonly<Record<CallName, Call>> {
  const { token, pin, signupCode, code, verifyToken } = secrets;
  const ofNumber = { phoneNumberId: NUMBER, token };
  const ofAccount = { wabaId: WABA, token };
  const ofBusiness = { businessId: BUSINESS, token };
  const ofPreverified = { preverifiedId: PREVERIFIED, token };
  const share = { ...ofBusiness, preverifiedId: PREVERIFIED, partnerBusinessId: PARTNER };
  const override = { callbackUrl: 'https://partner.example/hook', verifyToken };
  const asked = { method: 'VOICE', language: 'en_US' } as const;
  const phoneNumber = '15550783881';
  const newNumber = {
    ...{ ...ofAccount, cc: '1', phoneNumber, verifiedName: 'Lucky Shrub' },
    ...{ migrate: true, preverifiedId: PREVERIFIED },
  };
  const fields = ['display_phone_number', 'name_status'];
  const changed = <T extends object>(args: T): T => ({ ...args, ...changes });
  return {
    exchangeCode: (client) => client.exchangeCode(changed({ code: signupCode })),
    debugToken: (client) => client.debugToken(changed({ token })),
    fetchBusinessToken: (client) => client.fetchBusinessToken(changed(ofBusiness)),
    listPhoneNumbers: (client) =>
      all(client.listPhoneNumbers(changed({ ...ofAccount, accountMode: 'SANDBOX', limit: 50 }))),
    readPhoneNumber: (client) => client.readPhoneNumber(changed(ofNumber)),
    listPhoneNumberFields: (client) =>
      all(client.listPhoneNumberFields(changed({ ...ofAccount, accountMode: 'LIVE', fields }))),
    readPhoneNumberFields: (client) =>
      client.readPhoneNumberFields(changed({ ...ofNumber, fields })),
    readPhoneNumberFieldsPage: (client) =>
      client.readPhoneNumberFieldsPage(
        changed({ ...ofAccount, accountMode: 'LIVE', fields, after: 'a-cursor' }),
      ),
    register: (client) =>
      client.register(changed({ ...ofNumber, pin, dataLocalizationRegion: 'DE' })),
    deregister: (client) => client.deregister(changed(ofNumber)),
    setPin: (client) => client.setPin(changed({ ...ofNumber, pin })),
    changeDisplayName: (client) =>
      client.changeDisplayName(changed({ ...ofNumber, name: 'Lucky Shrub' })),
    overrideNumberWebhook: (client) =>
      client.overrideNumberWebhook(changed({ ...ofNumber, ...override })),
    clearNumberWebhook: (client) => client.clearNumberWebhook(changed(ofNumber)),
    addPhoneNumber: (client) => client.addPhoneNumber(changed(newNumber)),
    requestCode: (client) => client.requestCode(changed({ ...ofNumber, ...asked })),
    'requestCode, pre-verified': (client) =>
      client.requestCode(changed({ ...ofPreverified, ...asked })),
    verifyCode: (client) => client.verifyCode(changed({ ...ofNumber, code })),
    'verifyCode, pre-verified': (client) => client.verifyCode(changed({ ...ofPreverified, code })),
    readAccount: (client) => client.readAccount(changed(ofAccount)),
    subscribedApps: (client) => client.subscribedApps(changed(ofAccount)),
    subscribedAppIds: (client) => client.subscribedAppIds(changed(ofAccount)),
    subscribeApp: (client) => client.subscribeApp(changed(ofAccount)),
    'subscribeApp, overridden': (client) =>
      client.subscribeApp(changed({ ...ofAccount, override })),
    unsubscribeApp: (client) => client.unsubscribeApp(changed(ofAccount)),
    addPreverifiedNumber: (client) =>
      client.addPreverifiedNumber(changed({ ...ofBusiness, phoneNumber })),
    readPreverifiedNumber: (client) => client.readPreverifiedNumber(changed(ofPreverified)),
    listPreverifiedNumbers: (client) =>
      all(
        client.listPreverifiedNumbers(
          changed({ ...ofBusiness, codeVerificationStatus: 'VERIFIED', phoneNumber }),
        ),
      ),
    deletePreverifiedNumber: (client) => client.deletePreverifiedNumber(changed(ofPreverified)),
    listPreverifiedPartners: (client) =>
      all(client.listPreverifiedPartners(changed(ofPreverified))),
    sharePreverifiedNumber: (client) => client.sharePreverifiedNumber(changed(share)),
    unsharePreverifiedNumber: (client) => client.unsharePreverifiedNumber(changed(share)),
  };
}

import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import { InvalidArgument } from '../../src/graph/errors.ts';
import { everyCall, type CallName } from './calls.ts';
import { clientOf, failureOf, serve, TOKEN } from './servers.ts';

const SECRETS = {
  token: new Secret(TOKEN),
  pin: new Secret('150954'),
  signupCode: new Secret('AQBsignupcode'),
  code: new Secret('123830'),
  verifyToken: new Secret('word-of-the-handshake'),
};
const ALL = everyCall(SECRETS);

/** Every call with these arguments instead: refused before a request, and the value is not told. */
async function expectRefused(
  calls: readonly CallName[],
  changes: Readonly<Record<string, unknown>>,
  message: string,
): Promise<void> {
  const server = await serve({ body: { success: true, data: [] } });
  const client = clientOf(server.url);
  const changed = everyCall(SECRETS, changes);
  for (const name of calls) {
    const error = await failureOf(changed[name](client));
    expect(error, name).toBeInstanceOf(InvalidArgument);
    expect(String(error), name).toContain(message);
  }
  expect(server.seen).toEqual([]);
}

const BAD_IDS: readonly unknown[] = [
  ...['', 'abc', '1/../me', '..', '１２３', '+1 555', '123456789012345678901', '1e20', '0x1f'],
  ...['1?fields=x', '1%2f2', '1\n', ' 1', '-1', 1972385232742141, null, ['1']],
];

const SHARING = ['sharePreverifiedNumber', 'unsharePreverifiedNumber'] as const;
const TAKES: Readonly<Record<string, { name: string; calls: readonly CallName[] }>> = {
  phoneNumberId: {
    name: 'phone number id',
    calls: [
      ...(['readPhoneNumber', 'readPhoneNumberFields', 'register', 'deregister'] as const),
      ...(['setPin', 'changeDisplayName', 'overrideNumberWebhook', 'clearNumberWebhook'] as const),
      ...(['requestCode', 'verifyCode'] as const),
    ],
  },
  wabaId: {
    name: 'account id',
    calls: [
      ...(['listPhoneNumbers', 'listPhoneNumberFields', 'readPhoneNumberFieldsPage'] as const),
      ...(['addPhoneNumber'] as const),
      ...(['readAccount', 'subscribedApps', 'subscribedAppIds', 'subscribeApp'] as const),
      ...(['subscribeApp, overridden', 'unsubscribeApp'] as const),
    ],
  },
  businessId: {
    name: 'business id',
    calls: [
      ...(['fetchBusinessToken', 'addPreverifiedNumber', 'listPreverifiedNumbers'] as const),
      ...SHARING,
    ],
  },
  preverifiedId: {
    name: 'pre-verified id',
    calls: [
      ...(['addPhoneNumber', 'requestCode, pre-verified', 'verifyCode, pre-verified'] as const),
      ...(['readPreverifiedNumber', 'deletePreverifiedNumber'] as const),
      ...(['listPreverifiedPartners', ...SHARING] as const),
    ],
  },
  partnerBusinessId: { name: 'partner business id', calls: SHARING },
};

describe('an id', () => {
  it.each(Object.entries(TAKES))(
    'of the kind %s is refused by every call that takes it, if it is no id (B15, B16)',
    async (kind, { name, calls }) => {
      for (const id of BAD_IDS)
        await expectRefused(calls, { [kind]: id }, `${name} must be 1-20 digits`);
    },
  );

  it('that is missing is refused as well', async () => {
    for (const [kind, { name, calls }] of Object.entries(TAKES)) {
      const needing = calls.filter((call) => call !== 'addPhoneNumber' || kind === 'wabaId');
      await expectRefused(needing, { [kind]: undefined }, `${name} must be 1-20 digits`);
    }
  });

  it('is taken by every call but those that have none', () => {
    const taking = Object.values(TAKES).flatMap(({ calls }) => calls);
    const without = Object.keys(ALL).filter((name) => !taking.some((each) => each === name));
    expect(without).toEqual(['exchangeCode', 'debugToken']);
  });
});

const secretly = (...texts: readonly string[]): readonly Secret[] =>
  texts.map((text) => new Secret(text));
const LISTS = ['listPhoneNumbers', 'listPhoneNumberFields', 'readPhoneNumberFieldsPage'] as const;
const PREVERIFIED_LISTS = ['listPreverifiedNumbers', 'listPreverifiedPartners'] as const;
const WITH_FIELDS = [
  'listPhoneNumberFields',
  'readPhoneNumberFieldsPage',
  'readPhoneNumberFields',
] as const;
const CODE_REQUESTS = ['requestCode', 'requestCode, pre-verified'] as const;
const CODE_PROOFS = ['verifyCode', 'verifyCode, pre-verified'] as const;
const BAD_URLS = [
  ...['http://partner.example/hook', 'ftp://partner.example', 'partner.example', ''],
  ...['https://user:word@partner.example', 'https://partner.example/a b', 'https://päartner.test'],
  ...[`https://partner.example/${'x'.repeat(200)}`, undefined],
];
const BAD_NAMES = ['', 'x', 'x'.repeat(76), 'two\nlines', 'a\u2028b', '\ud800x', undefined];

const BAD: readonly (readonly [string, readonly CallName[], string, readonly unknown[]])[] = [
  [
    'pin',
    ['register', 'setPin'],
    'PIN',
    secretly('', '12345', '1234567', '12345a', '１２３４５６'),
  ],
  ['code', CODE_PROOFS, 'code', secretly('', '123-830', '12383', '1238301', '12383 ', '123830\n')],
  ['code', ['exchangeCode'], 'signup code', secretly('', 'a b', 'a\r\nb', 'x'.repeat(2049))],
  ['method', CODE_REQUESTS, 'code method', ['sms', 'IVR', '', 'SMS,VOICE', undefined, ['SMS']]],
  ['language', CODE_REQUESTS, 'language', ['EN', 'english', 'en-US', 'en_US&x', '', undefined]],
  [
    'fields',
    WITH_FIELDS,
    'fields',
    [
      ...[[], [''], ['a,b'], ['entities{id}'], ['numbers.limit(1)'], ['Name'], ['a b'], ['a&b']],
      ...[['näme'], [`a${'b'.repeat(64)}`], Array.from({ length: 51 }, () => 'id')],
    ],
  ],
  ['limit', [...LISTS, ...PREVERIFIED_LISTS], 'limit', [0, -1, 101, 1.5, NaN, '10', null]],
  ['after', ['readPhoneNumberFieldsPage'], 'cursor', ['', 'a b', 'a\n', 'ä', 'x'.repeat(2001), 7]],
  ['accountMode', LISTS, 'account mode', ['sandbox', 'TRIAL', '"}]', '', null]],
  ['codeVerificationStatus', ['listPreverifiedNumbers'], 'status', ['verified', 'A&B', '', null]],
  ['dataLocalizationRegion', ['register'], 'data localization region', ['de', 'US', '', null]],
  ['cc', ['addPhoneNumber'], 'country code', ['', '+1', '0', '1234', '1a', undefined, 1]],
  [
    'phoneNumber',
    ['addPhoneNumber', 'addPreverifiedNumber', 'listPreverifiedNumbers'],
    'phone number',
    ['', '+1 631-555-1111', '123', '1'.repeat(16), '１２３４５', '6315551111&x', 16315551111],
  ],
  ['verifiedName', ['addPhoneNumber'], 'display name', BAD_NAMES],
  ['name', ['changeDisplayName'], 'display name', BAD_NAMES],
  ['callbackUrl', ['overrideNumberWebhook'], 'callback URL', BAD_URLS],
  ['verifyToken', ['overrideNumberWebhook'], 'verify token', secretly('', 'a b', 'a\nb')],
  [
    'override',
    ['subscribeApp, overridden'],
    'callback URL',
    BAD_URLS.map((callbackUrl) => ({ callbackUrl, verifyToken: SECRETS.verifyToken })),
  ],
];

describe('an argument', () => {
  it.each(BAD)('%s of %j is refused unless it is a %s', async (...[name, calls, word, values]) => {
    for (const value of values) await expectRefused(calls, { [name]: value }, `${word} must be`);
  });

  it('that is a token is refused by every call, if it cannot be one', async () => {
    const calls = Object.keys(TAKES).flatMap((kind) => TAKES[kind]?.calls ?? []);
    for (const token of secretly('', 'two\nlines', 'with space', 'x'.repeat(4097)))
      await expectRefused([...calls, 'debugToken'], { token }, 'token must be visible characters');
  });

  it('is taken as it is in these tests', async () => {
    const server = await serve({ body: { success: true, data: [] } });
    for (const call of Object.values(ALL)) await call(clientOf(server.url)).catch(() => undefined);
    expect(server.seen.length).toBeGreaterThanOrEqual(Object.keys(ALL).length);
  });
});

describe('a client', () => {
  it.each(['21', 'v21', 'v21.0/', 'v25.0/..', 'V25.0', 'v25.0\n', ' v25.0', ''])(
    'is not made for the version "%s" (B54)',
    (version) => {
      expect(() => clientOf('https://graph.facebook.com', { version })).toThrow(
        new TypeError('Graph version must be like v25.0'),
      );
    },
  );

  it.each([
    ...['ftp://graph.facebook.com', 'https://graph.facebook.com/v25.0', 'graph.facebook.com', ''],
    ...['https://user@graph.facebook.com', 'https://graph.facebook.com?x', 'file:///etc/passwd'],
    ...['https://graph.facebook.com#x', 'https://:word@graph.facebook.com'],
  ])('is not made for the base URL "%s" (B53)', (baseUrl) => {
    expect(() => clientOf(baseUrl)).toThrow(
      new TypeError('Graph base URL must be like https://graph.facebook.com'),
    );
  });
});

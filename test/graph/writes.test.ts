import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import { GraphOutcomeUnknown, GraphRefused } from '../../src/graph/errors.ts';
import { BUSINESS, everyCall, PREVERIFIED, type CallName } from './calls.ts';
import {
  all,
  APP_ID,
  clientOf,
  failureOf,
  NUMBER,
  serve,
  TOKEN,
  WABA,
  type Answer,
  type Seen,
} from './servers.ts';

const token = new Secret(TOKEN);
const verifyToken = new Secret('word-of-the-handshake');
const CALLS = everyCall({
  ...{ token, verifyToken, pin: new Secret('150954') },
  ...{ signupCode: new Secret('AQBsignupcode'), code: new Secret('123830') },
});
const CALLBACK = 'https://partner.example/hook';
const OVERRIDE = { override_callback_uri: CALLBACK, verify_token: 'word-of-the-handshake' };
const SHARED = { preverified_id: PREVERIFIED, partner_business_id: '9876543210' };

const requestOf = ({ method, url }: Seen): string =>
  `${method} ${url.pathname.replace('/v25.0/', '')}`;
const bodyOf = ({ body }: Seen): unknown => (body === '' ? undefined : JSON.parse(body));

const WRITES: readonly (readonly [CallName, string, object | undefined])[] = [
  [
    'register',
    `POST ${NUMBER}/register`,
    { messaging_product: 'whatsapp', pin: '150954', data_localization_region: 'DE' },
  ],
  ['deregister', `POST ${NUMBER}/deregister`, undefined],
  ['setPin', `POST ${NUMBER}`, { pin: '150954' }],
  ['changeDisplayName', `POST ${NUMBER}`, { new_display_name: 'Lucky Shrub' }],
  ['overrideNumberWebhook', `POST ${NUMBER}`, { webhook_configuration: OVERRIDE }],
  [
    'clearNumberWebhook',
    `POST ${NUMBER}`,
    { webhook_configuration: { override_callback_uri: '' } },
  ],
  ['requestCode', `POST ${NUMBER}/request_code`, { code_method: 'VOICE', language: 'en_US' }],
  [
    'requestCode, pre-verified',
    `POST ${PREVERIFIED}/request_code`,
    { code_method: 'VOICE', language: 'en_US' },
  ],
  ['verifyCode', `POST ${NUMBER}/verify_code`, { code: '123830' }],
  ['verifyCode, pre-verified', `POST ${PREVERIFIED}/verify_code`, { code: '123830' }],
  ['subscribeApp', `POST ${WABA}/subscribed_apps`, undefined],
  ['unsubscribeApp', `DELETE ${WABA}/subscribed_apps`, undefined],
  ['deletePreverifiedNumber', `DELETE ${PREVERIFIED}`, undefined],
  ['sharePreverifiedNumber', `POST ${BUSINESS}/share_preverified_numbers`, SHARED],
  ['unsharePreverifiedNumber', `DELETE ${BUSINESS}/share_preverified_numbers`, undefined],
];

const CREATIONS: readonly (readonly [CallName, string, object])[] = [
  [
    'addPhoneNumber',
    `POST ${WABA}/phone_numbers`,
    {
      ...{ cc: '1', phone_number: '15550783881', verified_name: 'Lucky Shrub' },
      ...{ preverified_id: PREVERIFIED, migrate_phone_number: true },
    },
  ],
  ['addPreverifiedNumber', `POST ${BUSINESS}/add_phone_numbers`, { phone_number: '15550783881' }],
];

describe('a write', () => {
  it.each(WRITES)('%s is one request: %s', async (name, request, body) => {
    const server = await serve({ body: { success: true } });
    await expect(CALLS[name](clientOf(server.url))).resolves.toBeUndefined();
    expect(server.seen.map(requestOf)).toEqual([request]);
    const [call] = server.seen;
    expect(call && bodyOf(call)).toEqual(body);
    expect(call?.url.searchParams.get('locale')).toBe('en_US');
    expect(call?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each(CREATIONS)('%s is one request, and gives the id: %s', async (name, request, body) => {
    const server = await serve({ body: { id: '1906385232743451' } });
    expect(await CALLS[name](clientOf(server.url))).toBe('1906385232743451');
    expect(server.seen.map(requestOf)).toEqual([request]);
    expect(server.seen.map(bodyOf)).toEqual([body]);
  });

  it('that ends a sharing says what in the query, as a DELETE has no body', async () => {
    const server = await serve({ body: { success: true } });
    await CALLS.unsharePreverifiedNumber(clientOf(server.url));
    expect(Object.fromEntries(server.seen[0]?.url.searchParams ?? [])).toMatchObject(SHARED);
  });

  it('leaves out what was not given', async () => {
    const server = await serve(({ url }) => ({
      body: url.pathname.endsWith('/register') ? { success: true } : { id: '1' },
    }));
    const client = clientOf(server.url);
    await client.register({ phoneNumberId: NUMBER, token, pin: new Secret('150954') });
    const added = { cc: '49', phoneNumber: '3012345', verifiedName: 'Lucky Shrub' };
    await client.addPhoneNumber({ wabaId: WABA, token, ...added });
    expect(server.seen.map(bodyOf)).toEqual([
      { messaging_product: 'whatsapp', pin: '150954' },
      { cc: '49', phone_number: '3012345', verified_name: 'Lucky Shrub' },
    ]);
  });

  const uncertain: readonly (readonly [string, Answer, string])[] = [
    ['success false', { body: { success: false } }, 'odd_success'],
    ['an error in a 200', { body: { id: '1', success: true, error: { code: 1 } } }, 'odd_success'],
    ['an empty object', { body: {} }, 'odd_success'],
    ['nothing', { body: '' }, 'not_json'],
    ['HTML in a 502', { status: 502, body: '<html>' }, 'http_5xx'],
    ['code 131000', { status: 400, body: { error: { code: 131000 } } }, 'http_5xx'],
  ];

  it.each(uncertain)('has an unknown outcome after %s, whichever it is', async (_, answer, why) => {
    for (const [name] of [...WRITES, ...CREATIONS]) {
      const server = await serve(answer);
      const error = await failureOf(CALLS[name](clientOf(server.url)));
      expect(error, name).toBeInstanceOf(GraphOutcomeUnknown);
      expect(error, name).toMatchObject({ why });
      expect(server.seen).toHaveLength(1);
    }
  });

  it('that creates has an unknown outcome if the id is none', async () => {
    for (const id of [1906385232743451, '', '..', undefined]) {
      const server = await serve({ body: { id } });
      for (const [name] of CREATIONS)
        expect(await failureOf(CALLS[name](clientOf(server.url)))).toMatchObject({
          why: 'odd_success',
        });
    }
  });

  it("is refused with Meta's code", async () => {
    const error = { code: 136025, message: '(#136025) Code is incorrect' };
    const server = await serve({ status: 400, body: { error } });
    const refused = await failureOf(CALLS.verifyCode(clientOf(server.url)));
    expect(refused).toBeInstanceOf(GraphRefused);
    expect(refused instanceof GraphRefused && refused.answer.code).toBe(136025);
  });
});

describe('the webhooks of an account', () => {
  const app = (id: string, override?: string): object => ({
    whatsapp_business_api_data: { id, name: 'App', link: 'https://x.test' },
    ...(override === undefined ? {} : { override_callback_uri: override }),
  });
  const listing = (...apps: readonly object[]) => {
    return ({ method }: Seen): Answer => ({
      body: method === 'GET' ? { data: apps } : { success: true },
    });
  };
  const overridden = async (...apps: readonly object[]) => {
    const server = await serve(listing(...apps));
    const override = { callbackUrl: CALLBACK, verifyToken };
    await clientOf(server.url).subscribeApp({ wabaId: WABA, token, override });
    return server.seen.map(({ method, body }) => `${method} ${body}`);
  };
  const order = `POST ${JSON.stringify(OVERRIDE)}`;

  it('go elsewhere only after our app is subscribed', async () => {
    expect(await overridden(app('67084'))).toEqual(['GET ', 'POST ', order]);
  });

  it.each([undefined, 'https://elsewhere.example', CALLBACK])(
    'are never subscribed to again by a plain request while ours is there, with the override %s',
    async (override) => {
      expect(await overridden(app(APP_ID, override))).toEqual(['GET ', order]);
    },
  );

  it('are left alone if it cannot be read who has them', async () => {
    const server = await serve({ status: 400, body: { error: { code: 200 } } });
    const error = await failureOf(CALLS['subscribeApp, overridden'](clientOf(server.url)));
    expect(error).toBeInstanceOf(GraphRefused);
    expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('tell where they go', async () => {
    const server = await serve(listing(app('67084'), app(APP_ID, CALLBACK), app('7', '')));
    const apps = await clientOf(server.url).subscribedApps({ wabaId: WABA, token });
    expect(apps).toStrictEqual([
      { appId: '67084', name: 'App' },
      { appId: APP_ID, name: 'App', overrideCallbackUrl: CALLBACK },
      { appId: '7', name: 'App' },
    ]);
  });
});

describe('a pre-verified number', () => {
  const guide = {
    ...{ id: PREVERIFIED, phone_number: '15550783881', code_verification_status: 'VERIFIED' },
    code_verification_time: '2024-01-15T10:30:00+0000',
    verification_expiry_time: 1_713_090_600,
    owner_business: { id: BUSINESS },
  };
  const facts = {
    ...{ preverifiedId: PREVERIFIED, phoneNumber: '15550783881' },
    codeVerificationStatus: 'VERIFIED',
    verifiedAtMs: Date.UTC(2024, 0, 15, 10, 30),
    verificationExpiresAtMs: 1_713_090_600_000,
  };

  it("is read as in Meta's guide", async () => {
    const server = await serve({ body: guide });
    expect(await CALLS.readPreverifiedNumber(clientOf(server.url))).toStrictEqual(facts);
    expect(server.seen[0]?.url.pathname).toBe(`/v25.0/${PREVERIFIED}`);
  });

  it('is listed with the others, page after page, by status and digits', async () => {
    const next = { cursors: { after: 'c1' }, next: 'https://x.test' };
    const server = await serve((_, n) => ({
      body: { data: [guide], paging: n === 1 ? next : {} },
    }));
    expect(await CALLS.listPreverifiedNumbers(clientOf(server.url))).toEqual([facts, facts]);
    const [first, second] = server.seen.map(({ url }) => url.searchParams);
    expect(first?.get('code_verification_status')).toBe('VERIFIED');
    expect(first?.get('phone_number')).toBe('15550783881');
    expect(second?.get('after')).toBe('c1');
    expect(second?.get('phone_number')).toBe('15550783881');
  });

  it('tells with whom it is shared', async () => {
    const partners = [{ id: '1', name: 'Partner', kept: 1 }, { id: '2' }];
    const server = await serve({ body: { data: partners } });
    const list = clientOf(server.url).listPreverifiedPartners({
      preverifiedId: PREVERIFIED,
      token,
    });
    expect(await all(list)).toEqual([{ businessId: '1', name: 'Partner' }, { businessId: '2' }]);
  });
});

describe('the token after a hosted signup', () => {
  it.each([{ access_token: 'EAAJhostedBusinessToken' }, 'EAAJhostedBusinessToken'])(
    'is fetched, not made: %j',
    async (body) => {
      const server = await serve({ body });
      const args = { businessId: BUSINESS, token };
      const fetched = await clientOf(server.url).fetchBusinessToken(args);
      expect(fetched.reveal()).toBe('EAAJhostedBusinessToken');
      expect(server.seen.map(requestOf)).toEqual([`POST ${BUSINESS}/system_user_access_tokens`]);
      const query = Object.fromEntries(server.seen[0]?.url.searchParams ?? []);
      expect(query['fetch_only']).toBe('true');
      expect(query['appsecret_proof']).toMatch(/^[0-9a-f]{64}$/);
    },
  );
});

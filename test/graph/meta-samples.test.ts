import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { PhoneNumberId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { GraphMalformed, GraphRefused, InvalidArgument } from '../../src/graph/errors.ts';
import {
  all,
  APP_ID,
  APP_SECRET,
  clientOf,
  failureOf,
  NUMBER,
  registration,
  serve,
  TOKEN,
  WABA,
  type Answer,
} from './servers.ts';

const token = new Secret(TOKEN);
const proofOf = (value: string): string =>
  createHmac('sha256', APP_SECRET).update(value).digest('hex');

const ofNumber = { phoneNumberId: NUMBER, token };
const ofAccount = { wabaId: WABA, token };

/** A number with the fields that are always there. */
const number = (more: object = {}): object => ({
  id: '1972385232742141',
  display_phone_number: '+1 631-555-1111',
  code_verification_status: 'VERIFIED',
  ...more,
});

const STANDARD_FIELDS = [
  ...['id', 'display_phone_number', 'verified_name', 'code_verification_status', 'status'],
  ...['platform_type', 'account_mode', 'name_status', 'new_display_name', 'new_name_status'],
  ...['certificate', 'new_certificate', 'last_onboarded_time', 'is_pin_enabled', 'is_on_biz_app'],
  ...['is_preverified_number', 'quality_rating', 'throughput', 'health_status'],
];

describe('a call', () => {
  it("registers with the body of Meta's guide, the token in a header and its proof", async () => {
    const server = await serve({ body: { success: true } });
    await clientOf(server.url).register(registration);
    expect(server.seen).toHaveLength(1);
    const [call] = server.seen;
    expect(call?.method).toBe('POST');
    expect(call?.url.pathname).toBe('/v25.0/1972385232742141/register');
    expect(JSON.parse(call?.body ?? '')).toEqual({ messaging_product: 'whatsapp', pin: '150954' });
    const query = { locale: 'en_US', appsecret_proof: proofOf(TOKEN) };
    expect(Object.fromEntries(call?.url.searchParams ?? [])).toEqual(query);
    expect(call?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'accept-encoding': 'identity',
      'content-type': 'application/json',
    });
  });

  it('subscribes the app with an empty body', async () => {
    const server = await serve({ body: { success: true } });
    await clientOf(server.url).subscribeApp(ofAccount);
    const [call] = server.seen;
    expect(`${call?.method} ${call?.url.pathname}`).toBe(`POST /v25.0/${WABA}/subscribed_apps`);
    expect(call?.body).toBe('');
    expect(call?.headers['content-length']).toBe('0');
  });

  it('reads a number with its fields named, without a locale', async () => {
    const server = await serve({ body: number() });
    await clientOf(server.url).readPhoneNumber(ofNumber);
    const query = server.seen[0]?.url.searchParams;
    expect(query?.get('fields')?.split(',').sort()).toEqual([...STANDARD_FIELDS].sort());
    expect(query?.has('locale')).toBe(false);
    expect(query?.get('appsecret_proof')).toBe(proofOf(TOKEN));
  });

  it("asks about a token in the app's name", async () => {
    const server = await serve({ body: { data: { app_id: APP_ID, is_valid: true } } });
    await clientOf(server.url).debugToken({ token });
    const [call] = server.seen;
    expect(call?.url.pathname).toBe('/v25.0/debug_token');
    expect(call?.url.searchParams.get('input_token')).toBe(TOKEN);
    expect(call?.headers.authorization).toBe(`Bearer ${APP_ID}|${APP_SECRET}`);
  });

  it.each(['..', '', '1/register', '1972385232742141?x', '123456789012345678901'])(
    'is refused before a request when the id is "%s"',
    async (id) => {
      const server = await serve({ body: number() });
      const client = clientOf(server.url);
      const claimsToBeAnId = (text: string): text is PhoneNumberId => text === id;
      if (!claimsToBeAnId(id)) return;
      const error = await failureOf(client.readPhoneNumber({ phoneNumberId: id, token }));
      expect(error).toEqual(new InvalidArgument('phone number id must be 1-20 digits'));
      expect(server.seen).toEqual([]);
    },
  );

  it.each([
    'ftp://graph.facebook.com',
    'https://user@graph.facebook.com',
    'https://graph.facebook.com/x',
    'https://graph.facebook.com?x',
    'graph.facebook.com',
  ])('cannot be made to %s', (baseUrl) => {
    expect(() => clientOf(baseUrl)).toThrow('Graph base URL must be like');
  });

  it('cannot be made with a version that is a path', () => {
    expect(() => clientOf('http://127.0.0.1', { version: 'v25.0/..' })).toThrow('Graph version');
  });
});

describe('a number', () => {
  it("is read from Meta's sample of the name fields", async () => {
    const sample = {
      id: '1972385232742141',
      display_phone_number: '+1 631-555-1111',
      verified_name: 'John’s Cake Shop',
      code_verification_status: 'VERIFIED',
      last_onboarded_time: '2023-08-22T19:05:53+0000',
      certificate: 'AbCdEfGhIjKlMnOpQrStUvWxYz',
      new_certificate: '123AbCdEfGhIjKlMnOpQrStUvWxYz',
      name_status: 'APPROVED',
      new_name_status: 'APPROVED',
      paper_of_the_future: { kept: true },
    };
    const server = await serve({ body: sample });
    const read = await clientOf(server.url).readPhoneNumber(ofNumber);
    const { certificate, newCertificate, ...facts } = read;
    expect(certificate?.reveal()).toBe('AbCdEfGhIjKlMnOpQrStUvWxYz');
    expect(newCertificate?.reveal()).toBe('123AbCdEfGhIjKlMnOpQrStUvWxYz');
    expect(facts).toStrictEqual({
      phoneNumberId: '1972385232742141',
      displayPhoneNumber: '+1 631-555-1111',
      verifiedName: 'John’s Cake Shop',
      codeVerificationStatus: 'VERIFIED',
      lastOnboardedAtMs: Date.UTC(2023, 7, 22, 19, 5, 53),
      nameStatus: 'APPROVED',
      newNameStatus: 'APPROVED',
    });
  });

  it('is read with everything Meta can tell', async () => {
    const body = number({
      status: 'CONNECTED',
      platform_type: 'CLOUD_API',
      throughput: { level: 'STANDARD' },
      account_mode: 'LIVE',
      new_display_name: 'Lucky Shrub',
      is_pin_enabled: true,
      is_on_biz_app: false,
      is_preverified_number: false,
      quality_rating: 'GREEN',
      health_status: { can_send_message: 'LIMITED', entities: [] },
    });
    const server = await serve({ body });
    const warnings: string[] = [];
    const client = clientOf(server.url, { onWarning: (text) => warnings.push(text) });
    expect(await client.readPhoneNumber(ofNumber)).toStrictEqual({
      phoneNumberId: NUMBER,
      displayPhoneNumber: '+1 631-555-1111',
      codeVerificationStatus: 'VERIFIED',
      status: 'CONNECTED',
      platformType: 'CLOUD_API',
      throughputLevel: 'STANDARD',
      accountMode: 'LIVE',
      newDisplayName: 'Lucky Shrub',
      isPinEnabled: true,
      isOnBizApp: false,
      isPreverified: false,
      qualityRating: 'GREEN',
      canSendMessage: 'LIMITED',
    });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['2023-08-22T19:05:53+0000', 1_692_731_153_000],
    ['2023-08-22T19:05:53+00:00', 1_692_731_153_000],
    ['2023-08-22T12:05:53-0700', 1_692_731_153_000],
    ['2023-08-22T19:05:53Z', 1_692_731_153_000],
    [1_692_731_153, 1_692_731_153_000],
    ['1692731153', 1_692_731_153_000],
    [0, undefined],
    [null, undefined],
  ])('was onboarded at %s', async (time, atMs) => {
    const server = await serve({ body: number({ last_onboarded_time: time }) });
    const read = await clientOf(server.url).readPhoneNumber(ofNumber);
    expect(read.lastOnboardedAtMs).toBe(atMs);
    expect('lastOnboardedAtMs' in read).toBe(atMs !== undefined);
  });

  it('has its platform under the newer name as well', async () => {
    const server = await serve({ body: number({ host_platform: 'NOT_APPLICABLE' }) });
    const read = await clientOf(server.url).readPhoneNumber(ofNumber);
    expect(read.platformType).toBe('NOT_APPLICABLE');
  });

  it.each([
    [{ id: 1972385232742141 }, 'id'],
    [{ id: '..' }, 'id'],
    [{ display_phone_number: undefined }, 'display_phone_number'],
    [{ code_verification_status: ['VERIFIED'] }, 'code_verification_status'],
    [{ throughput: { level: 7 } }, 'throughput.level'],
    [{ last_onboarded_time: 'last tuesday' }, 'last_onboarded_time'],
    [{ is_pin_enabled: 'yes' }, 'is_pin_enabled'],
    [{ status: 'X'.repeat(101) }, 'status'],
  ])('of another form (%j) is malformed at the path only', async (odd, path) => {
    const server = await serve({ body: number(odd) });
    const error = await failureOf(clientOf(server.url).readPhoneNumber(ofNumber));
    expect(error).toBeInstanceOf(GraphMalformed);
    expect(error).toMatchObject({ name: 'GraphMalformed', path });
  });

  it('of another form in a list is malformed at its place', async () => {
    const server = await serve({ body: { data: [number(), number({ status: 1 })] } });
    const error = await failureOf(all(clientOf(server.url).listPhoneNumbers(ofAccount)));
    expect(error).toMatchObject({ name: 'GraphMalformed', path: 'data.1.status' });
  });
});

describe('a field this version of Graph does not know', () => {
  const refusing = (...unknown: string[]) => {
    return ({ url }: { url: URL }): Answer => {
      const asked = url.searchParams.get('fields')?.split(',') ?? [];
      const first = unknown.find((field) => asked.includes(field));
      if (first === undefined) return { body: number({ host_platform: 'CLOUD_API' }) };
      const message = `(#100) Tried accessing nonexisting field (${first}) on node type (WhatsAppBusinessPhoneNumber)`;
      return { status: 400, body: { error: { message, type: 'OAuthException', code: 100 } } };
    };
  };

  it('is left out, and never asked for again by this client', async () => {
    const server = await serve(refusing('certificate', 'new_certificate'));
    const client = clientOf(server.url);
    await client.readPhoneNumber(ofNumber);
    expect(server.seen).toHaveLength(3);
    await client.readPhoneNumber(ofNumber);
    expect(server.seen).toHaveLength(4);
    expect(server.seen[3]?.url.searchParams.get('fields')).not.toMatch(/certificate/);
  });

  it('is left out by two reads at the same time', async () => {
    const server = await serve(refusing('certificate'));
    const client = clientOf(server.url);
    await Promise.all([client.readPhoneNumber(ofNumber), client.readPhoneNumber(ofNumber)]);
    expect(server.seen).toHaveLength(4);
  });

  it('is replaced by its newer name', async () => {
    const server = await serve(refusing('platform_type'));
    const read = await clientOf(server.url).readPhoneNumber(ofNumber);
    expect(read.platformType).toBe('CLOUD_API');
    const asked = server.seen[1]?.url.searchParams.get('fields')?.split(',');
    expect(asked).toContain('host_platform');
    expect(asked).not.toContain('platform_type');
  });

  it('is a refusal if the service cannot do without it', async () => {
    const server = await serve(refusing('name_status'));
    const error = await failureOf(clientOf(server.url).readPhoneNumber(ofNumber));
    expect(error).toBeInstanceOf(GraphRefused);
    expect(server.seen).toHaveLength(1);
  });

  it('is a refusal if Meta names a field that was not asked for', async () => {
    const message = '(#100) Tried accessing nonexisting field (other) on node type (X)';
    const server = await serve({ status: 400, body: { error: { message, code: 100 } } });
    const error = await failureOf(clientOf(server.url).readPhoneNumber(ofNumber));
    expect(error).toBeInstanceOf(GraphRefused);
    expect(server.seen).toHaveLength(1);
  });
});

describe('a list of numbers', () => {
  const page = (answer: { after?: string; next?: boolean; data?: object[] }): Answer => ({
    body: {
      data: answer.data ?? [number()],
      paging: {
        cursors: { before: 'b', after: answer.after },
        ...(answer.next ? { next: `http://127.0.0.1:1/x?access_token=${TOKEN}` } : {}),
      },
    },
  });

  it("ends with the page of Meta's sample, which has cursors and no next", async () => {
    const sample = number({ verified_name: 'John’s Cake Shop', quality_rating: 'UNKNOWN' });
    const server = await serve(page({ data: [sample], after: 'klmnopqr' }));
    const numbers = await all(clientOf(server.url).listPhoneNumbers(ofAccount));
    expect(numbers.map((each) => each.verifiedName)).toEqual(['John’s Cake Shop']);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.url.pathname).toBe(`/v25.0/${WABA}/phone_numbers`);
    expect(server.seen[0]?.url.searchParams.get('limit')).toBe('100');
  });

  it('goes on after an empty page, by the cursor', async () => {
    const server = await serve((_, n) =>
      n < 3 ? page({ data: [], after: `c${n}`, next: true }) : page({}),
    );
    expect(await all(clientOf(server.url).listPhoneNumbers(ofAccount))).toHaveLength(1);
    const cursors = server.seen.map(({ url }) => url.searchParams.get('after'));
    expect(cursors).toEqual([null, 'c1', 'c2']);
  });

  it('asks for no second page while the first one suffices', async () => {
    const server = await serve(page({ after: 'c1', next: true }));
    for await (const first of clientOf(server.url).listPhoneNumbers(ofAccount)) {
      expect(first.phoneNumberId).toBe(NUMBER);
      break;
    }
    expect(server.seen).toHaveLength(1);
  });

  it('is malformed when a cursor comes again, or none', async () => {
    const looping = await serve((_, n) => page({ after: `c${n % 2}`, next: true }));
    const path = 'paging.cursors.after';
    const looped = await failureOf(all(clientOf(looping.url).listPhoneNumbers(ofAccount)));
    expect(looped).toMatchObject({ name: 'GraphMalformed', path });
    expect(looping.seen).toHaveLength(3);
    const without = await serve(page({ next: true }));
    const ended = await failureOf(all(clientOf(without.url).listPhoneNumbers(ofAccount)));
    expect(ended).toMatchObject({ name: 'GraphMalformed', path });
  });

  it('is malformed when it does not end within 400 pages', async () => {
    const server = await serve((_, n) => page({ data: [], after: `c${n}`, next: true }));
    const error = await failureOf(all(clientOf(server.url).listPhoneNumbers(ofAccount)));
    expect(error).toMatchObject({ name: 'GraphMalformed', path: 'paging.next' });
    expect(server.seen).toHaveLength(400);
  });
});

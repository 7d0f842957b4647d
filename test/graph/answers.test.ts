import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphRefused,
  type WhyUnknown,
} from '../../src/graph/errors.ts';
import {
  APP_ID,
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
const ofNumber = { phoneNumberId: NUMBER, token };
const ofAccount = { wabaId: WABA, token };
const TRACE = 'AXsgnV2Cm3ZMGF3dF_cfYIn';

const refusal = (status: number, error: object): Answer => ({
  status,
  body: { error: { message: '(#1) Title', type: 'OAuthException', fbtrace_id: TRACE, ...error } },
});

const registerAt = async (answer: Answer): Promise<unknown> =>
  failureOf(clientOf((await serve(answer)).url).register(registration));

describe('a registration', () => {
  it.each([true, 'true'])('has succeeded when Meta says %j', async (success) => {
    const server = await serve({ body: { success, and_more: {} } });
    await expect(clientOf(server.url).register(registration)).resolves.toBeUndefined();
  });

  it('has succeeded whatever brackets stand in a text beside it', async () => {
    const server = await serve({ body: { note: `"${'['.repeat(40)}`, success: true } });
    await expect(clientOf(server.url).register(registration)).resolves.toBeUndefined();
  });

  it.each<[string, Answer, WhyUnknown]>([
    ['success false', { body: { success: false } }, 'odd_success'],
    ['success "false"', { body: { success: 'false' } }, 'odd_success'],
    ['success beside an error', { body: { success: true, error: {} } }, 'odd_success'],
    ['an error in a 200', refusal(200, { code: 133005 }), 'odd_success'],
    ['something else', { body: { id: '1' } }, 'odd_success'],
    ['null', { body: 'null' }, 'odd_success'],
    ['nothing', { body: '' }, 'not_json'],
    ['204', { status: 204, body: '' }, 'not_json'],
    ['HTML', { body: '<html>OK</html>' }, 'not_json'],
    ['cut JSON', { body: '{"success":tr' }, 'not_json'],
    ['HTML in a 404', { status: 404, body: '<html>' }, 'not_json'],
    ['HTML in a 502', { status: 502, body: '<html>' }, 'http_5xx'],
    ['JSON 32 deep', { body: '['.repeat(32) + ']'.repeat(32) }, 'odd_success'],
    ['JSON 33 deep', { body: '['.repeat(33) + ']'.repeat(33) }, 'not_json'],
    ['200,000 brackets', { body: '['.repeat(200_000) }, 'not_json'],
    ['invalid UTF-8', { body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }, 'not_json'],
    ['gzip', { headers: { 'content-encoding': 'gzip' }, body: { success: true } }, 'not_json'],
    ['a redirect', { status: 302, headers: { location: '/x' }, body: '' }, 'redirect'],
    ['10 MB', { body: 'x'.repeat(10_000_000) }, 'too_big'],
  ])('has an unknown outcome after %s', async (_, answer, why) => {
    const server = await serve(answer);
    const error = await failureOf(clientOf(server.url).register(registration));
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(error).toMatchObject({ name: 'GraphOutcomeUnknown', why, refusal: undefined });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [503, 2],
    [500, 131000],
    [500, 133000],
    [400, 1],
    [400, 2],
    [400, 131000],
    [400, 131016],
  ])('has an unknown outcome after HTTP %i with code %i, which is told', async (http, code) => {
    const error = await registerAt(refusal(http, { code }));
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(error).toMatchObject({
      why: 'http_5xx',
      refusal: { http, answer: { code }, traceId: TRACE },
    });
  });

  it('is refused with everything that decides', async () => {
    const error = await registerAt(
      refusal(400, {
        code: 100,
        error_subcode: 2388001,
        message: '(#100) Cannot Create Certificate',
        is_transient: false,
        error_user_title: 'Cannot Create Certificate',
        error_user_msg: 'Disconnect it from the existing WhatsApp account.',
        error_data: { messaging_product: 'whatsapp', details: 'Some details' },
      }),
    );
    expect(error).toBeInstanceOf(GraphRefused);
    expect(error).toMatchObject({
      name: 'GraphRefused',
      http: 400,
      traceId: TRACE,
      answer: {
        code: 100,
        subcode: 2388001,
        message: '(#100) Cannot Create Certificate',
        userMessage: 'Disconnect it from the existing WhatsApp account.',
        details: 'Some details',
      },
      message: `Could not register the number: Meta refused with code 100/2388001, HTTP 400, trace ${TRACE}. The code decides what follows.`,
    });
  });

  it('is refused even if all but the code is strange', async () => {
    const odd = { code: 133006, error_subcode: 'x', message: 7, error_data: [], fbtrace_id: '<b>' };
    const error = await registerAt(refusal(400, odd));
    expect(error).toBeInstanceOf(GraphRefused);
    expect(error).toMatchObject({ http: 400 });
    expect(error instanceof GraphRefused && error.answer).toStrictEqual({ code: 133006 });
    expect(error).not.toHaveProperty('traceId');
    const flat = await registerAt(refusal(400, { code: 133006, error_data: 'as a string' }));
    expect(flat).toMatchObject({ answer: { code: 133006, details: 'as a string' } });
  });
});

describe('a read', () => {
  const readAt = async (answer: Answer): Promise<unknown> =>
    failureOf(clientOf((await serve(answer)).url).readPhoneNumber(ofNumber));

  it.each<[string, Answer, WhyUnknown]>([
    ['HTTP 500 with a code', refusal(500, { code: 131000 }), 'http_5xx'],
    ['HTML', { body: '<html>' }, 'not_json'],
    ['JSON without an envelope in a 400', { status: 400, body: { oops: 1 } }, 'not_json'],
    ['a redirect', { status: 307, headers: { location: '/x' } }, 'redirect'],
    ['3 MB', { body: 'x'.repeat(3_000_000) }, 'too_big'],
  ])('has no answer after %s', async (_, answer, why) => {
    const error = await readAt(answer);
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(error).toMatchObject({ why });
  });

  it('F26: takes a certificate of almost 2 MB', async () => {
    const certificate = 'A'.repeat(2_000_000);
    const body = { id: NUMBER, display_phone_number: '1', code_verification_status: 'VERIFIED' };
    const server = await serve({ body: { ...body, certificate } });
    const read = await clientOf(server.url).readPhoneNumber(ofNumber);
    expect(read.certificate?.reveal()).toHaveLength(2_000_000);
  });

  it('is refused by an envelope, whatever the code says about writes', async () => {
    const error = await readAt(refusal(400, { code: 2 }));
    expect(error).toBeInstanceOf(GraphRefused);
  });
});

describe("Meta's own waiting time", () => {
  const business = (minutes: unknown): Record<string, string> => ({
    'X-Business-Use-Case-Usage': JSON.stringify({
      '102290129340398': [
        { type: 'whatsapp_business_management', estimated_time_to_regain_access: minutes },
        { type: 'whatsapp', call_count: 1 },
      ],
      '2': [{ estimated_time_to_regain_access: 0 }],
    }),
  });

  const toldWait = async (headers: Record<string, string>, code = 80007): Promise<unknown> => {
    const error = await registerAt({ ...refusal(400, { code }), headers });
    if (!(error instanceof GraphRefused)) throw new Error('not refused');
    return error.toldWaitMs;
  };

  it.each<[unknown, number | undefined]>([
    [19, 19 * 60_000],
    ['19', 19 * 60_000],
    [1_000_000, 60_000_000_000],
    [0, undefined],
    [-5, undefined],
    ['abc', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('is %j minutes in a throttled answer', async (minutes, waitMs) => {
    expect(await toldWait(business(minutes))).toBe(waitMs);
  });

  it('is Retry-After if that comes and is longer', async () => {
    expect(await toldWait({ ...business(1), 'Retry-After': '90' })).toBe(90_000);
    expect(await toldWait({ 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' })).toBeUndefined();
  });

  it('is nothing when the header is not of its form', async () => {
    for (const text of ['', '{', '[]', '{"1":{}}', '['.repeat(5000)])
      expect(await toldWait({ 'X-Business-Use-Case-Usage': text })).toBeUndefined();
  });

  it('does not shorten a lock', async () => {
    expect(await toldWait(business(19), 133016)).toBeUndefined();
  });
});

describe('the signup code', () => {
  const code = new Secret('AQBsignupcode');
  const exchange = async (answer: Answer): Promise<Secret> =>
    clientOf((await serve(answer)).url).exchangeCode({ code });

  it.each([
    [{ access_token: TOKEN, token_type: 'bearer' }],
    [{ business_token: TOKEN }],
    [TOKEN],
    [`${TOKEN}\n`],
    [`"${TOKEN}"`],
  ])('becomes a token (%j)', async (body) => {
    expect((await exchange({ body })).reveal()).toBe(TOKEN);
  });

  it('is sent once, with the secret of the app and no token', async () => {
    const server = await serve({ body: { access_token: TOKEN } });
    await clientOf(server.url).exchangeCode({ code });
    const [call] = server.seen;
    expect(server.seen).toHaveLength(1);
    expect(call?.url.pathname).toBe('/v25.0/oauth/access_token');
    expect([...(call?.url.searchParams.keys() ?? [])]).toEqual([
      'client_id',
      'client_secret',
      'code',
    ]);
    expect(call?.url.searchParams.get('client_id')).toBe(APP_ID);
    expect(call?.headers.authorization).toBeUndefined();
  });

  it('is refused when it was used', async () => {
    const error = await failureOf(exchange(refusal(400, { code: 100, error_subcode: 36009 })));
    expect(error).toBeInstanceOf(GraphRefused);
    expect(error).toMatchObject({ answer: { code: 100, subcode: 36009 } });
  });

  it.each<[string, Answer, string]>([
    ['a cut token answer', { body: `{"access_token":"${TOKEN}` }, 'GraphOutcomeUnknown'],
    ['HTML', { body: '<html><body>a page of many words</body></html>' }, 'GraphOutcomeUnknown'],
    ['a bare word in an error', { status: 403, body: TOKEN }, 'GraphOutcomeUnknown'],
    ['no token', { body: { token_type: 'bearer' } }, 'GraphMalformed'],
    ['a token with a line break', { body: { access_token: `${TOKEN}\n` } }, 'GraphMalformed'],
    ['an empty token', { body: { access_token: '' } }, 'GraphMalformed'],
  ])('becomes no token from %s', async (_, answer, name) => {
    expect(await failureOf(exchange(answer))).toMatchObject({ name });
  });
});

describe('a token', () => {
  const facts = async (data: object) =>
    clientOf((await serve({ body: { data } })).url).debugToken({ token });

  it('is described by Meta', async () => {
    const read = await facts({
      app_id: APP_ID,
      application: 'App',
      type: 'SYSTEM_USER',
      expires_at: 1_900_000_000,
      is_valid: true,
      scopes: ['whatsapp_business_management', 'public_profile'],
      granular_scopes: [
        { scope: 'whatsapp_business_management', target_ids: ['2', '1'] },
        { scope: 'whatsapp_business_messaging', target_ids: ['3'] },
        { scope: 'public_profile' },
      ],
    });
    expect(read).toStrictEqual({
      isValid: true,
      appId: APP_ID,
      expiresAtMs: 1_900_000_000_000,
      scopes: ['whatsapp_business_management', 'public_profile'],
      wabaIds: ['2', '1'],
    });
  });

  it('that never expires has no end', async () => {
    const read = await facts({ app_id: 138483919580948, expires_at: 0, is_valid: true });
    expect(read).toStrictEqual({
      isValid: true,
      appId: '138483919580948',
      scopes: [],
      wabaIds: [],
    });
  });

  it('that is nonsense is not valid', async () => {
    const read = await facts({ error: { code: 190, message: 'Bad' }, is_valid: false, scopes: [] });
    expect(read).toStrictEqual({ isValid: false, appId: '', scopes: [], wabaIds: [] });
  });
});

describe('an account', () => {
  it("names the apps that get its webhooks, as in Meta's sample", async () => {
    const app = { link: 'https://www.facebook.com/games/?app_id=67', name: 'Jaspers Market' };
    const body = { data: [{ whatsapp_business_api_data: { ...app, id: '67084' } }] };
    const server = await serve({ body });
    expect(await clientOf(server.url).subscribedAppIds(ofAccount)).toEqual(['67084']);
  });

  it('that lists its apps in another form is malformed', async () => {
    const server = await serve({ body: { data: [{ id: '67084' }] } });
    const error = await failureOf(clientOf(server.url).subscribedAppIds(ofAccount));
    expect(error).toBeInstanceOf(GraphMalformed);
    expect(error).toMatchObject({ path: 'data.0.whatsapp_business_api_data' });
  });
});

describe('a warning', () => {
  const warned = async (answerTo: (n: number) => Answer, reads: number): Promise<string[]> => {
    const server = await serve((_, n) => answerTo(n));
    const warnings: string[] = [];
    const client = clientOf(server.url, { onWarning: (text) => warnings.push(text) });
    for (let n = 0; n < reads; n++) await client.readPhoneNumber(ofNumber);
    return warnings;
  };
  const number = { id: NUMBER, display_phone_number: '1', code_verification_status: 'VERIFIED' };

  it('is given once for each value that Meta invents, which is passed on', async () => {
    const statuses = ['LINKED', 'CONNECTED', 'LINKED', 'UNLINKED'];
    const warnings = await warned((n) => ({ body: { ...number, status: statuses[n - 1] } }), 4);
    expect(warnings).toEqual([
      'Meta answered LINKED for status: a value this service does not know.',
      'Meta answered UNLINKED for status: a value this service does not know.',
    ]);
  });

  it('never holds a value that is not a word', async () => {
    const odd = { ...number, name_status: 'approved +1 631', quality_rating: 'A'.repeat(41) };
    const warnings = await warned(() => ({ body: odd }), 1);
    expect(warnings).toEqual([
      'Meta answered something that is not a word for name_status: a value this service does not know.',
      'Meta answered something that is not a word for quality_rating: a value this service does not know.',
    ]);
  });

  it('is given once when another version answers', async () => {
    const versions = ['v25.0', 'v26.0', 'v27.0'];
    const headers = (n: number) => ({ 'facebook-api-version': versions[n - 1] ?? 'v26.0' });
    const warnings = await warned((n) => ({ body: number, headers: headers(n) }), 4);
    expect(warnings).toEqual([
      'Meta answered with another Graph version than v25.0, which may have ended.',
    ]);
  });

  it('is not given for ever when values are made up', async () => {
    const letters = (n: number): string => String.fromCharCode(65 + (n % 26), 65 + n / 26);
    const warnings = await warned((n) => ({ body: { ...number, status: letters(n) } }), 220);
    expect(warnings).toHaveLength(200);
  });
});

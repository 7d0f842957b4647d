import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { createClientAddress } from '../../src/http/client-address.ts';
import { createSessionCookie, csrfTokenOf } from '../../src/http/session-cookie.ts';
import { HTTP_ERRORS } from '../../src/http/errors.ts';
import { loginRoutes } from '../../src/http/login.ts';
import { createRateLimit } from '../../src/http/rate-limit.ts';
import { openEdge, type Answer, type Edge } from './edge.ts';

async function edgeWith(access: { signupsPerMinute?: number; trustedProxies?: string[] }) {
  const edge = await openEdge({ access });
  onTestFinished(() => edge.close());
  return edge;
}

/** Refused for its body, if it is looked at. */
function signUps(
  edge: Edge,
  count: number,
  headers: (n: number) => Record<string, string>,
): Promise<(string | undefined)[]> {
  return series(count, async (n) => (await edge.signUp({}, headers(n))).code);
}

async function series<Value>(count: number, take: (n: number) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let n = 0; n < count; n += 1) values.push(await take(n));
  return values;
}

const guess = (edge: Edge, headers: Record<string, string> = {}): Promise<Answer> =>
  edge.call('/v1/numbers', { headers: { authorization: 'Bearer wrong', ...headers } });

describe('signups', () => {
  test('B25: of one caller are taken so often a minute, and then told to wait', async () => {
    const edge = await edgeWith({ signupsPerMinute: 2 });
    const codes = await signUps(edge, 2, () => ({}));
    expect(codes).toEqual(['invalid_code', 'invalid_code']);
    const answer = await edge.signUp({});
    expect([answer.status, answer.code]).toEqual([429, 'too_many_requests']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
  });

  test('B25: by the form of the console are counted with those of the API', async () => {
    const edge = await edgeWith({ signupsPerMinute: 1 });
    const key = (await edge.store.sessions.open({ owner: 'bob', role: 'operator' })).reveal();
    const body = new URLSearchParams({ csrf_token: csrfTokenOf(key) }).toString();
    const headers = {
      ...{ cookie: `session=${key}`, origin: edge.url },
      'content-type': 'application/x-www-form-urlencoded',
    };
    const send = () => edge.call('/signup', { method: 'POST', headers, body });
    const [first, second] = await series(2, send);
    expect(first?.text).toContain('start the signup again');
    expect([second?.status, second?.text]).toEqual([
      429,
      expect.stringMatching(/Too many signups within a minute: start again in \d+ seconds/),
    ]);
    const api = { cookie: `session=${key}`, origin: edge.url, 'x-csrf-token': csrfTokenOf(key) };
    expect((await edge.signUp({}, api)).code).toBe('too_many_requests');
  });

  test('B25: of one address are taken three times as often, whoever sends them', async () => {
    const edge = await edgeWith({ signupsPerMinute: 1 });
    const tokens = await series(4, (n) =>
      edge.store.tokens.issue({ owner: `server ${n}`, role: 'operator' }),
    );
    const codes = await signUps(edge, 4, (n) => ({
      authorization: `Bearer ${tokens[n]?.token.reveal() ?? ''}`,
    }));
    expect(codes).toEqual([...Array<string>(3).fill('invalid_code'), 'too_many_requests']);
  });
});

describe('logins', () => {
  test('by a link are counted with all that an address asks for, and leave the link unspent', async () => {
    const { store } = await edgeWith({});
    const few = () => createRateLimit(1, () => 0);
    const routes = loginRoutes({
      ...{ store, cookie: createSessionCookie({ isBehindTls: false }) },
      access: { allowedOrigins: [], trustedProxies: [], signupsPerMinute: 1 },
      limits: { requests: few(), failures: few() },
      grantOf: () => Promise.resolve(undefined),
      show: () => Promise.resolve(new Response()),
    });
    const follow = async (word: string): Promise<number> => {
      const route = routes['/login/:word']?.['GET'];
      if (route?.role !== 'anyone') throw new TypeError('no such route');
      const request = new Request('http://127.0.0.1/');
      const call = { request, requestId: crypto.randomUUID(), address: '203.0.113.7' };
      return (await route.handle({ ...call, params: { word } })).status;
    };
    const grant = { owner: 'bob', role: 'viewer' } as const;
    const [first, second] = [
      await store.sessions.offerLogin(grant),
      await store.sessions.offerLogin(grant),
    ];
    expect(await follow(first.reveal())).toBe(303);
    await expect(follow(second.reveal())).rejects.toThrow(HTTP_ERRORS.too_many_requests.message);
    expect(await store.sessions.takeLogin(second)).toMatchObject(grant);
  });
});

describe('credentials that do not work', () => {
  test('are looked at ten times a minute, and then not even one that works', async () => {
    const edge = await edgeWith({});
    const { token } = await edge.store.tokens.issue({ owner: 'bob', role: 'viewer' });
    const codes = await series(10, async () => (await guess(edge)).code);
    expect(new Set(codes)).toEqual(new Set(['unauthenticated']));
    const answer = await guess(edge, { authorization: `Bearer ${token.reveal()}` });
    expect([answer.status, answer.code]).toEqual([429, 'too_many_requests']);
    expect((await edge.call('/healthz')).status).toBe(200);
  });

  test('B43: are counted for the address that a known proxy names, not for one that the caller names', async () => {
    const edge = await edgeWith({ trustedProxies: ['127.0.0.1'] });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    await series(10, (n) => guess(edge, from(`10.9.9.${n}, 203.0.113.1`)));
    expect((await guess(edge, from('10.9.9.99, 203.0.113.1'))).code).toBe('too_many_requests');
    expect((await guess(edge, from('203.0.113.2'))).code).toBe('unauthenticated');
  });

  test('B43: are counted for the peer, whatever it names, where no proxy is known', async () => {
    const edge = await edgeWith({});
    await series(10, (n) => guess(edge, { 'x-forwarded-for': `203.0.113.${n}` }));
    const answer = await guess(edge, { 'x-forwarded-for': '203.0.113.99' });
    expect(answer.code).toBe('too_many_requests');
  });
});

describe('an address', () => {
  const addressOf = createClientAddress(['10.0.0.0/8', '2001:db8::1']);
  test.each([
    ['203.0.113.7', '1.2.3.4', '203.0.113.7'],
    ['10.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::ffff:10.0.0.1', '6.6.6.6, 1.2.3.4, 10.1.1.1', '1.2.3.4'],
    ['2001:db8::1', '2001:db8::99', '2001:db8::99'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '1.2.3.4, nonsense', '10.0.0.1'],
    ['', '1.2.3.4', ''],
  ])('%s that names "%s" is %s', (peer, named, address) => {
    expect(addressOf(peer, new Headers({ 'x-forwarded-for': named }))).toBe(address);
  });
});

describe('a limit', () => {
  let nowMs = 0;
  afterEach(() => {
    nowMs = 0;
  });

  test('lets a key in again a minute after its first', () => {
    const limit = createRateLimit(1, () => nowMs);
    limit.take('a');
    nowMs = 59_999;
    expect(() => {
      limit.take('a');
    }).toThrow(expect.objectContaining({ headers: { 'retry-after': '1' } }));
    limit.take('b');
    nowMs = 60_000;
    limit.take('a');
  });

  test('keeps ten thousand keys at most', () => {
    const limit = createRateLimit(1, () => nowMs);
    for (let n = 0; n <= 10_000; n += 1) limit.take(`key ${n}`);
    limit.take('key 0');
    expect(() => {
      limit.take('key 9999');
    }).toThrow();
  });
});

import { inspect } from 'node:util';

import { describe, expect, it, onTestFinished } from 'vitest';

import { causeOf } from '../../src/domain/refusals.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Resolve } from '../../src/graph/addresses.ts';
import {
  GraphMalformed,
  GraphOutcomeUnknown,
  GraphUnreachable,
  OnPremisesRefused,
} from '../../src/graph/errors.ts';
import { createOnPremisesClient, type OnPremisesOptions } from '../../src/graph/on-premises.ts';
import { createAuthority } from './certificates.ts';
import { failureOf, serve, serveSocket, type Answer } from './servers.ts';

const CANARIES = { token: 'tokenCanary123', cert: 'Y2VydENhbmFyeQ==', pin: '846213' };
const PASSWORD = 'pass: word canary';
const CODE = '123830';
const token = new Secret(CANARIES.token);
const account = {
  token,
  cc: '1',
  phoneNumber: '6315551111',
  codeMethod: 'sms',
  cert: new Secret(CANARIES.cert),
} as const;
const pin = new Secret(CANARIES.pin);

const STABLE = { meta: { api_status: 'stable', version: 'v2.45.1' } };
const RETIRED = {
  code: 1005,
  title: 'Access denied',
  details: 'Unknown error: biz_link_on_prem_reg_blocked',
};

function clientOf(baseUrl: string, options: Partial<OnPremisesOptions> = {}) {
  const client = createOnPremisesClient({ baseUrl, timeoutMs: 2000, ...options });
  onTestFinished(() => client.close());
  return client;
}

const registeredAt = async (answer: Answer) =>
  clientOf((await serve(answer)).url).registerAccount(account);

describe('a number on the client of its customer', () => {
  it("is registered with the body of Meta's reference", async () => {
    const server = await serve({ status: 201, body: STABLE });
    expect(await clientOf(server.url).registerAccount({ ...account, pin })).toBe('registered');
    const [call] = server.seen;
    expect(`${call?.method} ${call?.url.pathname}${call?.url.search}`).toBe('POST /v1/account');
    expect(call?.headers.authorization).toBe(`Bearer ${CANARIES.token}`);
    expect(JSON.parse(call?.body ?? '')).toEqual({
      ...{ cc: '1', phone_number: '6315551111', method: 'sms' },
      ...{ cert: CANARIES.cert, pin: CANARIES.pin },
    });
  });

  it('is registered by voice and without a PIN, if it has none', async () => {
    const server = await serve({ status: 201, body: STABLE });
    await clientOf(server.url).registerAccount({ ...account, codeMethod: 'voice' });
    const body: unknown = JSON.parse(server.seen[0]?.body ?? '');
    expect(body).toMatchObject({ method: 'voice' });
    expect(body).not.toHaveProperty('pin');
  });

  it('waits for a code if one was sent, and is verified with it', async () => {
    const server = await serve((_, n) =>
      n === 1
        ? { status: 202, body: { account: [{ vname: 'John’s Cake Shop' }] } }
        : { status: 201, body: STABLE },
    );
    const client = clientOf(server.url);
    expect(await client.registerAccount(account)).toBe('code-sent');
    await client.verifyAccount({ token, code: new Secret(CODE) });
    expect(server.seen[1]?.url.pathname).toBe('/v1/account/verify');
    expect(server.seen[1]?.body).toBe(`{"code":"${CODE}"}`);
  });

  it.each<[string, object]>([
    ['in a list', { errors: [RETIRED, { code: 7 }], ...STABLE }],
    ['without the list', RETIRED],
  ])('is refused as Meta does today, with the error %s', async (_, body) => {
    for (const status of [200, 400, 403]) {
      const error = await failureOf(registeredAt({ status, body }));
      expect(error).toBeInstanceOf(OnPremisesRefused);
      if (!(error instanceof OnPremisesRefused)) return;
      const answer = { code: 1005, message: 'Access denied', details: RETIRED.details };
      expect(error.answer).toStrictEqual(answer);
      expect(error.http).toBe(status);
      expect(causeOf(error.answer, 'on-premises')).toBe('onprem_retired');
    }
  });

  it.each<[string, Answer, string]>([
    ['an error beside success', { status: 201, body: { errors: [RETIRED] } }, 'odd_success'],
    ['another success', { status: 200, body: STABLE }, 'odd_success'],
    ['no JSON', { status: 201, body: '<html>' }, 'not_json'],
    ['no body', { status: 201, body: '' }, 'not_json'],
    ['a failure of the client', { status: 500, body: { errors: [RETIRED] } }, 'http_5xx'],
    ['a redirect', { status: 307, headers: { location: '/x' }, body: '' }, 'redirect'],
    ['300 KB', { status: 201, body: 'x'.repeat(300_000) }, 'too_big'],
  ])('has an unknown outcome after %s', async (_, answer, why) => {
    const error = await failureOf(registeredAt(answer));
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(error).toMatchObject({ why });
  });

  it('has an unknown outcome after silence', async () => {
    const server = await serveSocket(() => undefined);
    const client = clientOf(server.url, { timeoutMs: 200 });
    expect(await failureOf(client.registerAccount(account))).toMatchObject({ why: 'timeout' });
    expect(server.requests()).toBe(1);
  });
});

describe('a login', () => {
  const login = { userName: 'admin', password: new Secret(PASSWORD) };

  it('gives a token and its end', async () => {
    const user = { token: CANARIES.token, expires_after: '2018-03-01 15:29:26+00:00' };
    const server = await serve({ body: { users: [user], ...STABLE } });
    const { token: given, expiresAtMs } = await clientOf(server.url).logIn(login);
    expect(given.reveal()).toBe(CANARIES.token);
    expect(expiresAtMs).toBe(Date.UTC(2018, 2, 1, 15, 29, 26));
    const [call] = server.seen;
    expect(`${call?.method} ${call?.url.pathname}`).toBe('POST /v1/users/login');
    const basic = Buffer.from(`admin:${PASSWORD}`).toString('base64');
    expect(call?.headers.authorization).toBe(`Basic ${basic}`);
  });

  it('without a token is malformed', async () => {
    const server = await serve({ body: { users: [{ token: 'two\nlines' }] } });
    expect(await failureOf(clientOf(server.url).logIn(login))).toBeInstanceOf(GraphMalformed);
  });
});

describe('no secret', () => {
  it('is in an error, though the client repeats all it was sent', async () => {
    const server = await serve(({ headers: { authorization = '' }, body }) => {
      const pair = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
      const said = { code: 1008, title: authorization, details: `${body} ${pair}` };
      return { status: 400, body: { errors: [said] } };
    });
    const client = clientOf(server.url);
    const code = new Secret(CODE);
    const calls = [
      client.registerAccount({ ...account, pin }),
      client.verifyAccount({ token, code }),
      client.logIn({ userName: 'admin', password: new Secret(PASSWORD) }),
    ];
    const basic = Buffer.from(`admin:${PASSWORD}`).toString('base64');
    for (const call of calls) {
      const error = await failureOf(call);
      if (!(error instanceof OnPremisesRefused)) throw new Error('not refused');
      const shown = `${inspect(error, { showHidden: true })} ${JSON.stringify(error.answer)}`;
      expect(shown).toContain('«secret»');
      const hidden = [...Object.values(CANARIES), PASSWORD, basic, CODE, server.url];
      const found = hidden.filter((secret) => shown.includes(secret));
      expect(found).toEqual([]);
    }
    expect(JSON.stringify(client)).not.toContain(CANARIES.token);
  });
});

describe('the certificate of a client', () => {
  const authority = createAuthority('Authority of the customer');
  const other = createAuthority('Another authority');
  const created: Answer = { status: 201, body: STABLE };
  const servedTo = async (options: Partial<OnPremisesOptions>, host = 'localhost') => {
    const server = await serve(created, authority.certify(host));
    const url = server.url.replace('127.0.0.1', 'localhost');
    return { server, call: clientOf(url, options).registerAccount(account) };
  };

  it('is trusted by the CA of the customer', async () => {
    const { call } = await servedTo({ ca: authority.ca });
    expect(await call).toBe('registered');
  });

  it.each<[string, Partial<OnPremisesOptions>, string | undefined]>([
    ['without a CA', {}, undefined],
    ['by the CA of another', { ca: other.ca }, undefined],
    ['for another host', { ca: authority.ca }, 'wa.other.test'],
  ])('is not trusted %s, and nothing is sent', async (_, options, host) => {
    const { server, call } = await servedTo(options, host);
    expect(await failureOf(call)).toBeInstanceOf(GraphUnreachable);
    expect(server.seen).toEqual([]);
  });

  it('is checked, whatever a variable of the environment says', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    });
    const { server, call } = await servedTo({});
    expect(await failureOf(call)).toBeInstanceOf(GraphUnreachable);
    expect(server.seen).toEqual([]);
  });

  it.each(['', 'nonsense', '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'])(
    'is not judged by "%s"',
    (ca) => {
      expect(() => clientOf('https://wa.example.com', { ca })).toThrow('CA must be');
    },
  );
});

describe('an address', () => {
  const refusedUrls = [
    ...['http://wa.example.com', 'https://user@wa.example.com', 'https://wa.example.com/v1'],
    ...['https://wa.example.com?x', 'ftp://wa.example.com', 'wa.example.com', ''],
    ...['https://169.254.169.254', 'http://169.254.169.254', 'https://2852039166'],
    ...['https://0xa9fea9fe', 'https://[::ffff:169.254.169.254]', 'https://[fe80::1]'],
    ...['https://[fd00:ec2::254]', 'https://100.100.100.200', 'https://168.63.129.16'],
    ...['https://0.0.0.0', 'https://[::]', 'https://[64:ff9b::a9fe:a9fe]'],
    ...['https://[2002:a9fe:a9fe::]', 'https://224.0.0.1', 'https://255.255.255.255'],
  ];

  it.each(refusedUrls)('is not taken: %s', (baseUrl) => {
    expect(() => clientOf(baseUrl)).toThrow(/^On-Premises base URL must/);
  });

  it.each(['https://10.0.0.7:9090', 'https://[fd12::7]', 'http://[::1]:9090', 'https://a.test'])(
    'is taken: %s',
    (baseUrl) => {
      expect(() => clientOf(baseUrl)).not.toThrow();
    },
  );

  /** A name server of the test's own, and how often it was asked. */
  const nameServer = (...answers: readonly (readonly string[])[]) => {
    const asked: string[] = [];
    const resolve: Resolve = (hostname, _options, done) => {
      const addresses = answers[asked.push(hostname) - 1] ?? [];
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { asked, resolve };
  };

  it.each([
    ['the link', ['169.254.169.254']],
    ['the link, in IPv6', ['::ffff:169.254.169.254']],
    ['the link, by a zone', ['fe80::1%eth0']],
    ['no form at all', ['169.254', '203.0.113.1']],
    ['this machine', ['127.0.0.1']],
    ['this machine, among others', ['203.0.113.1', '::1']],
    ['nowhere', []],
  ])('behind a name is not called if it is of %s', async (_, addresses) => {
    const server = await serve({ status: 201, body: STABLE });
    const { asked, resolve } = nameServer(addresses);
    const url = server.url.replace('http://127.0.0.1', 'https://wa.customer.test');
    const error = await failureOf(clientOf(url, { resolve }).registerAccount(account));
    expect(error).toBeInstanceOf(GraphUnreachable);
    expect(error).toMatchObject({
      message: `Could not register the On-Premises account: The On-Premises client was not reached (${addresses.length === 0 ? 'ENOTFOUND' : 'ERR_FORBIDDEN_ADDRESS'}). Nothing was sent.`,
    });
    expect(asked).toEqual(['wa.customer.test']);
    expect(server.seen).toEqual([]);
  });

  it('that was checked is the one that is called, whatever the name server says next', async () => {
    const server = await serve({ status: 201, body: STABLE });
    const { asked, resolve } = nameServer(['127.0.0.1'], ['169.254.169.254']);
    const url = server.url.replace('127.0.0.1', 'localhost');
    expect(await clientOf(url, { resolve }).registerAccount(account)).toBe('registered');
    expect(asked).toEqual(['localhost']);
  });

  it('of another machine is not called by the name of this one', async () => {
    const { resolve } = nameServer(['10.0.0.7']);
    const client = clientOf('http://localhost:9090', { resolve });
    expect(await failureOf(client.registerAccount(account))).toBeInstanceOf(GraphUnreachable);
  });
});

describe('a bad input', () => {
  const bad: readonly [string, object][] = [
    ['country code must', { cc: '+1' }],
    ['phone number must', { phoneNumber: '+1 631-555-1111' }],
    ['code method must', { codeMethod: 'SMS' }],
    ['certificate must', { cert: new Secret('not base64!') }],
    ['PIN must', { pin: new Secret('12345') }],
    ['token must', { token: new Secret('two\nlines') }],
  ];

  it.each(bad)('is refused before a request: %s', async (message, change) => {
    const server = await serve({ status: 201, body: STABLE });
    const client = clientOf(server.url);
    const error = await failureOf(client.registerAccount({ ...account, ...change }));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(message);
    expect(server.seen).toEqual([]);
  });

  it('of a login or a code is refused before a request', async () => {
    const server = await serve({ status: 201, body: STABLE });
    const client = clientOf(server.url);
    const withColon = { userName: 'admin:x', password: new Secret(PASSWORD) };
    expect(await failureOf(client.logIn(withColon))).toBeInstanceOf(TypeError);
    const withHyphen = { token, code: new Secret('123-830') };
    expect(await failureOf(client.verifyAccount(withHyphen))).toBeInstanceOf(TypeError);
    expect(server.seen).toEqual([]);
  });
});

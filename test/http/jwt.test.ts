import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/role.ts';
import type { IdentityProvider } from '../../src/http/identity-provider.ts';
import { createJwtGrantOf } from '../../src/http/jwt.ts';
import { openEdge, type Answer, type Edge } from './edge.ts';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const ISSUER = 'https://id.partner.example';
const AUDIENCE = 'whatsapp-onboarding';
const ROLES = new Map<string, Role>([
  ['staff', 'viewer'],
  ['whatsapp-ops', 'operator'],
]);

/** The provider: publishes what `published` holds. */
let provider: Server;
let published: JWK[] = [];
let isUp = true;
let keys: KeyPair;
let identity: IdentityProvider;
let edge: Edge;

async function publish(kid: string): Promise<KeyPair> {
  const pair = await generateKeyPair('ES256');
  published = [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' }];
  return pair;
}

beforeAll(async () => {
  provider = createServer((_request, response) => {
    response.writeHead(isUp ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: published }));
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const address = provider.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  identity = {
    ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], roles: ROLES },
    ...{ jwksUrl: `http://127.0.0.1:${port}/keys`, roleClaim: 'realm_access.roles' },
  };
  keys = await publish('first');
  edge = await openEdge({ access: { identity } });
});

beforeEach(() => {
  isUp = true;
});

afterAll(async () => {
  await edge.close();
  provider.close();
});

interface Claims {
  readonly roles?: readonly string[];
  readonly iss?: string;
  readonly aud?: string;
  /** Seconds from now. */
  readonly exp?: number;
  readonly nbf?: number;
  readonly kid?: string;
}

function jwt(claims: Claims = {}, by: KeyPair['privateKey'] = keys.privateKey): Promise<string> {
  const { roles = ['whatsapp-ops'], iss = ISSUER, aud = AUDIENCE, kid = 'first' } = claims;
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({ email: 'carol@partner.example', realm_access: { roles } })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setSubject('c-1')
    .setIssuer(iss)
    .setAudience(aud)
    .setNotBefore(nowS + (claims.nbf ?? 0))
    .setExpirationTime(nowS + (claims.exp ?? 300))
    .sign(by);
}

const asks = (token: string, path = '/v1/numbers/4711'): Promise<Answer> =>
  edge.call(path, { headers: { authorization: `Bearer ${token}` } });

describe('a JWT of the identity provider', () => {
  test('lets its person do what the role says, and nothing more', async () => {
    expect((await asks(await jwt())).code).toBe('unknown_number');
    expect((await asks(await jwt(), '/v1/audit')).code).toBe('forbidden');
  });

  test('is taken for a minute after its end, as clocks differ', async () => {
    expect((await asks(await jwt({ exp: -50 }))).code).toBe('unknown_number');
  });

  test('without a role of ours is known, and may nothing', async () => {
    expect((await asks(await jwt({ roles: ['cook'] }))).code).toBe('forbidden');
  });

  test.each([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another service', { aud: 'mail' }],
    ['that ended two minutes ago', { exp: -120 }],
    ['that begins in two minutes', { nbf: 120 }],
    ['of a key that was never published', { kid: 'none' }],
  ])('%s is refused', async (_row, claims: Claims) => {
    expect((await asks(await jwt(claims))).code).toBe('unauthenticated');
  });

  test('signed by somebody else under the same name is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect((await asks(await jwt({}, privateKey))).code).toBe('unauthenticated');
  });

  test.each([
    ['without a signature', 'none', ''],
    ['with an HMAC', 'HS256', 'x'.repeat(43)],
  ])('%s is refused', async (_row, alg, signature) => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'c-1', exp: 4_000_000_000, roles: ['staff'] };
    const token = `${part({ alg, kid: 'first' })}.${part(claims)}.${signature}`;
    expect((await asks(token)).code).toBe('unauthenticated');
  });

  test('opens a session in a browser, that knows the person', async () => {
    const body = new URLSearchParams({ token: await jwt() });
    const headers = { origin: edge.url };
    const answer = await edge.call('/login', { method: 'POST', headers, body });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect([answer.status, cookie.startsWith('session=')]).toEqual([303, true]);
  });
});

describe('the keys of the provider', () => {
  test('may change: what a new one has signed is taken, what the old one has is not', async () => {
    const grantOf = createJwtGrantOf(identity, { nowMs: Date.now, cooldownMs: 0 });
    const old = await jwt();
    expect(await grantOf(old)).toMatchObject({ owner: 'carol@partner.example', role: 'operator' });
    const fresh = await publish('second');
    expect(await grantOf(await jwt({ kid: 'second' }, fresh.privateKey))).toMatchObject({
      role: 'operator',
    });
    expect(await grantOf(old)).toBeUndefined();
  });

  test('that cannot be read leave the question open, and are no refusal', async () => {
    const grantOf = createJwtGrantOf(identity, { nowMs: Date.now });
    isUp = false;
    await expect(grantOf(await jwt())).rejects.toMatchObject({
      code: 'identity_provider_unavailable',
    });
  });
});

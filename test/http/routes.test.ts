import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { isAtLeast, ROLES, type Role } from '../../src/domain/role.ts';
import { HTTP_ERRORS } from '../../src/http/errors.ts';
import { bearerOf, openEdge, type Edge } from './edge.ts';

const TOKEN = 't'.repeat(32);
/** For Meta, for whoever runs the service, and for who wants to log in. */
const OPEN = [
  '/v1/webhooks/meta',
  '/healthz',
  '/readyz',
  '/openapi.json',
  '/docs',
  '/login',
  '/login/:word',
  '/assets/:name',
];
/** Else reading is for viewers, taking away for administrators, and all other changes for operators. */
const EXCEPTIONS: Readonly<Record<string, Role>> = {
  'GET /v1/numbers/:id/certificate': 'admin',
  'GET /v1/audit': 'admin',
  'PUT /v1/accounts/:waba_id/subscription': 'admin',
  'POST /logout': 'viewer',
  'GET /signup': 'operator',
};

let edge: Edge;

beforeAll(async () => {
  edge = await openEdge({ access: { apiToken: new Secret(TOKEN), allowedOrigins: [] } });
});

afterAll(() => edge.close());

interface Route {
  readonly method: string;
  readonly path: string;
}

function served(): readonly Route[] {
  return edge.routes
    .map((route) => route.split(' '))
    .map(([method = '', path = '']) => ({ method, path }))
    .filter(({ method }) => method !== 'ALL');
}

const plain = (path: string): string => path.replaceAll(/:[a-z_]+/g, '4711');

function guarded(): readonly Route[] {
  return served().filter(({ path }) => !OPEN.includes(path));
}

function roleOf({ method, path }: Route): Role {
  const known = EXCEPTIONS[`${method} ${path}`];
  if (known !== undefined) return known;
  if (method === 'GET') return 'viewer';
  return method === 'DELETE' ? 'admin' : 'operator';
}

describe('every route', () => {
  test('stands in the reference, and the reference has no other', () => {
    const page = readFileSync('docs/reference/http-api.md', 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z]+ \/[^`]*)` \|/gm)].map(([, route]) => route);
    // Pages lead to each other.
    const isPage = (path: string): boolean =>
      /^\/((numbers|accounts|signup|assets)(\/.*)?)?$/.test(path);
    const documented = served().filter(({ path }) => !isPage(path));
    const routes = documented.map(({ method, path }) =>
      [method, path.replaceAll(/:([a-z_]+)/g, '{$1}')].join(' '),
    );
    expect(listed.toSorted()).toEqual(routes.toSorted());
    expect(routes.length).toBeGreaterThan(25);
  });

  test('is for callers with a credential only, but for those that are open on purpose', async () => {
    for (const { method, path } of guarded()) {
      const answer = await edge.call(plain(path), { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
      expect(answer.text).toContain(HTTP_ERRORS.unauthenticated.message);
    }
  });

  test('is for callers of its role and above', async () => {
    for (const route of guarded()) {
      const { method, path } = route;
      for (const role of ROLES) {
        const bearer = await bearerOf(edge.store, { owner: 'bob', role });
        const headers = { ...bearer, 'idempotency-key': 'a b' };
        const { status } = await edge.call(plain(path), { method, headers });
        const isLetIn = status !== 403 && status !== 401;
        expect([method, path, role, isLetIn]).toEqual([
          ...[method, path, role],
          isAtLeast(role, roleOf(route)),
        ]);
      }
    }
  });

  test('is closed to pages of other origins, even with the token', async () => {
    const headers = { origin: 'https://evil.example', authorization: `Bearer ${TOKEN}` };
    for (const { method, path } of guarded()) {
      const answer = await edge.call(plain(path), { method, headers });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.text).toContain('Pages of this origin may not call');
    }
  });

  test('tells the methods there are to who takes another', async () => {
    for (const { path } of served()) {
      const answer = await edge.call(plain(path), { method: 'PATCH' });
      const methods = served().flatMap((route) => (route.path === path ? [route.method] : []));
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, methods.join(', ')]);
    }
  });

  test('that changes something refuses a key that is none, before Meta is asked', async () => {
    const headers = { ...(await bearerOf(edge.store)), 'idempotency-key': 'a b' };
    const bodyless = served().filter(
      ({ method, path }) => method === 'DELETE' || path.endsWith('/pin'),
    );
    expect(bodyless.length).toBeGreaterThan(3);
    for (const { method, path } of bodyless) {
      const answer = await edge.call(plain(path), { method, headers });
      expect([path, answer.status, answer.code]).toEqual([path, 400, 'invalid_idempotency_key']);
    }
  });
});

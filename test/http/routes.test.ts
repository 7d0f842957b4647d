import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openEdge, type Edge } from './edge.ts';

const TOKEN = 't'.repeat(32);
const OPEN = ['/v1/webhooks/meta', '/healthz', '/readyz'];

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
  return (
    edge.routes
      .map((route) => route.split(' '))
      .map(([method = '', path = '']) => ({ method, path }))
      .filter(({ method }) => method !== 'ALL')
      // Pages have tests of their own.
      .filter(({ path }) => path.startsWith('/v1/') || OPEN.includes(path))
  );
}

const plain = (path: string): string => path.replaceAll(/:[a-z_]+/g, '4711');

describe('every route', () => {
  test('stands in the reference, and the reference has no other', () => {
    const page = readFileSync('docs/reference/http-api.md', 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z]+ \/[^`]*)` \|/gm)].map(([, route]) => route);
    const routes = served().map(({ method, path }) =>
      [method, path.replaceAll(/:([a-z_]+)/g, '{$1}')].join(' '),
    );
    expect(listed.toSorted()).toEqual(routes.toSorted());
    expect(routes.length).toBeGreaterThan(25);
  });

  test('is for callers with the token only, but for Meta and for health', async () => {
    for (const { method, path } of served().filter(({ path }) => !OPEN.includes(path))) {
      const answer = await edge.call(plain(path), { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
      expect(answer.code).toBe('unauthenticated');
    }
  });

  test('is closed to pages of other origins, even with the token', async () => {
    const headers = { origin: 'https://evil.example', authorization: `Bearer ${TOKEN}` };
    for (const { method, path } of served().filter(({ path }) => !OPEN.includes(path))) {
      const answer = await edge.call(plain(path), { method, headers });
      expect([path, answer.status, answer.code]).toEqual([path, 403, 'origin_not_allowed']);
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
    const headers = { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'a b' };
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

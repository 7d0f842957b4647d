import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { csrfTokenOf } from '../../src/http/session-cookie.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openEdge, type Answer, type Edge } from './edge.ts';

let edge: Edge;
let token: Secret;

beforeAll(async () => {
  edge = await openEdge({ access: { allowedOrigins: [] } });
  ({ token } = await edge.store.tokens.issue({ owner: 'bob', role: 'operator' }));
});

afterAll(() => edge.close());

function logIn(given: string, headers: Record<string, string> = {}): Promise<Answer> {
  const body = new URLSearchParams({ token: given });
  return edge.call('/login', { method: 'POST', headers: { origin: edge.url, ...headers }, body });
}

/** What the browser keeps, as it sends it back. */
function cookieOf({ headers }: Answer): string {
  const [cookie = ''] = headers.getSetCookie();
  return cookie.split(';')[0] ?? '';
}

function csrfOf(cookie: string): string {
  return csrfTokenOf(cookie.split('=')[1] ?? '');
}

/** A retry of a number that is not there: it is refused late, so whatever comes before has let it through. */
function retry(headers: Record<string, string>): Promise<Answer> {
  return edge.call('/v1/numbers/4711/retry', { method: 'POST', headers });
}

describe('a browser', () => {
  test('that shows an API token gets a session of its owner and role', async () => {
    const answer = await logIn(token.reveal());
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(answer.headers.getSetCookie().join()).toMatch(
      /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const cookie = cookieOf(answer);
    expect((await edge.call('/v1/numbers', { headers: { cookie } })).status).toBe(200);
    const path = '/v1/numbers/4711/certificate';
    expect((await edge.call(path, { headers: { cookie } })).code).toBe('forbidden');
  });

  test('that shows a wrong one is told so, and gets none', async () => {
    const answer = await logIn(`${token.reveal()}x`);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []]);
    expect(answer.text).toContain('This token does not work');
  });

  test('is sent to the login while it is not known, and a program is not', async () => {
    const headers = { accept: 'text/html,*/*' };
    const answer = await edge.call('/v1/numbers', { headers });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
    expect((await edge.call('/v1/numbers')).code).toBe('unauthenticated');
  });

  test.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['without an origin', { origin: '' }],
  ])('cannot be logged in by a page %s', async (_row, headers) => {
    const answer = await logIn(token.reveal(), headers);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
  });

  test('has no session any more when it has logged out', async () => {
    const cookie = cookieOf(await logIn(token.reveal()));
    const body = new URLSearchParams({ csrf_token: csrfOf(cookie) });
    const headers = { cookie, origin: edge.url };
    const answer = await edge.call('/logout', { method: 'POST', headers, body });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
    expect((await edge.call('/v1/numbers', { headers: { cookie } })).status).toBe(401);
  });

  test('has no session any more when its token was revoked', async () => {
    const { token, prefix } = await edge.store.tokens.issue({ owner: 'eve', role: 'viewer' });
    const cookie = cookieOf(await logIn(token.reveal()));
    await edge.store.tokens.revoke(prefix);
    expect((await edge.call('/v1/numbers', { headers: { cookie } })).status).toBe(401);
  });

  test('behind TLS keeps its session for our name and for TLS alone', async () => {
    const behind = await openEdge({ isBehindTls: true, access: { allowedOrigins: [] } });
    const word = await behind.store.sessions.offerLogin({ owner: 'bob', role: 'viewer' });
    const answer = await behind.call(`/login/${word.reveal()}`);
    expect(answer.headers.getSetCookie().join()).toMatch(
      /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    await behind.close();
  });
});

describe('a link', () => {
  test('opens one session, and no second', async () => {
    const word = await edge.store.sessions.offerLogin({ owner: 'you', role: 'admin' });
    const answer = await edge.call(`/login/${word.reveal()}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    const headers = { cookie: cookieOf(answer) };
    expect((await edge.call('/v1/numbers', { headers })).status).toBe(200);
    const again = await edge.call(`/login/${word.reveal()}`);
    expect([again.status, again.headers.getSetCookie()]).toEqual([401, []]);
    expect(again.text).toContain('used before');
  });

  test('of one browser does not show in the log', () => {
    expect(edge.said()).not.toMatch(/login\/[\w-]{43}/);
  });
});

describe('every page', () => {
  test('tells a browser who it is logged in as, and how to log out', async () => {
    const cookie = cookieOf(await logIn(token.reveal()));
    for (const path of ['/', '/signup', '/accounts/1']) {
      const { text } = await edge.call(path, { headers: { cookie } });
      expect(text).toMatch(/<span class="owner">bob<\/span> <span class="pill">operator<\/span>/);
      expect(text).toContain(`<form method="post" action="/logout">`);
      expect(text).toContain(`name="csrf_token" value="${csrfOf(cookie)}"`);
    }
  });

  test('tells it to nobody else, and offers no way out of what is no session', async () => {
    const bearer = { authorization: `Bearer ${token.reveal()}` };
    const { text } = await edge.call('/', { headers: bearer });
    expect(text).toContain('<span class="owner">bob</span>');
    expect(text).not.toContain('/logout');
    for (const path of ['/login', '/docs', '/numbers/none']) {
      expect((await edge.call(path, { headers: bearer })).text).not.toContain('class="owner"');
    }
  });

  test('shows a hostile name as text', async () => {
    const key = await edge.store.sessions.open({ owner: '<img src=x>', role: 'viewer' });
    const { text } = await edge.call('/', { headers: { cookie: `session=${key.reveal()}` } });
    expect(text).toContain('<span class="owner">&lt;img src=x&gt;</span>');
  });
});

describe('the audit trail', () => {
  /** The newest first. */
  const lines = async (count: number): Promise<readonly (readonly unknown[])[]> =>
    (await edge.store.audit.list({ limit: count })).map(({ actor, role, action, result }) => [
      ...[actor, role, action, result],
    ]);

  test('has a line for who logs in by a token, and out', async () => {
    const cookie = cookieOf(await logIn(token.reveal()));
    const body = new URLSearchParams({ csrf_token: csrfOf(cookie) });
    await edge.call('/logout', { method: 'POST', headers: { cookie, origin: edge.url }, body });
    const bob = ['bob (operator, HTTP)', 'operator'];
    expect(await lines(2)).toEqual([
      [...bob, 'POST /logout', '303'],
      [...bob, 'POST /login', '303'],
    ]);
  });

  test('has one for who logs in by a link, and for whom it is no use any more', async () => {
    const word = await edge.store.sessions.offerLogin({ owner: 'you', role: 'admin' });
    await edge.call(`/login/${word.reveal()}`);
    await edge.call(`/login/${word.reveal()}`);
    expect(await lines(2)).toEqual([
      ['somebody at 127.0.0.1 (HTTP)', 'none', 'GET /login/:word', 'unauthenticated'],
      ['you (admin, HTTP)', 'admin', 'GET /login/:word', '303'],
    ]);
  });

  test('has one for a token that does not work, and not what was shown', async () => {
    await logIn('canary-4c1d');
    const [line] = await edge.store.audit.list({ limit: 1 });
    expect(line).toMatchObject({ role: 'none', action: 'POST /login', result: 'unauthenticated' });
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  test('that cannot be written lets nobody in', async () => {
    const broken = await openEdge({ caller: 'this machine' });
    const word = await broken.store.sessions.offerLogin({ owner: 'you', role: 'admin' });
    broken.store.audit.begin = () => Promise.reject(new StoreUnavailable('gone'));
    const answer = await broken.call(`/login/${word.reveal()}`);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([503, []]);
    await broken.close();
  });
});

describe("a browser's change", () => {
  test("with the session's word reaches the route, in a header and in a form", async () => {
    const cookie = cookieOf(await logIn(token.reveal()));
    const own = { cookie, origin: edge.url };
    const answer = await retry({ ...own, 'x-csrf-token': csrfOf(cookie) });
    expect(answer.code).toBe('unknown_number');
  });

  test.each([
    ['without the word', (cookie: string) => ({ cookie, origin: edge.url })],
    [
      'with the word of another session',
      (cookie: string) => ({ cookie, origin: edge.url, 'x-csrf-token': csrfOf('session=x') }),
    ],
    ['without an origin', (cookie: string) => ({ cookie, 'x-csrf-token': csrfOf(cookie) })],
  ])('%s is refused', async (_row, headersOf) => {
    const cookie = cookieOf(await logIn(token.reveal()));
    expect((await retry(headersOf(cookie))).code).toBe('invalid_csrf_token');
  });
});

describe("a signup of a browser's page", () => {
  async function signUp(edge: Edge, cookie: string, state?: unknown): Promise<Answer> {
    const { code, waba_id, phone_number_id } = await edge.meta.signUp({});
    const headers = { cookie, origin: edge.url, 'x-csrf-token': csrfOf(cookie) };
    return edge.signUp({ code, waba_id, phone_number_id, state }, headers);
  }
  const idOf = async (cookie: string): Promise<string> => {
    const key = new Secret(cookie.split('=')[1] ?? '');
    return (await edge.store.sessions.byKey(key))?.id ?? '';
  };

  test('B14: is taken with the word that its session was given, once', async () => {
    const cookie = cookieOf(await logIn(token.reveal()));
    const state = await edge.store.sessions.newState(await idOf(cookie));
    expect((await signUp(edge, cookie, state)).status).toBe(202);
    const again = await signUp(edge, cookie, state);
    expect([again.status, again.code]).toEqual([403, 'invalid_state']);
  });

  test('B14: is refused without it, with a wrong one and with that of another session', async () => {
    const [cookie, other] = [
      cookieOf(await logIn(token.reveal())),
      cookieOf(await logIn(token.reveal())),
    ];
    const foreign = await edge.store.sessions.newState(await idOf(other));
    const answers = [];
    for (const state of [undefined, 'x', 7, foreign]) {
      answers.push(await signUp(edge, cookie, state));
    }
    const said = answers.map(({ status, code, message }) => [status, code, message]);
    expect(new Set(said.map((each) => each.join())).size).toBe(1);
    expect(said[0]?.slice(0, 2)).toEqual([403, 'invalid_state']);
  });

  test('B14: is not asked for it when its caller has a token', async () => {
    const { code, waba_id, phone_number_id } = await edge.meta.signUp({});
    const headers = { authorization: `Bearer ${token.reveal()}` };
    const answer = await edge.signUp({ code, waba_id, phone_number_id }, headers);
    expect(answer.status).toBe(202);
  });
});

describe('this machine', () => {
  test('is let in as an operator until the first token is made, and never as a browser', async () => {
    const open = await openEdge({ caller: 'this machine' });
    const browser = { 'sec-fetch-site': 'none' };
    expect((await open.call('/v1/numbers')).status).toBe(200);
    expect((await open.call('/v1/audit')).code).toBe('forbidden');
    expect((await open.call('/v1/numbers', { headers: browser })).code).toBe('unauthenticated');
    await open.store.tokens.issue({ owner: 'bob', role: 'viewer' });
    expect((await open.call('/v1/numbers')).code).toBe('unauthenticated');
    await open.close();
  });
});

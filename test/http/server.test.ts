import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HTTP_ERRORS } from '../../src/http/errors.ts';
import { SERVER_LIMITS } from '../../src/http/server.ts';
import { exchangeBytes, openEdge, sign, type Edge } from './edge.ts';

let edge: Edge;

beforeAll(async () => {
  const limits = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
  edge = await openEdge({ caller: 'this machine', limits: { ...SERVER_LIMITS, ...limits } });
});

afterAll(() => edge.close());

function send(...parts: string[]): Promise<string> {
  return exchangeBytes(edge.port, parts);
}

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 ([0-9]{3})/g)].map((match) => Number(match[1]));
}

const LAST = 'host: localhost\r\nconnection: close\r\n\r\n';
const POST = 'POST /v1/signups HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

describe('a request target', () => {
  test.each([
    ['absolute', 'http://localhost/healthz', 400, 'bad_request_target'],
    ['with a zero byte', '/v1/%00', 400, 'bad_request_target'],
    ['an asterisk', '*', 400, 'bad_request_target'],
    ['with two slashes', '//healthz', 404, 'not_found'],
    ['with dots', '/v1/../healthz', 404, 'not_found'],
    ['with encoded dots', '/v1/%2e%2e/healthz', 404, 'not_found'],
    ['with an encoded letter', '/%68ealthz', 404, 'not_found'],
    ['unknown (B42)', '/v1/unknown', 404, 'not_found'],
    ['with a slash at the end (B42)', '/healthz/', 404, 'not_found'],
    ['in another case (B42)', '/HEALTHZ', 404, 'not_found'],
  ] as const)('B40: %s is refused', async (...[, target, status, code]) => {
    const text = await send(`GET ${target} HTTP/1.1\r\n${LAST}`);
    expect(statusesOf(text)).toEqual([status]);
    expect(text).toContain(`{"error":{"code":"${code}"`);
    expect(text).toMatch(/x-content-type-options: nosniff/i);
  });

  test('B40: with two hosts is refused', async () => {
    const text = await send(`GET /healthz HTTP/1.1\r\nhost: a.example\r\n${LAST}`);
    expect(statusesOf(text)).toEqual([400]);
    expect(text).toContain('bad_request_target');
  });

  test('B40: with a host that is none is refused', async () => {
    const text = await send('GET /healthz HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n');
    expect(statusesOf(text)).toEqual([400]);
  });
});

describe('a request that Node refuses', () => {
  test.each([
    ['a length and chunks', `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`],
    ['two lengths', `${POST}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    ['a bare line feed', 'GET /healthz HTTP/1.1\nhost: localhost\n\n'],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ])('B40: for %s', async (_row, text) => {
    expect(statusesOf(await send(text))).toEqual([400]);
  });

  test('B41: for what it expects', async () => {
    const text = await send(
      `${POST}expect: magic\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
    );
    expect(statusesOf(text)).toEqual([417]);
  });

  test('B41: CONNECT, by closing the socket', async () => {
    expect(await send('CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n')).toBe('');
  });
});

describe('an unusual request that is served', () => {
  test('B41: after 100 Continue', async () => {
    const head = `${POST}expect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n`;
    expect(statusesOf(await send(head, '{}'))).toEqual([100, 400]);
  });

  test('B41: two in one packet, in their order', async () => {
    const first = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n';
    expect(statusesOf(await send(`${first}GET /nothing HTTP/1.1\r\n${LAST}`))).toEqual([200, 404]);
  });

  test('B41: HTTP/1.0 without a host', async () => {
    expect(await send('GET /healthz HTTP/1.0\r\n\r\n')).toContain('{"status":"ok"}');
  });

  test('B41: with an upgrade, which is ignored', async () => {
    const upgrade = 'upgrade: websocket\r\nconnection: upgrade\r\n';
    const request = `GET /healthz HTTP/1.1\r\n${upgrade}host: localhost\r\n\r\n`;
    const text = await exchangeBytes(edge.port, [request], (soFar) => soFar.includes('ok'));
    expect(statusesOf(text)).toEqual([200]);
  });

  test('B43: with forged forwarding headers, which change nothing', async () => {
    const forged = { 'x-forwarded-for': '8.8.8.8', 'x-forwarded-proto': 'https' };
    const answer = await edge.signUp({}, forged);
    expect(answer.code).toBe('invalid_code');
  });

  test('B01: TRACE is answered with the methods there are', async () => {
    const text = await send(`TRACE /v1/signups HTTP/1.1\r\n${LAST}`);
    expect(statusesOf(text)).toEqual([405]);
    expect(text).toMatch(/allow: POST/i);
  });
});

describe('a body', () => {
  test('B09: declared too large is refused before it is sent', async () => {
    const text = await send(`${POST}content-length: 16385\r\n\r\n`);
    expect(statusesOf(text)).toEqual([413]);
    expect(text).toContain('body_too_large');
  });

  test('B09: sent too large in chunks is refused', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const text = await send(`${POST}transfer-encoding: chunked\r\n\r\n`, chunk, chunk);
    expect(statusesOf(text)).toEqual([413]);
  });

  test('B09: declared small and sent large is refused, the rest with it', async () => {
    const text = await send(`${POST}content-length: 5\r\n\r\n{"code":"x"}`);
    // Node closes on the rest, at times before our own answer to the cut body is out.
    expect(new Set(statusesOf(text))).toEqual(new Set([400]));
  });
});

describe('a slow sender', () => {
  test('B39: of headers is cut off, while others are served', async () => {
    const slow = send('GET /healthz HTTP/1.1\r\n', 'host: local');
    expect((await edge.call('/healthz')).status).toBe(200);
    expect(statusesOf(await slow)).toEqual([408]);
  });

  test('B39: of a body is cut off', async () => {
    const startedAtMs = performance.now();
    expect(statusesOf(await send(`${POST}content-length: 100\r\n\r\n{`))).toEqual([408]);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
  });

  test('B39: has at most 15 s in production', () => {
    const { headersTimeout, requestTimeout, connectionsCheckingInterval } = SERVER_LIMITS;
    expect(Math.max(headersTimeout, requestTimeout) + 2 * connectionsCheckingInterval).toBeLessThan(
      15_000,
    );
  });
});

describe('headers', () => {
  test('of more than 16 KiB are refused', async () => {
    const text = await send(`GET /healthz HTTP/1.1\r\nx: ${'y'.repeat(17_000)}\r\n${LAST}`);
    expect(statusesOf(text)).toEqual([431]);
  });
});

describe('TLS in front', () => {
  test('is what browsers are told to stay with, where there is one', async () => {
    const header = 'strict-transport-security';
    expect((await edge.call('/healthz')).headers.get(header)).toBeNull();
    const open = await openEdge({ isBehindTls: true });
    expect((await open.call('/healthz')).headers.get(header)).toBe('max-age=31536000');
    await open.close();
  });
});

describe('any bytes at all', () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
  );
  const headers = { 'content-type': 'application/json' };

  test('are refused by the signup callback, with an error we document', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const answer = await edge.call('/v1/signups', {
          ...{ method: 'POST', headers },
          body: new Uint8Array(bytes),
        });
        expect(answer.status).toBe(400);
        expect(Object.keys(HTTP_ERRORS)).toContain(answer.code);
      }),
      { numRuns: 150 },
    );
  });

  test('are answered by the webhook, even when they are signed', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const signed = { ...headers, 'x-hub-signature-256': sign(bytes) };
        const answer = await edge.call('/v1/webhooks/meta', {
          ...{ method: 'POST', headers: signed },
          body: new Uint8Array(bytes),
        });
        expect(answer.status).toBe(400);
      }),
      { numRuns: 150 },
    );
  });
});

describe('health', () => {
  test('tells that the process lives, and what it needs by name', async () => {
    expect(JSON.parse((await edge.call('/readyz')).text)).toEqual({
      status: 'ok',
      store: 'ok',
      temporal: 'ok',
    });
    edge.temporal.mood = 'down';
    const answer = await edge.call('/readyz');
    edge.temporal.mood = 'up';
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toEqual({
      status: 'unavailable',
      store: 'ok',
      temporal: 'unavailable',
    });
  });
});

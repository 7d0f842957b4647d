import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { Agent, buildConnector } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Secret } from '../../src/domain/secret.ts';
import { GraphOutcomeUnknown, GraphUnreachable, type WhyUnknown } from '../../src/graph/errors.ts';
import { clientOf, failureOf, listen, registration, serve, serveSocket, TOKEN } from './servers.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const SUCCESS = '{"success":true}';

/** An address where nothing listens any more. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

const drip = (socket: Socket): void => {
  socket.write(`${HEAD}content-length: ${SUCCESS.length}\r\n\r\n`);
  let sent = 0;
  const timer = setInterval(() => socket.write(SUCCESS[sent++] ?? ''), 100);
  socket.on('close', () => {
    clearInterval(timer);
  });
};

describe('a registration that was not sent', () => {
  it('is unreachable when the connection is refused', async () => {
    const error = await failureOf(clientOf(await deadUrl()).register(registration));
    expect(error).toBeInstanceOf(GraphUnreachable);
    expect(error).toMatchObject({
      name: 'GraphUnreachable',
      message:
        'Could not register the number: Graph was not reached (ECONNREFUSED). Nothing was sent.',
    });
  });

  it('is unreachable when the host is unknown', async () => {
    const client = clientOf('http://graph.invalid');
    const error = await failureOf(client.register(registration));
    expect(error).toBeInstanceOf(GraphUnreachable);
  });

  it('is unreachable when https meets a plain port', async () => {
    const server = await serve({ body: { success: true } });
    const url = server.url.replace('http:', 'https:');
    const error = await failureOf(clientOf(url).register(registration));
    expect(error).toBeInstanceOf(GraphUnreachable);
    expect(server.seen).toEqual([]);
  });

  it('is unreachable when the caller had already stopped', async () => {
    const server = await serve({ body: { success: true } });
    const signal = AbortSignal.abort();
    const error = await failureOf(clientOf(server.url).register({ ...registration, signal }));
    expect(error).toBeInstanceOf(GraphUnreachable);
    expect(server.seen).toEqual([]);
  });
});

describe('a registration without a usable answer', () => {
  it.each<[string, (socket: Socket) => void, WhyUnknown]>([
    ['is reset before the headers', (socket) => socket.resetAndDestroy(), 'reset'],
    ['is closed before the headers', (socket) => socket.end(), 'reset'],
    [
      'is closed inside the headers',
      (socket) => {
        socket.write(HEAD);
        setTimeout(() => socket.end(), 10);
      },
      'reset',
    ],
    [
      'is reset inside the body',
      (socket) => {
        socket.write(`${HEAD}content-length: 100\r\n\r\n{"succ`);
        setTimeout(() => socket.resetAndDestroy(), 10);
      },
      'reset',
    ],
    [
      'is shorter than declared, though it reads as success',
      (socket) => socket.end(`${HEAD}content-length: 100\r\n\r\n${SUCCESS}`),
      'reset',
    ],
    [
      'is cut between two chunks',
      (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n10\r\n${SUCCESS}\r\n`),
      'reset',
    ],
    ['is not HTTP', (socket) => socket.end('220 mail.example.org ESMTP\r\n'), 'reset'],
    [
      'has 40 KB of headers',
      (socket) => socket.end(`${HEAD}x: ${'x'.repeat(40_000)}\r\n\r\n`),
      'reset',
    ],
    ['never comes', () => undefined, 'timeout'],
    ['drips', drip, 'timeout'],
    [
      'is a redirect whose body never ends',
      (socket) =>
        socket.write('HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 100\r\n\r\n<'),
      'redirect',
    ],
    [
      'is compressed',
      (socket) => {
        const body = gzipSync(' '.repeat(5_000_000));
        socket.write(`${HEAD}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
        socket.write(body);
      },
      'not_json',
    ],
  ])('%s: the outcome is unknown', async (_, act, why) => {
    const server = await serveSocket(act);
    // A deadline of 400 ms, so that a body of 1.6 s is late; the other answers end long before it.
    const client = clientOf(server.url, { timeoutMs: 400 });
    const error = await failureOf(client.register(registration));
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(error).toMatchObject({ why, refusal: undefined });
    expect(server.requests()).toBe(1);
  });

  it('goes to no other host on a redirect', async () => {
    const elsewhere = await serve({ body: { success: true } });
    const headers = { location: `${elsewhere.url}/v25.0/1/register` };
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve({ status, headers, body: '' });
      const error = await failureOf(clientOf(server.url).register(registration));
      expect(error).toMatchObject({ why: 'redirect' });
    }
    expect(elsewhere.seen).toEqual([]);
  });

  it('is let go of when its body is not read', async () => {
    const closed = new Promise((resolve) => {
      void serveSocket((socket) => {
        socket.on('close', resolve);
        socket.write('HTTP/1.1 302 Found\r\ncontent-length: 100\r\n\r\n<');
      }).then(({ url }) => failureOf(clientOf(url).register(registration)));
    });
    await closed;
  });

  it('is late at the deadline although the caller would wait', async () => {
    const server = await serveSocket(() => undefined);
    const { signal } = new AbortController();
    const client = clientOf(server.url, { timeoutMs: 200 });
    const error = await failureOf(client.register({ ...registration, signal }));
    expect(error).toMatchObject({ name: 'GraphOutcomeUnknown', why: 'timeout' });
  });

  it('is not sent again when a kept connection has died', async () => {
    const sockets: Socket[] = [];
    const server = createServer((request, response) => {
      sockets.push(request.socket);
      if (sockets.length === 2) request.socket.resetAndDestroy();
      else response.end(SUCCESS);
    });
    onTestFinished(() => void server.close());
    const client = clientOf(await listen(server));
    await client.register(registration);
    await new Promise(setImmediate);
    const error = await failureOf(client.register(registration));
    expect(error).toMatchObject({ why: 'reset' });
    expect(sockets).toHaveLength(2);
    expect(sockets[1] === sockets[0]).toBe(true);
  });

  it('ends with the caller, whatever reason is given', async () => {
    const server = await serveSocket(() => undefined);
    const reason = Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort(reason);
    }, 50);
    const call = clientOf(server.url).register({ ...registration, signal: stop.signal });
    const error = await failureOf(call);
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(error).toMatchObject({ why: 'aborted' });
    expect(server.requests()).toBe(1);
  });
});

describe('a client', () => {
  it('stops reading an endless answer at its limit', async () => {
    let written = 0;
    const server = await serveSocket((socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', more);
      more();
    });
    const error = await failureOf(clientOf(server.url).register(registration));
    expect(error).toMatchObject({ why: 'too_big' });
    const atTheEnd = written;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(written - atTheEnd).toBeLessThan(0x200000);
  });

  it("leaves nothing behind on the caller's signal", async () => {
    const server = await serve({ body: { success: true } });
    const { signal } = new AbortController();
    const client = clientOf(server.url);
    for (let n = 0; n < 3; n++) await client.register({ ...registration, signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('closes its own connections, and leaves those of a given dispatcher alone', async () => {
    const server = await serve({ body: { success: true } });
    const own = clientOf(server.url);
    await own.register(registration);
    await own.close();
    await failureOf(own.register(registration));
    expect(server.seen).toHaveLength(1);
    const dispatcher = new Agent();
    const first = clientOf(server.url, { dispatcher });
    await first.close();
    await clientOf(server.url, { dispatcher }).register(registration);
    await dispatcher.close();
  });
});

describe('the exchange of a signup code', () => {
  const code = new Secret('AQBsignupcode');
  const answer = { body: { access_token: TOKEN } };

  /** The first connections go to a port where nothing listens. */
  async function refusedAtFirst(
    times: number,
  ): Promise<{ dispatcher: Agent; tries: () => number }> {
    const { port } = new URL(await deadUrl());
    const connect = buildConnector({});
    let tries = 0;
    const dispatcher = new Agent({
      connect: (options, done) => {
        connect(++tries > times ? options : { ...options, port }, done);
      },
    });
    onTestFinished(() => dispatcher.close());
    return { dispatcher, tries: () => tries };
  }

  it('is repeated once when nothing was sent', async () => {
    const server = await serve(answer);
    const { dispatcher, tries } = await refusedAtFirst(1);
    const token = await clientOf(server.url, { dispatcher }).exchangeCode({ code });
    expect(token.reveal()).toBe(TOKEN);
    expect(tries()).toBe(2);
  });

  it('is not repeated twice', async () => {
    const server = await serve(answer);
    const { dispatcher, tries } = await refusedAtFirst(2);
    const error = await failureOf(clientOf(server.url, { dispatcher }).exchangeCode({ code }));
    expect(error).toBeInstanceOf(GraphUnreachable);
    expect(tries()).toBe(2);
    expect(server.seen).toEqual([]);
  });

  it('ends at the deadline of the call', async () => {
    const server = await serveSocket(() => undefined);
    const client = clientOf(server.url, { timeoutMs: 200 });
    const error = await failureOf(client.exchangeCode({ code }));
    expect(error).toMatchObject({ name: 'GraphOutcomeUnknown', why: 'timeout' });
    expect(server.requests()).toBe(1);
  });

  it('is not repeated when the answer was lost', async () => {
    const server = await serveSocket((socket) => socket.resetAndDestroy());
    const error = await failureOf(clientOf(server.url).exchangeCode({ code }));
    expect(error).toBeInstanceOf(GraphOutcomeUnknown);
    expect(server.requests()).toBe(1);
  });

  it('is not repeated when Meta refuses', async () => {
    const server = await serve({ status: 400, body: { error: { code: 100 } } });
    await failureOf(clientOf(server.url).exchangeCode({ code }));
    expect(server.seen).toHaveLength(1);
  });

  it('is the only call that is repeated: a registration is not', async () => {
    const server = await serve(answer);
    const { dispatcher, tries } = await refusedAtFirst(1);
    await failureOf(clientOf(server.url, { dispatcher }).register(registration));
    expect(tries()).toBe(1);
  });
});

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  createServer as createSocketServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { text } from 'node:stream/consumers';

import { onTestFinished } from 'vitest';

import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import {
  createGraphClient,
  type GraphClient,
  type GraphClientOptions,
} from '../../src/graph/client.ts';
import type { Certified } from './certificates.ts';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** What is not text is written as JSON. */
  readonly body?: unknown;
}

/** A server that lives as long as the test and answers what `answerTo` says; over TLS if it is certified. */
export async function serve(
  answerTo: Answer | ((seen: Seen, n: number) => Answer),
  certified?: Certified,
): Promise<{ url: string; seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const arrived = { method, url: new URL(url, 'http://graph.test'), headers, body };
      seen.push(arrived);
      const answer = typeof answerTo === 'function' ? answerTo(arrived, seen.length) : answerTo;
      response.writeHead(answer.status ?? 200, {
        'content-type': 'application/json; charset=UTF-8',
        ...answer.headers,
      });
      response.end(bytesOf(answer.body));
    });
  };
  const server =
    certified === undefined ? createServer(listener) : createTlsServer(certified, listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = await listen(server);
  return { url: certified === undefined ? url : url.replace('http:', 'https:'), seen };
}

/** A server that does with a socket what `act` says, once the first request has arrived on it. */
export async function serveSocket(
  act: (socket: Socket) => void,
): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requests++;
      act(socket);
    });
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: await listen(server), requests: () => requests };
}

export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${portOf(server.address())}`;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

function bytesOf(body: unknown): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return JSON.stringify(body ?? {});
}

export const APP_ID = '634565435';
export const APP_SECRET = 'app-secret-of-the-test';
export const TOKEN = 'EAAJsampleBusinessToken0123456789';

export function clientOf(
  url: string,
  options: Partial<GraphClientOptions> = {},
): GraphClient & { close(): Promise<void> } {
  const client = createGraphClient({
    baseUrl: url,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: new Secret(APP_SECRET),
    timeoutMs: 5000,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

export function phoneNumberId(text: string): PhoneNumberId {
  if (!isPhoneNumberId(text)) throw new Error('not a phone number id');
  return text;
}

export function wabaId(text: string): WabaId {
  if (!isWabaId(text)) throw new Error('not an account id');
  return text;
}

/** Ids of Meta's own samples. */
export const NUMBER = phoneNumberId('1972385232742141');
export const WABA = wabaId('102290129340398');

/** The arguments of a register call. */
export const registration = {
  phoneNumberId: NUMBER,
  token: new Secret(TOKEN),
  pin: new Secret('150954'),
};

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('this call should have failed');
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

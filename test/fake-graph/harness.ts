import { createServer } from 'node:http';

import { request } from 'undici';
import { z } from 'zod';

import { startFakeGraph } from '../../fake-graph/server.ts';
import type { FakeGraphOptions } from '../../fake-graph/server.ts';

export const APP_ID = '670843887433847';
export const APP_SECRET = 'fake-app-secret';
const START = '2026-11-22T10:00:00.000Z';

const json = z.record(z.string(), z.unknown());
const errorSchema = z.looseObject({
  message: z.string(),
  type: z.string(),
  code: z.number(),
  error_subcode: z.number().optional(),
  error_user_title: z.string().optional(),
  error_user_msg: z.string().optional(),
  error_data: z.looseObject({ details: z.string() }).optional(),
  fbtrace_id: z.string(),
});

export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export const bodyOf = ({ text }: Answered): Record<string, unknown> => json.parse(JSON.parse(text));

/** The refusal in an answer; fails the test when it holds none. */
export const errorOf = (answer: Answered): z.infer<typeof errorSchema> & { http: number } => ({
  ...errorSchema.parse(bodyOf(answer)['error']),
  http: answer.status,
});

const rowSchema = z.looseObject({
  method: z.string(),
  path: z.string(),
  effectApplied: z.boolean(),
  answerDelivered: z.boolean(),
  http: z.number().optional(),
  code: z.number().optional(),
  pinSha256: z.string().optional(),
  concurrent: z.number().optional(),
  fault: z.string().optional(),
});
const deliverySchema = z.looseObject({
  id: z.string(),
  field: z.string(),
  state: z.string(),
  body: z.string(),
  attempts: z.array(z.looseObject({ at: z.string(), http: z.number().optional() })),
});
const signupSchema = z.object({
  code: z.string(),
  message: z.string(),
  phone_number_id: z.string(),
  waba_id: z.string(),
});

export type Row = z.infer<typeof rowSchema>;
export type Sent = z.infer<typeof deliverySchema>;

export interface Ask {
  token?: string;
  body?: unknown;
  form?: string;
  signal?: AbortSignal;
}

type Json = Record<string, unknown>;

export interface Onboarded {
  number: string;
  waba: string;
  code: string;
  token: string;
}

export interface Client {
  url: string;
  send: (method: string, path: string, ask?: Ask) => Promise<Answered>;
  /** A call of the control API; throws when it is refused. */
  order: (method: string, path: string, body?: unknown) => Promise<Json>;
  graph: (method: string, path: string, ask?: Ask) => Promise<Answered>;
  signUp: (given?: Json) => Promise<z.output<typeof signupSchema>>;
  tokenFor: (...wabas: string[]) => Promise<string>;
  /** A finished signup and a token for its account. */
  onboard: (given?: Json) => Promise<Onboarded>;
  register: (number: string, token: string, pin?: string) => Promise<Answered>;
  read: (node: string, token: string, fields?: string) => Promise<Json>;
  advance: (span: string) => Promise<Json>;
  ledger: (number?: string) => Promise<Row[]>;
  webhooks: () => Promise<Sent[]>;
}

/** A client of the emulator that knows nothing of it but its URL. */
export function clientOf(url: string): Client {
  const send = async (method: string, path: string, ask: Ask = {}): Promise<Answered> => {
    const headers: Record<string, string> = {};
    if (ask.token !== undefined) headers['authorization'] = `Bearer ${ask.token}`;
    if (ask.body !== undefined) headers['content-type'] = 'application/json';
    if (ask.form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    const body = ask.form ?? (ask.body === undefined ? null : JSON.stringify(ask.body));
    const answer = await request(url + path, {
      method,
      headers,
      body,
      ...(ask.signal && { signal: ask.signal }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const order = async (method: string, path: string, body?: unknown) => {
    const answer = await send(method, `/_fake/${path}`, { body });
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return bodyOf(answer);
  };
  const graph = (method: string, path: string, ask?: Ask) => send(method, `/v25.0/${path}`, ask);
  const signUp = async (given: Record<string, unknown> = {}) =>
    signupSchema.parse(await order('POST', 'signup', given));
  const tokenFor = async (...wabas: string[]) =>
    z.string().parse((await order('POST', 'tokens', { wabas }))['value']);

  return {
    url,
    send,
    order,
    graph,
    signUp,
    tokenFor,
    /** A finished signup and a token for its account. */
    onboard: async (given?: Record<string, unknown>) => {
      const signup = await signUp(given);
      const token = await tokenFor(signup.waba_id);
      return { number: signup.phone_number_id, waba: signup.waba_id, code: signup.code, token };
    },
    register: (number: string, token: string, pin = '123456') =>
      graph('POST', `${number}/register`, { token, body: { messaging_product: 'whatsapp', pin } }),
    read: async (node: string, token: string, fields = '') =>
      bodyOf(await graph('GET', `${node}?fields=${fields}`, { token })),
    advance: (span: string) => order('POST', 'clock', { advance: span }),
    ledger: async (number = '') => {
      const path = number === '' ? 'ledger' : `ledger?number=${number}`;
      return z.array(rowSchema).parse((await order('GET', path))['requests']);
    },
    webhooks: async () =>
      z.array(deliverySchema).parse((await order('GET', 'webhooks'))['deliveries']),
  };
}

/** An emulator of its own on a frozen clock at START, with the given switches. */
export async function startFrozen(
  reset: Record<string, unknown> = {},
  options: FakeGraphOptions = {},
): Promise<Client & { close: () => Promise<void> }> {
  const fake = await startFakeGraph({ clock: { mode: 'frozen', factor: 1 }, ...options });
  const client = clientOf(fake.url);
  await client.order('POST', 'reset', { now: START, ...reset });
  return { ...client, close: fake.close };
}

export interface Heard {
  body: Buffer;
  signature: string | undefined;
  url: string;
}

export interface Receiver {
  url: string;
  heard: Heard[];
  close: () => Promise<void>;
}

/** A webhook receiver that keeps what it got, and answers as told: 200 unless `answers` holds another status. */
export async function startReceiver(answers: number[] = []): Promise<Receiver> {
  const heard: Heard[] = [];
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://receiver');
    const challenge = url.searchParams.get('hub.challenge');
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      if (challenge !== null) {
        const isOurs = url.searchParams.get('hub.verify_token') === 'fake-verify-token';
        response.writeHead(isOurs ? 200 : 403).end(isOurs ? challenge : '');
        return;
      }
      const signature = incoming.headers['x-hub-signature-256'];
      heard.push({
        body: Buffer.concat(chunks),
        signature: typeof signature === 'string' ? signature : undefined,
        url: url.pathname,
      });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}/hook`,
    heard,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

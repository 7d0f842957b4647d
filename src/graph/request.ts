import { createHmac } from 'node:crypto';

import { request, type Dispatcher } from 'undici';

import { Secret } from '../domain/secret.ts';
import { GraphOutcomeUnknown, GraphUnreachable, type WhyUnknown } from './errors.ts';
import { faultWord, wasSent } from './transport-faults.ts';
import type { AnswerHeaders } from './usage.ts';

export interface Transport {
  readonly baseUrl: string;
  readonly version: string;
  readonly appSecret: Secret;
  readonly dispatcher: Dispatcher;
}

type Parameters = Readonly<Record<string, string | Secret>>;

export interface GraphCall {
  /** Completes "could not …" in an error. */
  readonly attempted: string;
  readonly method: 'GET' | 'POST';
  /** Below the version. Ids in it are checked by the caller. */
  readonly path: string;
  readonly query?: Parameters;
  readonly json?: Parameters;
  readonly token?: Secret;
  readonly maxBytes: number;
  /** Ends the whole call, its body included. */
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly http: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/**
 * Sends one request, once.
 * @throws GraphUnreachable if nothing was sent
 * @throws GraphOutcomeUnknown if no complete, readable answer came
 */
export async function send(transport: Transport, call: GraphCall): Promise<RawAnswer> {
  if (call.signal.aborted) throw new GraphUnreachable(call.attempted, 'aborted before the start');
  try {
    const response = await request(urlOf(transport, call), {
      dispatcher: transport.dispatcher,
      method: call.method,
      headers: headersOf(call),
      body: call.json === undefined ? null : JSON.stringify(revealed(call.json)),
      signal: call.signal,
    });
    return {
      http: response.statusCode,
      headers: response.headers,
      text: await textOf(response, call),
    };
  } catch (error) {
    throw failureOf(call, error);
  }
}

/** Every secret the request carried: Meta's texts may repeat one. */
export function secretsOf(call: GraphCall): readonly Secret[] {
  const values = [
    call.token,
    ...Object.values(call.query ?? {}),
    ...Object.values(call.json ?? {}),
  ];
  return values.filter((value) => value instanceof Secret);
}

function urlOf(transport: Transport, call: GraphCall): URL {
  const url = new URL(`/${transport.version}/${call.path}`, transport.baseUrl);
  const query = new URLSearchParams(revealed(call.query ?? {}));
  // Meta's `error_user_msg` comes in the account's language, and some causes can be told apart by that text only.
  if (call.method === 'POST') query.set('locale', 'en_US');
  if (call.token !== undefined) {
    const proof = createHmac('sha256', transport.appSecret.reveal()).update(call.token.reveal());
    query.set('appsecret_proof', proof.digest('hex'));
  }
  url.search = query.toString();
  return url;
}

function headersOf(call: GraphCall): Record<string, string> {
  return {
    accept: 'application/json',
    // A compressed answer could be small on the wire and huge in memory.
    'accept-encoding': 'identity',
    ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token.reveal()}` }),
  };
}

function revealed(parameters: Parameters): Record<string, string> {
  const entries = Object.entries(parameters);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value instanceof Secret ? value.reveal() : value]),
  );
}

async function textOf(response: Dispatcher.ResponseData, call: GraphCall): Promise<string> {
  const refused = whyNotRead(response);
  if (refused !== undefined) {
    // Without a listener, dropping the body would end the process.
    response.body.on('error', () => undefined).destroy();
    throw new GraphOutcomeUnknown(call.attempted, refused);
  }
  const bytes = await bytesOf(response.body, call);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new GraphOutcomeUnknown(call.attempted, 'not_json');
  }
}

function whyNotRead({ statusCode, headers }: Dispatcher.ResponseData): WhyUnknown | undefined {
  if (statusCode >= 300 && statusCode <= 399) return 'redirect';
  return (headers['content-encoding'] ?? 'identity') === 'identity' ? undefined : 'not_json';
}

async function bytesOf(body: AsyncIterable<unknown>, call: GraphCall): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > call.maxBytes) throw new GraphOutcomeUnknown(call.attempted, 'too_big');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// The transport's error is not kept as a cause: it is not ours, and may hold addresses, headers or a piece of the answer.
function failureOf(call: GraphCall, error: unknown): Error {
  if (error instanceof GraphOutcomeUnknown) return error;
  if (call.signal.aborted) return new GraphOutcomeUnknown(call.attempted, whyAborted(call.signal));
  if (wasSent(error) === 'no') return new GraphUnreachable(call.attempted, faultWord(error));
  return new GraphOutcomeUnknown(call.attempted, 'reset');
}

function whyAborted({ reason }: { readonly reason: unknown }): WhyUnknown {
  return reason instanceof Error && reason.name === 'TimeoutError' ? 'timeout' : 'aborted';
}

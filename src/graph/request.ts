import { createHmac } from 'node:crypto';

import type { Dispatcher } from 'undici';

import { Secret } from '../domain/secret.ts';
import { exchange, type RawAnswer } from './wire.ts';

export interface Transport {
  readonly baseUrl: string;
  readonly version: string;
  readonly appSecret: Secret;
  readonly dispatcher: Dispatcher;
}

type Query = Readonly<Record<string, string | Secret>>;

export interface JsonBody {
  readonly [name: string]: string | boolean | Secret | JsonBody;
}

export interface GraphCall {
  /** Completes "could not …" in an error. */
  readonly attempted: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the version. Ids in it are checked by the caller. */
  readonly path: string;
  readonly query?: Query;
  /** Of a POST. Meta takes parameters in the query as well, where a code would end in the logs of proxies. */
  readonly json?: JsonBody;
  readonly token?: Secret;
  readonly maxBytes: number;
  /** Ends the whole call, its body included. */
  readonly signal: AbortSignal;
}

/**
 * Sends one request, once.
 * @throws GraphUnreachable if nothing was sent
 * @throws GraphOutcomeUnknown if no complete, readable answer came
 */
export async function send(transport: Transport, call: GraphCall): Promise<RawAnswer> {
  const { attempted, method, maxBytes, signal } = call;
  return exchange({
    ...{ attempted, method, maxBytes, signal, peer: 'Graph' },
    url: urlOf(transport, call),
    headers: headersOf(call),
    body: call.json === undefined ? null : jsonOf(call.json),
    dispatcher: transport.dispatcher,
  });
}

/** Every secret the request carried: Meta's texts may repeat one. */
export function secretsOf({ token, query = {}, json = {} }: GraphCall): readonly Secret[] {
  return [...(token === undefined ? [] : [token]), ...secretsIn(query), ...secretsIn(json)];
}

/** The secrets of a body, however deep. */
export function secretsIn(values: JsonBody): readonly Secret[] {
  return Object.values(values).flatMap((value) => {
    if (value instanceof Secret) return [value];
    return typeof value === 'object' ? secretsIn(value) : [];
  });
}

/** The only place where the secrets of a body are revealed. */
export function jsonOf(body: JsonBody): string {
  return JSON.stringify(revealed(body));
}

function revealed(body: JsonBody): object {
  const entries = Object.entries(body).map(([name, value]) => {
    if (value instanceof Secret) return [name, value.reveal()] as const;
    return [name, typeof value === 'object' ? revealed(value) : value] as const;
  });
  return Object.fromEntries(entries);
}

function urlOf(transport: Transport, call: GraphCall): URL {
  const url = new URL(`/${transport.version}/${call.path}`, transport.baseUrl);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {}))
    query.set(name, value instanceof Secret ? value.reveal() : value);
  // Meta's `error_user_msg` comes in the account's language, and some causes can be told apart by that text only.
  if (call.method !== 'GET') query.set('locale', 'en_US');
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

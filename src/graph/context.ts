import type { Dispatcher } from 'undici';
import type { z } from 'zod';

import type { Secret } from '../domain/secret.ts';
import { confirmWrite, readAnswer } from './answers.ts';
import { checkedToken } from './checks.ts';
import type { NumberFields } from './number-fields.ts';
import { send, type GraphCall, type Transport } from './request.ts';
import { successSchema } from './schemas.ts';
import { usagesOf, type Usage } from './usage.ts';
import type { Warnings } from './warnings.ts';
import { within, type RawAnswer } from './wire.ts';

/** Every answer fits in it, except one with certificates. */
export const MAX_BYTES = 256 * 1024;

export interface TokenArgs {
  readonly token: Secret;
  readonly signal?: AbortSignal;
}

export interface GraphClientOptions {
  /** `https://graph.facebook.com`: no user, path or query. */
  readonly baseUrl: string;
  /** `v25.0` */
  readonly version: string;
  readonly appId: string;
  readonly appSecret: Secret;
  /** Of one call, from the first byte sent to the last one read. */
  readonly timeoutMs: number;
  /** Its owner closes it. */
  readonly dispatcher?: Dispatcher;
  /** Told once of each surprise that breaks nothing, in a sentence without values. */
  readonly onWarning?: (text: string) => void;
  /** Told what each answer, good or bad, says about Meta's limits. It must not throw. */
  readonly onUsage?: (usage: Usage) => void;
  /**
   * Stands around each request, for who counts or traces it: runs `send` once and passes on what comes of it. `call` is one of our
   * phrases, such as `read the number`, and holds nothing of the request.
   */
  readonly around?: <Answer>(call: string, send: () => Promise<Answer>) => Promise<Answer>;
}

/** What the calls of one client share. */
export interface Context {
  readonly options: GraphClientOptions;
  readonly transport: Transport;
  readonly fields: NumberFields;
  readonly warnings: Warnings;
}

/** What one call asks for: its own part of a request. */
export type Asked = Pick<GraphCall, 'attempted' | 'path' | 'query' | 'json'> &
  Partial<Pick<GraphCall, 'maxBytes'>>;

export function callFor(
  { options }: Context,
  { token, signal }: TokenArgs,
): Pick<GraphCall, 'token' | 'maxBytes' | 'signal'> & { readonly method: 'GET' } {
  return {
    method: 'GET',
    token: checkedToken(token),
    maxBytes: MAX_BYTES,
    signal: within(options.timeoutMs, signal),
  };
}

/** Sends the call and reads what comes back. */
export async function ask<T>(
  context: Context,
  call: GraphCall,
  read: (raw: RawAnswer) => T,
): Promise<T> {
  const { around } = context.options;
  const work = async (): Promise<T> => read(await answerTo(context, call));
  return around === undefined ? work() : around(call.attempted, work);
}

async function answerTo(context: Context, call: GraphCall): Promise<RawAnswer> {
  const raw = await send(context.transport, call);
  context.warnings.otherVersion(raw.headers);
  for (const usage of usagesOf(raw.headers)) context.options.onUsage?.(usage);
  return raw;
}

export async function get<T>(
  context: Context,
  args: TokenArgs,
  { schema, ...asked }: Asked & { readonly schema: z.ZodType<T> },
): Promise<T> {
  const call = { ...callFor(context, args), ...asked };
  return ask(context, call, (raw) => readAnswer(call, raw, schema));
}

export async function post(context: Context, args: TokenArgs, asked: Asked): Promise<void> {
  await create(context, args, { ...asked, schema: successSchema });
}

export async function create<T>(
  context: Context,
  args: TokenArgs,
  { schema, ...asked }: Asked & { readonly schema: z.ZodType<T> },
): Promise<T> {
  const call: GraphCall = { ...callFor(context, args), ...asked, method: 'POST' };
  return ask(context, call, (raw) => confirmWrite(call, raw, schema));
}

export async function remove(context: Context, args: TokenArgs, asked: Asked): Promise<void> {
  const call: GraphCall = { ...callFor(context, args), ...asked, method: 'DELETE' };
  await ask(context, call, (raw) => confirmWrite(call, raw, successSchema));
}

import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';

import {
  isPhoneNumberId,
  isWabaId,
  type PhoneNumberId,
  type WabaId,
} from '../domain/phone-number.ts';
import { Secret } from '../domain/secret.ts';
import { confirmWrite, readAnswer } from './answers.ts';
import { GraphMalformed, GraphUnreachable } from './errors.ts';
import type { PhoneNumber, TokenFacts } from './facts.ts';
import { createNumberFields, type NumberFields } from './number-fields.ts';
import { send, type GraphCall, type RawAnswer, type Transport } from './request.ts';
import {
  accessTokenSchema,
  isBareToken,
  phoneNumberPageSchema,
  phoneNumberSchema,
  subscribedAppsSchema,
  tokenFactsSchema,
} from './schemas.ts';
import { createWarnings, type Warnings } from './warnings.ts';

export type { PhoneNumber, TokenFacts } from './facts.ts';

/** A signup code lives 30 seconds and the browser waits meanwhile. */
const EXCHANGE_TIMEOUT_MS = 5000;
/** Shorter than any call's deadline: only this limit, unlike the deadline, proves that nothing was sent. */
const CONNECT_TIMEOUT_MS = 3000;
const MAX_BYTES = 256 * 1024;
const MAX_BYTES_WITH_CERTIFICATE = 2 * 1024 * 1024;
/** Meta's greatest page. */
const PAGE_SIZE = 100;
const MAX_PAGES = 400;

interface TokenArgs {
  readonly token: Secret;
  readonly signal?: AbortSignal;
}

/**
 * Meta's Graph API as far as an onboarding needs it. Every call throws GraphUnreachable, GraphOutcomeUnknown or
 * GraphRefused; a read also GraphMalformed. No error holds a token, PIN, code or URL. Nothing is repeated inside, except
 * where a method says so.
 */
export interface GraphClient {
  /** The business token for a signup code. Repeated once, only if nothing was sent: a code can be used once. */
  exchangeCode(args: { readonly code: Secret; readonly signal?: AbortSignal }): Promise<Secret>;
  /** What Meta knows about a token, asked in the app's name. */
  debugToken(args: TokenArgs): Promise<TokenFacts>;
  /**
   * Every number of an account, in Meta's order. Reads page after page while it is iterated; a list that repeats a cursor
   * or does not end within 400 pages is GraphMalformed, so that nothing is concluded from a part.
   */
  listPhoneNumbers(args: TokenArgs & { readonly wabaId: WabaId }): AsyncIterable<PhoneNumber>;
  readPhoneNumber(
    args: TokenArgs & { readonly phoneNumberId: PhoneNumberId },
  ): Promise<PhoneNumber>;
  /** The apps that receive the account's webhooks. */
  subscribedAppIds(args: TokenArgs & { readonly wabaId: WabaId }): Promise<readonly string[]>;
  /** Also removes a webhook override of the account: look at `subscribedAppIds` first. */
  subscribeApp(args: TokenArgs & { readonly wabaId: WabaId }): Promise<void>;
  /** One request, which Meta counts, good or bad. Returns only if Meta said success. */
  register(
    args: TokenArgs & { readonly phoneNumberId: PhoneNumberId; readonly pin: Secret },
  ): Promise<void>;
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
}

interface Context {
  readonly options: GraphClientOptions;
  readonly transport: Transport;
  readonly fields: NumberFields;
  readonly warnings: Warnings;
}

/** @throws TypeError if the base URL or the version is not of the form above */
export function createGraphClient(
  options: GraphClientOptions,
): GraphClient & { close(): Promise<void> } {
  const { version, appSecret, timeoutMs, onWarning = () => undefined } = options;
  if (!/^v[0-9]+\.[0-9]+$/.test(version)) throw new TypeError('Graph version must be like v25.0');
  const dispatcher = options.dispatcher ?? createAgent(timeoutMs);
  let closing: Promise<void> | undefined;
  const context: Context = {
    options,
    transport: { baseUrl: originOf(options.baseUrl), version, appSecret, dispatcher },
    fields: createNumberFields(),
    warnings: createWarnings(version, onWarning),
  };
  return {
    exchangeCode: (args) => exchangeCode(context, args),
    debugToken: (args) => debugToken(context, args),
    listPhoneNumbers: (args) => listPhoneNumbers(context, args),
    readPhoneNumber: (args) => readPhoneNumber(context, args),
    subscribedAppIds: (args) => subscribedAppIds(context, args),
    subscribeApp: (args) => subscribeApp(context, args),
    register: (args) => register(context, args),
    close: () =>
      (closing ??= dispatcher === options.dispatcher ? Promise.resolve() : dispatcher.close()),
  };
}

function createAgent(timeoutMs: number): Agent {
  // undici's own limits stay above the call's deadline, so that one clock decides.
  const limitMs = 2 * timeoutMs;
  return new Agent({
    // Over HTTP/2 undici sends a request again by itself after a GOAWAY; and the faults were measured on HTTP/1.1.
    allowH2: false,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: limitMs,
    bodyTimeout: limitMs,
  });
}

function originOf(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href)
    throw new TypeError('Graph base URL must be like https://graph.facebook.com');
  return url.origin;
}

async function exchangeCode(
  context: Context,
  args: { readonly code: Secret; readonly signal?: AbortSignal },
): Promise<Secret> {
  const { appId, appSecret, timeoutMs } = context.options;
  const call: GraphCall = {
    attempted: 'exchange the signup code',
    method: 'GET',
    path: 'oauth/access_token',
    query: { client_id: appId, client_secret: appSecret, code: args.code },
    maxBytes: MAX_BYTES,
    signal: within(Math.min(EXCHANGE_TIMEOUT_MS, timeoutMs), args.signal),
  };
  const raw = await ask(context, call).catch((error: unknown) => {
    if (error instanceof GraphUnreachable) return ask(context, call);
    throw error;
  });
  const text = raw.text.trim();
  const json = isBareToken(text) ? JSON.stringify(text) : text;
  return readAnswer(call, { ...raw, text: json }, accessTokenSchema);
}

async function debugToken(context: Context, args: TokenArgs): Promise<TokenFacts> {
  const { appId, appSecret, timeoutMs } = context.options;
  const call: GraphCall = {
    attempted: 'check the token',
    method: 'GET',
    path: 'debug_token',
    query: { input_token: args.token },
    token: new Secret(`${appId}|${appSecret.reveal()}`),
    maxBytes: MAX_BYTES,
    signal: within(timeoutMs, args.signal),
  };
  return readAnswer(call, await ask(context, call), tokenFactsSchema);
}

async function* listPhoneNumbers(
  context: Context,
  args: TokenArgs & { readonly wabaId: WabaId },
): AsyncGenerator<PhoneNumber> {
  const attempted = 'list the numbers of the account';
  const path = `${checkedWabaId(args.wabaId)}/phone_numbers`;
  const cursors = new Set<string>();
  let query: Record<string, string> = { limit: String(PAGE_SIZE) };
  for (let page = 1; page <= MAX_PAGES; page++) {
    const call = { ...callFor(context, args), attempted, path, query };
    const { numbers, hasMore, after } = await readNumbers(context, call, phoneNumberPageSchema);
    for (const number of numbers) {
      context.warnings.newValuesIn(number);
      yield number;
    }
    if (!hasMore) return;
    if (after === undefined || cursors.has(after))
      throw new GraphMalformed(attempted, 'paging.cursors.after');
    cursors.add(after);
    query = { ...query, after };
  }
  throw new GraphMalformed(attempted, 'paging.next');
}

async function readPhoneNumber(
  context: Context,
  args: TokenArgs & { readonly phoneNumberId: PhoneNumberId },
): Promise<PhoneNumber> {
  const call = {
    ...callFor(context, args),
    attempted: 'read the number',
    path: checkedPhoneNumberId(args.phoneNumberId),
  };
  const number = await readNumbers(context, call, phoneNumberSchema);
  context.warnings.newValuesIn(number);
  return number;
}

/** Asks again without a field that this version of Graph does not know; there are only so many fields to lose. */
async function readNumbers<T>(context: Context, call: GraphCall, schema: z.ZodType<T>): Promise<T> {
  for (;;) {
    const fields = context.fields.asked();
    const named = { ...call, query: { ...call.query, fields: fields.join(',') } };
    const raw = await ask(context, { ...named, maxBytes: MAX_BYTES_WITH_CERTIFICATE });
    try {
      return readAnswer(named, raw, schema);
    } catch (error) {
      if (!context.fields.drop(fields, error)) throw error;
    }
  }
}

async function subscribedAppIds(
  context: Context,
  args: TokenArgs & { readonly wabaId: WabaId },
): Promise<readonly string[]> {
  const call = {
    ...callFor(context, args),
    attempted: 'read which apps are subscribed',
    path: `${checkedWabaId(args.wabaId)}/subscribed_apps`,
  };
  return readAnswer(call, await ask(context, call), subscribedAppsSchema);
}

async function subscribeApp(
  context: Context,
  args: TokenArgs & { readonly wabaId: WabaId },
): Promise<void> {
  const call: GraphCall = {
    ...callFor(context, args),
    attempted: 'subscribe the app to the account',
    method: 'POST',
    path: `${checkedWabaId(args.wabaId)}/subscribed_apps`,
  };
  confirmWrite(call, await ask(context, call));
}

async function register(
  context: Context,
  args: TokenArgs & { readonly phoneNumberId: PhoneNumberId; readonly pin: Secret },
): Promise<void> {
  const call: GraphCall = {
    ...callFor(context, args),
    attempted: 'register the number',
    method: 'POST',
    path: `${checkedPhoneNumberId(args.phoneNumberId)}/register`,
    json: { messaging_product: 'whatsapp', pin: args.pin },
  };
  confirmWrite(call, await ask(context, call));
}

async function ask(context: Context, call: GraphCall): Promise<RawAnswer> {
  const raw = await send(context.transport, call);
  context.warnings.otherVersion(raw.headers);
  return raw;
}

/** What all calls with a customer's token share. */
function callFor({ options }: Context, { token, signal }: TokenArgs) {
  return {
    method: 'GET',
    token,
    maxBytes: MAX_BYTES,
    signal: within(options.timeoutMs, signal),
  } as const;
}

function within(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}

// Checked once more where the URL is built: `..` as an id would name another endpoint.
function checkedPhoneNumberId(id: PhoneNumberId): string {
  if (!isPhoneNumberId(id)) throw new TypeError('phone number id must be 1-20 digits');
  return id;
}

function checkedWabaId(id: WabaId): string {
  if (!isWabaId(id)) throw new TypeError('account id must be 1-20 digits');
  return id;
}

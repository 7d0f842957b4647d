import { Agent } from 'undici';

import { createAccountCalls, type AccountCalls } from './accounts.ts';
import type { Context, GraphClientOptions } from './context.ts';
import { createNumberFields } from './number-fields.ts';
import { createNumberReads, type NumberReads } from './number-reads.ts';
import { createNumberWrites, type NumberWrites } from './number-writes.ts';
import { createPreverifiedCalls, type PreverifiedCalls } from './preverified.ts';
import { createTokenCalls, type TokenCalls } from './tokens.ts';
import { createWarnings } from './warnings.ts';

export type { GraphClientOptions } from './context.ts';
export type { PhoneNumber } from './facts.ts';

/** Shorter than any call's deadline: only this limit, unlike the deadline, proves that nothing was sent. */
const CONNECT_TIMEOUT_MS = 3000;

/**
 * Meta's Graph API as far as an onboarding needs it. Every call throws GraphUnreachable, GraphOutcomeUnknown or
 * GraphRefused; a read also GraphMalformed; and InvalidArgument, before anything is sent, if what it was given cannot be right.
 * No error holds a token, PIN, code or URL. Nothing is repeated inside, except where a method says so.
 */
export interface GraphClient
  extends TokenCalls, NumberReads, NumberWrites, AccountCalls, PreverifiedCalls {}

/** @throws TypeError if the base URL or the version is not of the form its option tells */
export function createGraphClient(
  options: GraphClientOptions,
): GraphClient & { close(): Promise<void> } {
  const { version, appSecret, timeoutMs, onWarning = () => undefined } = options;
  if (!/^v[0-9]+\.[0-9]+$/.test(version)) throw new TypeError('Graph version must be like v25.0');
  const baseUrl = originOf(options.baseUrl);
  const dispatcher = options.dispatcher ?? createAgent(timeoutMs);
  let closing: Promise<void> | undefined;
  const context: Context = {
    options,
    transport: { baseUrl, version, appSecret, dispatcher },
    fields: createNumberFields(),
    warnings: createWarnings(version, onWarning),
  };
  return {
    ...createTokenCalls(context),
    ...createNumberReads(context),
    ...createNumberWrites(context),
    ...createAccountCalls(context),
    ...createPreverifiedCalls(context),
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

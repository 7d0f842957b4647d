import { request, type Dispatcher } from 'undici';

import { GraphOutcomeUnknown, GraphUnreachable, type WhyUnknown } from './errors.ts';
import { faultWord, wasSent } from './transport-faults.ts';
import type { AnswerHeaders } from './usage.ts';

/** One HTTP request as it goes out. */
export interface WireCall {
  /** Completes "could not …" in an error. */
  readonly attempted: string;
  /** Whom an error says was not reached. */
  readonly peer: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly maxBytes: number;
  /** Ends the whole call, its body included. */
  readonly signal: AbortSignal;
  readonly dispatcher: Dispatcher;
}

export interface RawAnswer {
  readonly http: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/**
 * Sends one request, once, and follows no redirect.
 * @throws GraphUnreachable if nothing was sent
 * @throws GraphOutcomeUnknown if no complete, readable answer came
 */
export async function exchange(call: WireCall): Promise<RawAnswer> {
  const { attempted, peer, url, dispatcher, method, headers, body, signal } = call;
  if (signal.aborted) throw new GraphUnreachable(attempted, 'aborted before the start', peer);
  try {
    const response = await request(url, { dispatcher, method, headers, body, signal });
    const text = await textOf(response, call);
    return { http: response.statusCode, headers: response.headers, text };
  } catch (error) {
    throw failureOf(call, error);
  }
}

/** The end of a call: its own deadline, or the caller's wish if that comes first. */
export function within(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}

async function textOf(response: Dispatcher.ResponseData, call: WireCall): Promise<string> {
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

async function bytesOf(body: AsyncIterable<unknown>, call: WireCall): Promise<Buffer> {
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
function failureOf({ attempted, peer, signal }: WireCall, error: unknown): Error {
  if (error instanceof GraphOutcomeUnknown) return error;
  if (signal.aborted) return new GraphOutcomeUnknown(attempted, whyAborted(signal));
  if (wasSent(error) === 'no') return new GraphUnreachable(attempted, faultWord(error), peer);
  return new GraphOutcomeUnknown(attempted, 'reset');
}

function whyAborted({ reason }: { readonly reason: unknown }): WhyUnknown {
  return reason instanceof Error && reason.name === 'TimeoutError' ? 'timeout' : 'aborted';
}

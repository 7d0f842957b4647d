import { randomUUID } from 'node:crypto';
import { DeskError } from '../desk/errors.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { entryOf, HttpError } from './errors.ts';
import { NotNow, OnboardingUnknown, TemporalUnavailable } from './onboardings.ts';

/** On every answer. */
export const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

const JSON_TYPE = 'application/json; charset=utf-8';

/** Drawn by us: a caller's own id could be anything. */
export function newRequestId(): string {
  return randomUUID();
}

export function answerJson(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': JSON_TYPE, ...ANSWER_HEADERS, ...headers },
  });
}

/** Shows a browser another page. */
export function answerRedirect(
  location: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(null, { status: 303, headers: { ...ANSWER_HEADERS, ...headers, location } });
}

/** The one shape of every error. */
export function answerError(error: HttpError, requestId: string): Response {
  const { status, retryAfterS } = entryOf(error.code);
  const wait = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
  // What is left of a refused body would be read as the next request.
  const end = error.code === 'body_too_large' ? { connection: 'close' } : {};
  const { code, message, refusal } = error;
  const body = { error: { code, message, request_id: requestId, refusal } };
  return answerJson(body, status, { ...wait, ...end, ...error.headers });
}

/** What a caller is told of a failure; undefined for a bug. */
export function httpErrorOf(error: unknown, nowMs: number): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof DeskError) return deskAnswerOf(error, nowMs);
  if (error instanceof StoreUnavailable) return new HttpError('store_unavailable');
  if (error instanceof TemporalUnavailable) return new HttpError('temporal_unavailable');
  if (error instanceof OnboardingUnknown) return new HttpError('unknown_number');
  if (error instanceof NotNow) return new HttpError('not_now', { message: error.message });
  return undefined;
}

/** The desk's codes are the table's. */
function deskAnswerOf({ code, message, refusal, untilMs }: DeskError, nowMs: number): HttpError {
  const seconds = untilMs === undefined ? undefined : Math.ceil((untilMs - nowMs) / 1000);
  return new HttpError(code, {
    message,
    ...(seconds === undefined ? {} : { headers: { 'retry-after': `${Math.max(seconds, 1)}` } }),
    ...(refusal === undefined
      ? {}
      : {
          refusal: {
            cause: refusal.cause,
            code: refusal.code,
            subcode: refusal.subcode,
            trace_id: refusal.traceId,
          },
        }),
  });
}

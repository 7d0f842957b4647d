import { z } from 'zod';
import type { Secret } from '../domain/secret.ts';
import type { Inbox } from '../store/hints.ts';
import { isSame } from './access.ts';
import { ANSWER_HEADERS, answerJson } from './answers.ts';
import { readBody } from './body.ts';
import { field, json } from './contract.ts';
import { HttpError } from './errors.ts';
import { parseJson } from './json.ts';
import type { Log } from '../desk/log.ts';
import { hooksTaken } from './shapes.ts';
import { hintsOf } from './webhook-hints.ts';
import { checkSignature } from './webhook-signature.ts';

/** Meta: "up to 3 MB". */
const MAX_BYTES = 3 * 1024 * 1024;

const CHALLENGE = /^[0-9]{1,64}$/;

export interface WebhookDeps {
  readonly inbox: Inbox;
  /** Every app secret that may have signed. */
  readonly appSecrets: readonly Secret[];
  readonly verifyToken: Secret;
  /** Called when new hints are kept. */
  readonly wake: () => void;
  readonly onWebhook?: (changes: WebhookChanges) => void;
  readonly log: Log;
}

/** How many changes of one webhook were new, known already, none of our business, or of a known field in an unknown form. */
export interface WebhookChanges {
  readonly kept: number;
  readonly repeated: number;
  readonly ignored: number;
  readonly odd: number;
}

export const HANDSHAKE = {
  summary: "Meta's handshake",
  query: z.looseObject({
    'hub.mode': field(z.literal('subscribe'), 'bad_verification_request', {
      meaning: 'what Meta wants',
      example: 'subscribe',
    }),
    'hub.verify_token': field(z.string(), 'verify_token_mismatch', {
      meaning: '`META_VERIFY_TOKEN`',
      example: '$META_VERIFY_TOKEN',
    }),
    'hub.challenge': field(z.string().regex(CHALLENGE), 'invalid_challenge', {
      meaning: 'what is answered; up to 64 digits',
      example: '1158201444',
    }),
  }),
  answers: { 200: { what: 'The challenge', content: { 'text/plain': z.string() } } },
};

export const WEBHOOK = {
  summary: 'Signed webhooks of Meta; 200 only once they are kept',
  headers: z.strictObject({
    'x-hub-signature-256': field(z.string(), 'missing_signature', {
      meaning: '`sha256=`, and the HMAC of the raw body under the app secret in 64 hex digits',
      example: 'sha256=$SIGNATURE',
    }),
  }),
  body: z.looseObject({
    object: field(z.string(), 'invalid_payload', {
      meaning: 'what has changed',
      example: 'whatsapp_business_account',
    }),
    entry: field(z.array(z.looseObject({})), 'invalid_payload', {
      meaning: "what has changed in it, in Meta's form; what is none of ours is ignored",
      example: [],
    }),
  }),
  answers: { 200: json('They are kept', hooksTaken) },
  errors: [
    ...(['missing_signature', 'malformed_signature', 'signature_mismatch'] as const),
    ...(['body_too_large', 'body_incomplete', 'empty_body', 'invalid_json'] as const),
    ...(['duplicate_key', 'invalid_payload', 'store_unavailable'] as const),
  ],
} as const;

/** Meta's handshake: it wants its challenge back from who knows the verify token. */
export function answerHandshake(
  url: URL,
  { verifyToken }: Pick<WebhookDeps, 'verifyToken'>,
): Response {
  const { searchParams: query } = url;
  if (query.get('hub.mode') !== 'subscribe') throw new HttpError('bad_verification_request');
  const tokens = query.getAll('hub.verify_token');
  const isOurs = isSame(tokens[0] ?? '', verifyToken.reveal());
  if (!isOurs || tokens.length !== 1) throw new HttpError('verify_token_mismatch');
  const challenge = query.get('hub.challenge') ?? '';
  if (!CHALLENGE.test(challenge)) throw new HttpError('invalid_challenge');
  return new Response(challenge, {
    headers: { 'content-type': 'text/plain; charset=utf-8', ...ANSWER_HEADERS },
  });
}

/**
 * Answers 200 only once the hints are kept, and before any number is woken: Meta repeats whatever was not answered with 200
 * for days, and waits for nobody.
 */
export async function takeWebhook(request: Request, deps: WebhookDeps): Promise<Response> {
  const body = await readBody(request, MAX_BYTES);
  const header = request.headers.get('x-hub-signature-256');
  checkSignature({ header, body, secrets: deps.appSecrets });
  const { hints, ignored, odd } = hintsOf(parseJson(body));
  const kept = hints.length === 0 ? 0 : await deps.inbox.keep(hints);
  if (odd > 0) deps.log.warn({ count: odd }, 'webhook: changes in an unknown form');
  deps.onWebhook?.({ kept, repeated: hints.length - kept, ignored, odd });
  deps.log.info({ kept, ignored }, 'webhook taken');
  if (kept > 0) deps.wake();
  return answerJson({ kept, ignored });
}

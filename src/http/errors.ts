interface HttpErrorEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 503;
  /** One sentence: what to do. It never repeats what was sent. */
  readonly message: string;
  /** Seconds after which the same request may succeed. */
  readonly retryAfterS?: number;
}

/** Every error this service answers with. The reference page is made from it. */
export const HTTP_ERRORS = {
  bad_request_target: {
    status: 400,
    message: 'Send a path that begins with a slash, and one host header',
  },
  not_found: { status: 404, message: 'There is nothing here; the reference lists the paths' },
  method_not_allowed: { status: 405, message: 'Use a method that the header allow lists' },
  origin_not_allowed: {
    status: 403,
    message: 'Pages of this origin may not call; add it to ALLOWED_ORIGINS',
  },
  unauthenticated: { status: 401, message: 'Send the API token as authorization: Bearer' },
  unsupported_media_type: { status: 415, message: 'Send the body as application/json' },
  unsupported_content_encoding: { status: 415, message: 'Send the body without compression' },
  body_too_large: { status: 413, message: 'Send a smaller body' },
  body_incomplete: { status: 400, message: 'Send the whole body' },
  empty_body: { status: 400, message: 'Send a JSON object' },
  invalid_json: { status: 400, message: 'Send valid JSON in UTF-8, at most 32 levels deep' },
  duplicate_key: { status: 400, message: 'Send each key once' },
  invalid_body: { status: 400, message: 'expected an object' },
  unknown_field: { status: 400, message: 'unknown field' },
  invalid_code: {
    status: 400,
    message: 'code: the code from Embedded Signup, as a string without white space',
  },
  invalid_waba_id: { status: 400, message: 'waba_id: 1-20 digits, as a string' },
  invalid_phone_number_id: { status: 400, message: 'phone_number_id: 1-20 digits, as a string' },
  invalid_idempotency_key: {
    status: 400,
    message: 'idempotency-key: 1-255 printable ASCII characters',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This idempotency key came with another body before; choose a new one',
  },
  signup_in_progress: {
    status: 409,
    message: 'The same signup is being worked on; ask again in a moment',
    retryAfterS: 2,
  },
  code_expired: { status: 422, message: 'Signup took over 30 s; run it again' },
  meta_unavailable: {
    status: 503,
    message: 'Meta did not answer; run the signup again',
    retryAfterS: 30,
  },
  number_not_in_account: {
    status: 403,
    message: 'The signup gives no access to this number in this account; run it again',
  },
  already_onboarded: {
    status: 409,
    message: 'The number is onboarded already; the header location leads to it',
  },
  number_in_use: {
    status: 409,
    message: 'The number is held by another signup; finish or abandon that one first',
  },
  unknown_number: { status: 404, message: 'No onboarding of this number is known' },
  not_now: { status: 409, message: 'This makes no sense now' },
  temporal_unavailable: {
    status: 503,
    message: 'Temporal, or the worker behind it, does not answer; try again',
    retryAfterS: 5,
  },
  store_unavailable: {
    status: 503,
    message: 'The database does not answer; try again',
    retryAfterS: 5,
  },
  bad_verification_request: { status: 400, message: 'Send hub.mode=subscribe' },
  verify_token_mismatch: {
    status: 403,
    message: 'hub.verify_token is not META_VERIFY_TOKEN; enter it again in the App Dashboard',
  },
  invalid_challenge: { status: 400, message: 'hub.challenge: up to 64 digits' },
  missing_signature: { status: 401, message: 'Send x-hub-signature-256' },
  malformed_signature: {
    status: 401,
    message: 'x-hub-signature-256: sha256= and 64 hex digits in lower case, once',
  },
  signature_mismatch: {
    status: 401,
    message: 'Sign the raw body with the app secret; check META_APP_SECRET',
  },
  invalid_payload: { status: 400, message: 'Send entry and changes as arrays of objects' },
  internal_error: {
    status: 500,
    message: 'This is a bug of this service; the log tells more under the request id',
  },
} as const satisfies Readonly<Record<string, HttpErrorEntry>>;

export type ErrorCode = keyof typeof HTTP_ERRORS;

/** Thrown by a route to answer with an error of the table. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  /** `message` takes the place of the table's, where a sentence of our own tells more. */
  constructor(
    code: ErrorCode,
    more: { readonly message?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(more.message ?? HTTP_ERRORS[code].message);
    this.code = code;
    this.headers = more.headers ?? {};
  }
}

export function entryOf(code: ErrorCode): HttpErrorEntry {
  return HTTP_ERRORS[code];
}

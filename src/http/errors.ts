interface HttpErrorEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;
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
  unauthenticated: {
    status: 401,
    message: 'Send an API token that is valid, as authorization: Bearer',
  },
  identity_provider_unavailable: {
    status: 503,
    message: 'The keys of the identity provider cannot be read; try again',
    retryAfterS: 30,
  },
  too_many_requests: { status: 429, message: 'Wait as long as retry-after says' },
  invalid_state: { status: 403, message: 'Load the page again: its word is used or too old' },
  invalid_csrf_token: { status: 403, message: 'Load the page again, and send its csrf_token' },
  too_many_streams: {
    status: 503,
    message: 'Too many event streams are open, or the service stops; ask again in a moment',
    retryAfterS: 5,
  },
  forbidden: { status: 403, message: 'The role of this caller is too little for this' },
  unsupported_media_type: { status: 415, message: 'Send the body as application/json' },
  unsupported_content_encoding: { status: 415, message: 'Send the body without compression' },
  body_too_large: { status: 413, message: 'Send a smaller body' },
  body_incomplete: { status: 400, message: 'Send the whole body' },
  empty_body: { status: 400, message: 'Send a JSON object' },
  invalid_json: { status: 400, message: 'Send valid JSON in UTF-8, at most 32 levels deep' },
  duplicate_key: { status: 400, message: 'Send each key once' },
  invalid_body: { status: 400, message: 'expected an object' },
  unknown_field: { status: 400, message: 'unknown field' },
  wrong_namespace: {
    status: 403,
    message:
      'The codec server decodes for the namespace TEMPORAL_NAMESPACE; send it as x-namespace',
  },
  invalid_payloads: { status: 400, message: "payloads: a list in Temporal's JSON form" },
  undecodable_payloads: {
    status: 422,
    message: 'A payload was changed, is of another namespace, or needs a key that is missing',
  },
  invalid_code: {
    status: 400,
    message: 'code: the code from Embedded Signup, as a string without white space',
  },
  invalid_waba_id: { status: 400, message: 'waba_id: 1-20 digits, as a string' },
  invalid_phone_number_id: { status: 400, message: 'phone_number_id: 1-20 digits, as a string' },
  invalid_preverified_id: { status: 400, message: 'preverified_id: 1-20 digits, as a string' },
  unknown_parameter: {
    status: 400,
    message: 'Send only the parameters that the reference lists for this path, each once',
  },
  invalid_fields: {
    status: 400,
    message: 'fields: 1-50 names like name_status, separated by commas',
  },
  invalid_account_mode: { status: 400, message: 'account_mode: SANDBOX or LIVE' },
  invalid_limit: { status: 400, message: 'limit: 1-100' },
  invalid_after: {
    status: 400,
    message: 'after: the cursor of the page before; without it the list begins anew',
  },
  invalid_sort: {
    status: 400,
    message: 'sort: one of the fields, with :desc the greatest first; not with limit or after',
  },
  invalid_stage: { status: 400, message: 'stage: one that the reference lists' },
  invalid_waiting_for: {
    status: 400,
    message: 'waiting_for: meta, customer, operator, time or nobody',
  },
  invalid_cause: { status: 400, message: 'cause: one that the reference lists' },
  invalid_outcome: { status: 400, message: 'outcome: running, ended or one of the outcomes' },
  invalid_text: { status: 400, message: 'text: 1-75 characters of a number, a name or an id' },
  invalid_format: {
    status: 400,
    message: 'format: json or csv; csv has the whole list, so not with limit or after',
  },
  invalid_status: { status: 400, message: 'status: VERIFIED, NOT_VERIFIED or EXPIRED' },
  invalid_cc: { status: 400, message: 'cc: the country code, 1-3 digits, as a string' },
  invalid_phone_number: { status: 400, message: 'phone_number: 4-15 digits, as a string' },
  invalid_new_name: { status: 400, message: 'name: the display name, as a string' },
  invalid_verified_name: {
    status: 400,
    message: 'verified_name: 2-75 characters on one line',
  },
  invalid_by_hand: { status: 400, message: 'by_hand: true or false' },
  invalid_phone_number_ids: {
    status: 400,
    message: 'phone_number_ids: a list of 1-100 ids, each of 1-20 digits, as strings',
  },
  invalid_migrate_phone_number: { status: 400, message: 'migrate_phone_number: true or false' },
  invalid_override: {
    status: 400,
    message: 'override_callback_url and verify_token: send both or none',
  },
  invalid_override_callback_url: {
    status: 400,
    message: 'override_callback_url: https, at most 200 characters',
  },
  invalid_verify_token: { status: 400, message: 'verify_token: 1-1024 visible characters' },
  invalid_method: { status: 400, message: 'method: SMS or VOICE' },
  invalid_language: { status: 400, message: 'language: like en_US' },
  invalid_platform: { status: 400, message: 'platform: cloud or on-premises' },
  invalid_code_method: { status: 400, message: 'code_method: sms or voice, and only On-Premises' },
  invalid_one_time_code: {
    status: 400,
    message: 'code: exactly 6 digits, as a string, without the hyphen',
  },
  invalid_is_current: { status: 400, message: 'is_current: true or false' },
  invalid_pin: {
    status: 400,
    message: 'pin: exactly 6 digits, as a string, no repeat (000000) and no run (123456)',
  },
  unsupported_region: {
    status: 400,
    message: 'data_localization_region: one that the reference lists, and only on Cloud API',
  },
  invalid_input: { status: 400, message: 'The answer tells what cannot be right' },
  invalid_idempotency_key: {
    status: 400,
    message: 'idempotency-key: 1-255 printable ASCII characters',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This idempotency key came with another body before; choose a new one',
  },
  order_in_progress: {
    status: 409,
    message: 'The same order is being worked on; ask again in a moment',
    retryAfterS: 2,
  },
  signup_in_progress: {
    status: 409,
    message: 'The same signup is being worked on; ask again in a moment',
    retryAfterS: 2,
  },
  code_expired: { status: 422, message: 'Signup took over 30 s; run it again' },
  meta_unavailable: {
    status: 503,
    message: 'Meta did not answer; try again',
    retryAfterS: 30,
  },
  outcome_unknown: {
    status: 503,
    message: 'Meta did not answer clearly; read before you repeat this',
  },
  throttled: {
    status: 503,
    message: "The account's calls at Meta are used up for now; ask again later",
  },
  refused_by_meta: { status: 422, message: 'Meta refused; the member refusal tells why' },
  number_not_in_account: {
    status: 403,
    message: 'The signup gives no access to this number in this account; run it again',
  },
  already_onboarded: {
    status: 409,
    message: 'The number is onboarded already; the header location leads to it',
  },
  erasure_in_progress: {
    status: 409,
    message: 'The number is being erased; sign up again in a few minutes',
    retryAfterS: 60,
  },
  number_in_use: {
    status: 409,
    message: 'The number is held by another signup; finish or abandon that one first',
  },
  unknown_number: { status: 404, message: 'No onboarding of this number is known' },
  unknown_account: {
    status: 404,
    message: 'No signup has given us a token for this account; let the customer sign up',
  },
  not_configured: { status: 409, message: 'The service is not set up for this' },
  attempts_spent: {
    status: 409,
    message: 'All requests that we allow ourselves in 72 hours are used up',
  },
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

interface More {
  /** Takes the place of the table's, where a sentence of our own tells more. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What Meta refused with. */
  readonly refusal?: RefusalView;
}

/** Thrown by a route to answer with an error of the table. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: RefusalView | undefined;

  constructor(code: ErrorCode, more: More = {}) {
    super(more.message ?? HTTP_ERRORS[code].message);
    this.code = code;
    this.headers = more.headers ?? {};
    this.refusal = more.refusal;
  }
}

interface RefusalView {
  /** One of the reference's causes. */
  readonly cause: string;
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  readonly trace_id: string | undefined;
}

export function entryOf(code: ErrorCode): HttpErrorEntry {
  return HTTP_ERRORS[code];
}

/** What can be said about a refusal beyond its code. */
export interface RefusalDetail {
  http?: number | undefined;
  /** The words after `(#code) `; the code's own title unless given. */
  title?: string | undefined;
  /** The whole message, where Meta's does not begin with the code. */
  message?: string | undefined;
  type?: string | undefined;
  subcode?: number | undefined;
  details?: string | undefined;
  userTitle?: string | undefined;
  userMsg?: string | undefined;
  transient?: boolean | undefined;
  /** Minutes for `estimated_time_to_regain_access`. */
  regainMinutes?: number | undefined;
}

/** A refusal in Graph's envelope. Thrown by any rule, written by the server. */
export class GraphRefusal extends Error {
  override readonly name = 'GraphRefusal';
  readonly code: number;
  readonly detail: RefusalDetail;

  constructor(code: number, detail: RefusalDetail = {}) {
    super(detail.message ?? `(#${code}) ${detail.title ?? titleOf(code)}`);
    this.code = code;
    this.detail = detail;
  }

  get http(): number {
    return this.detail.http ?? HTTP[this.code] ?? 400;
  }
}

/** The error envelope. Only message, type, code and fbtrace_id can be relied on. Source: Meta, Handling errors. */
export function errorBody(refusal: GraphRefusal, traceId: string): Record<string, unknown> {
  const { detail, code } = refusal;
  return {
    error: {
      message: refusal.message,
      type: detail.type ?? 'OAuthException',
      code,
      error_subcode: detail.subcode,
      is_transient: detail.transient,
      error_data:
        detail.details === undefined
          ? undefined
          : { messaging_product: 'whatsapp', details: detail.details },
      error_user_title: detail.userTitle,
      error_user_msg: detail.userMsg,
      fbtrace_id: traceId,
    },
  };
}

function titleOf(code: number): string {
  return TITLES[code] ?? 'Unknown error';
}

// Source: Meta, WhatsApp Cloud API error codes, and the captured answers of public clients.
const TITLES: Record<number, string> = {
  1: 'An unknown error occurred',
  2: 'Service temporarily unavailable',
  4: 'Application request limit reached',
  10: 'Application does not have permission for this action',
  33: 'Parameter value is not valid',
  100: 'Invalid parameter',
  190: 'Invalid OAuth access token',
  200: 'Permissions error',
  368: 'Temporarily blocked for policies violations',
  80007: 'Rate limit issues',
  80008:
    'There have been too many calls to this WhatsApp Business account. Wait a bit and try again.',
  131000: 'Something went wrong',
  131005: 'Access denied',
  131016: 'Service unavailable',
  131031: 'Business Account locked',
  131057: 'Account in maintenance mode',
  133000: 'Incomplete Deregistration',
  133004: 'Server Temporarily Unavailable',
  133005: 'Two step verification PIN Mismatch',
  133006: 'Phone number re-verification needed',
  133008: 'Too Many two step verification PIN Guesses',
  133009: 'Two step verification PIN Guessed Too Fast',
  133010: 'Phone number Not Registered',
  133015: 'Please wait a few minutes before attempting to register this phone number',
  133016: 'Account register deregister rate limit exceeded',
  136024: 'Request code error',
  136025: 'Verify code error',
  200000: 'Cannot add the phone number to this WhatsApp Business account',
  2388012: 'The phone number is in use on another WhatsApp Business account',
  2388103: 'The phone number is in this WhatsApp Business account already',
  2388386: 'Phone number count exceeded',
};

// Every other refusal is HTTP 400. Source: Meta's table of WhatsApp error codes.
const HTTP: Record<number, number> = {
  2: 503,
  3: 500,
  10: 403,
  190: 401,
  200: 403,
  368: 403,
  131000: 500,
  131005: 403,
  131016: 500,
  131031: 403,
  131057: 500,
  133000: 500,
  133004: 503,
};

/** The object does not exist, or the token does not reach it: Graph does not say which. */
export function missingObject(id: string, method: string): GraphRefusal {
  const verb = method === 'GET' ? 'get' : method === 'DELETE' ? 'delete' : 'post';
  return new GraphRefusal(100, {
    type: 'GraphMethodException',
    subcode: 33,
    message:
      `Unsupported ${verb} request. Object with ID '${id}' does not exist, cannot be loaded due to missing ` +
      'permissions, or does not support this operation. Please read the Graph API documentation at ' +
      'https://developers.facebook.com/docs/graph-api',
  });
}

export function nonexistingField(field: string, nodeType: string): GraphRefusal {
  return new GraphRefusal(100, {
    title: `Tried accessing nonexisting field (${field}) on node type (${nodeType})`,
  });
}

export function unknownPath(path: string): GraphRefusal {
  return new GraphRefusal(2500, { message: `Unknown path components: ${path}` });
}

export function invalidParameter(details: string): GraphRefusal {
  return new GraphRefusal(100, { details });
}

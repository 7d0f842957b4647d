import { Hono, type Context } from 'hono';
import type { TemporalLink } from '../desk/number-view.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import { authenticate, checkOrigin, type AccessRules } from './access.ts';
import { answerError, httpErrorOf, newRequestId } from './answers.ts';
import { HttpError } from './errors.ts';
import { answerHealth, answerReadiness } from './health.ts';
import { createKeyedHash } from './keyed-hash.ts';
import type { Log } from './log.ts';
import { listNumbers, retryNumber, showNumber } from './numbers.ts';
import type { Onboardings } from './onboardings.ts';
import { createTakeSignup } from './signups.ts';
import { answerHandshake, takeWebhook } from './webhooks.ts';

export interface HttpAppDeps {
  readonly store: Store;
  readonly graph: Pick<GraphClient, 'exchangeCode' | 'debugToken' | 'listPhoneNumbers'>;
  readonly onboardings: Onboardings;
  readonly meta: {
    readonly appId: string;
    readonly appSecret: Secret;
    readonly verifyToken: Secret;
  };
  readonly access: AccessRules;
  /** Callers come over TLS, through a proxy: browsers are told to stay with it. */
  readonly isBehindTls?: boolean;
  /** For links to the Temporal UI. */
  readonly temporal?: TemporalLink;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
}

interface Call {
  readonly request: Request;
  readonly requestId: string;
  /** The `{id}` of the path, or nothing. */
  readonly id: string;
}

type Handler = (call: Call) => Response | Promise<Response>;

/** Every route. The app needs no socket; `serveHttp` gives it one. */
export function createHttpApp(deps: HttpAppDeps): Hono {
  const app = new Hono();
  const hash = createKeyedHash(deps.meta.appSecret);
  const takeSignup = createTakeSignup({ ...deps, appId: deps.meta.appId, hash });
  const numbers = { ...deps, hash };
  const webhooks = {
    ...deps,
    inbox: deps.store.inbox,
    appSecrets: [deps.meta.appSecret],
    verifyToken: deps.meta.verifyToken,
  };
  const guarded = (handler: Handler): Handler => guard(deps.access, handler);

  const add = (path: string, handlers: Readonly<Record<string, Handler>>): void => {
    addRoute(app, { path, handlers, deps });
  };
  add('/v1/signups', { POST: guarded(({ request }) => takeSignup(request)) });
  add('/v1/webhooks/meta', {
    GET: ({ request }) => answerHandshake(new URL(request.url), webhooks),
    POST: ({ request }) => takeWebhook(request, webhooks),
  });
  add('/v1/numbers', { GET: guarded(() => listNumbers(numbers)) });
  add('/v1/numbers/:id', { GET: guarded(({ id }) => showNumber(id, numbers)) });
  add('/v1/numbers/:id/retry', { POST: guarded((call) => retryNumber(call, numbers)) });
  add('/healthz', { GET: answerHealth });
  add('/readyz', { GET: () => answerReadiness(deps) });
  app.notFound(() => answerError(new HttpError('not_found'), newRequestId()));
  return app;
}

function guard(access: AccessRules, handler: Handler): Handler {
  return (call) => {
    checkOrigin(call.request.headers, access);
    authenticate(call.request.headers, access);
    return handler(call);
  };
}

interface Route {
  readonly path: string;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly deps: Pick<HttpAppDeps, 'log' | 'isBehindTls'>;
}

function addRoute(app: Hono, { path, handlers, deps }: Route): void {
  const allow = Object.keys(handlers).join(', ');
  for (const [method, handler] of Object.entries(handlers)) {
    app.on(method, path, (context) => answer(context, handler, { path, deps }));
  }
  app.all(path, () =>
    answerError(new HttpError('method_not_allowed', { headers: { allow } }), newRequestId()),
  );
}

async function answer(
  context: Context,
  handler: Handler,
  { path, deps: { log, isBehindTls } }: Pick<Route, 'path' | 'deps'>,
): Promise<Response> {
  const requestId = newRequestId();
  const call = { request: context.req.raw, requestId, id: context.req.param('id') ?? '' };
  const response = await handled(handler, call, log);
  response.headers.set('x-request-id', requestId);
  if (isBehindTls === true) response.headers.set('strict-transport-security', 'max-age=31536000');
  const { method } = context.req;
  log.info({ method, route: path, status: response.status, requestId }, 'answered');
  return response;
}

async function handled(handler: Handler, call: Call, log: Log): Promise<Response> {
  try {
    return await handler(call);
  } catch (error) {
    const known = httpErrorOf(error);
    const { requestId } = call;
    if (known === undefined) log.error({ err: error, requestId }, 'a request failed: a bug');
    else if (known !== error) log.warn({ err: error, requestId }, 'a request failed');
    return answerError(known ?? new HttpError('internal_error'), requestId);
  }
}

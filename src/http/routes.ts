import type { Context, Hono } from 'hono';
import { authenticate, checkOrigin, type AccessRules } from './access.ts';
import { answerError, httpErrorOf, newRequestId } from './answers.ts';
import { HttpError } from './errors.ts';
import type { Log } from '../desk/log.ts';

export interface Call {
  readonly request: Request;
  readonly requestId: string;
  /** What stands in the path, by the names of the route. */
  readonly params: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Response | Promise<Response>;

/** Handlers by path and by method. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

interface RouteDeps {
  readonly log: Log;
  readonly nowMs: () => number;
  /** Callers come over TLS, through a proxy: browsers are told to stay with it. */
  readonly isBehindTls?: boolean;
  /** Told of each answer of a route; `route` is its pattern. */
  readonly onAnswer?: (answer: AnsweredRoute) => void;
  /** Where people look at the answer and not programs. */
  readonly answerFailure?: (error: HttpError, requestId: string) => Response | Promise<Response>;
}

export interface AnsweredRoute {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** The same routes, for callers of the API only. */
export function guarded(access: AccessRules, routes: Routes): Routes {
  const guard =
    (handler: Handler): Handler =>
    (call) => {
      checkOrigin(call.request.headers, access);
      authenticate(call.request.headers, access);
      return handler(call);
    };
  return mapValues(routes, (handlers) => mapValues(handlers, guard));
}

export function addRoutes(app: Hono, routes: Routes, deps: RouteDeps): void {
  for (const [path, handlers] of Object.entries(routes)) {
    const allow = Object.keys(handlers).join(', ');
    for (const [method, handler] of Object.entries(handlers)) {
      app.on(method, path, (context) => answer(context, handler, { path, deps }));
    }
    app.all(path, () =>
      answerError(new HttpError('method_not_allowed', { headers: { allow } }), newRequestId()),
    );
  }
}

async function answer(
  context: Context,
  handler: Handler,
  { path, deps }: { readonly path: string; readonly deps: RouteDeps },
): Promise<Response> {
  const requestId = newRequestId();
  const call = { request: context.req.raw, requestId, params: context.req.param() };
  const response = await handled(handler, call, deps);
  response.headers.set('x-request-id', requestId);
  if (deps.isBehindTls === true)
    response.headers.set('strict-transport-security', 'max-age=31536000');
  const answered = { method: context.req.method, route: path, status: response.status };
  deps.onAnswer?.(answered);
  deps.log.info({ ...answered, requestId }, 'answered');
  return response;
}

async function handled(handler: Handler, call: Call, deps: RouteDeps): Promise<Response> {
  const { log, nowMs, answerFailure = answerError } = deps;
  try {
    return await handler(call);
  } catch (error) {
    const known = httpErrorOf(error, nowMs());
    const { requestId } = call;
    if (known === undefined) log.error({ err: error, requestId }, 'a request failed: a bug');
    else if (known !== error) log.warn({ err: error, requestId }, 'a request failed');
    return await answerFailure(known ?? new HttpError('internal_error'), requestId);
  }
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

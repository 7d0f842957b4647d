import type { Context, Hono } from 'hono';
import type { Role } from '../domain/role.ts';
import { answerError, answerRedirect, httpErrorOf, newRequestId } from './answers.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { ClientAddressOf } from './client-address.ts';
import type { Contract } from './contract.ts';
import { HttpError } from './errors.ts';
import type { Once } from './once.ts';
import type { Log } from '../desk/log.ts';

/** What anyone may send. */
export interface OpenCall {
  readonly request: Request;
  readonly requestId: string;
  /** What stands in the path, by the names of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** The caller's own, behind the proxies we know. */
  readonly address: string;
  /** Absent where no orders are taken. */
  readonly once?: Once;
}

/** Who calls, and how we know. */
export interface Caller {
  /** As a number's history and the audit trail keep it. */
  readonly actor: string;
  /** The name alone. */
  readonly owner: string;
  readonly role: Role;
  /** Of a browser that has logged in. */
  readonly session?: Session;
}

export interface Session {
  /** What its cookie hashes to. */
  readonly id: string;
  /** Goes with every change, as header `x-csrf-token` or form field `csrf_token`. */
  readonly csrfToken: string;
}

export interface Call extends OpenCall, Caller {}

interface HandlerOf<Asked> {
  (call: Asked): Response | Promise<Response>;
  /** Absent for a page that people look at. */
  readonly contract?: Contract;
}

type OpenHandler = HandlerOf<OpenCall>;
export type Handler = HandlerOf<Call>;

/** `role` is the least that a caller must have. */
export type Route =
  | { readonly role: 'anyone'; readonly handle: OpenHandler }
  | { readonly role: Role; readonly handle: Handler };

/** By path and by method. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>;

/** For those who read. */
export const viewer = (handle: Handler): Route => ({ role: 'viewer', handle });
/** For those who move numbers on. */
export const operator = (handle: Handler): Route => ({ role: 'operator', handle });
/** For those who see secrets, and take away. */
export const admin = (handle: Handler): Route => ({ role: 'admin', handle });
/** For anyone at all: it guards itself, or there is nothing to guard. */
export const anyone = (handle: OpenHandler): Route => ({ role: 'anyone', handle });

interface RouteDeps {
  readonly log: Log;
  readonly nowMs: () => number;
  /** Callers come over TLS, through a proxy: browsers are told to stay with it. */
  readonly isBehindTls?: boolean;
  /** Carries out once what comes under a key. */
  readonly once?: Once;
  /** Told of each answer of a route; `route` is its pattern. */
  readonly onAnswer?: (answer: AnsweredRoute) => void;
  /** Where people look at the answer and not programs. */
  readonly answerFailure?: (error: HttpError, requestId: string) => Response | Promise<Response>;
  /** Lets the call through, with who makes it. @throws HttpError */
  readonly admit: (call: OpenCall, least: Role) => Promise<Call>;
  readonly audited?: AuditTrail;
  /** Absent: who is connected is who calls. */
  readonly addressOf?: ClientAddressOf;
}

export interface AnsweredRoute {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** What the server tells the app of a request. */
export interface Served {
  readonly Bindings: {
    /** The address of who is connected: a caller, or a proxy. */
    readonly peer: string;
  };
}

export function addRoutes(app: Hono<Served>, routes: Routes, deps: RouteDeps): void {
  for (const [path, methods] of Object.entries(routes)) {
    const allow = Object.keys(methods).join(', ');
    for (const [method, route] of Object.entries(methods)) {
      app.on(method, path, (context) => answer(context, route, { path, deps }));
    }
    app.all(path, () =>
      answerError(new HttpError('method_not_allowed', { headers: { allow } }), newRequestId()),
    );
  }
}

async function answer(
  context: Context<Served>,
  route: Route,
  { path, deps }: { readonly path: string; readonly deps: RouteDeps },
): Promise<Response> {
  const addressOf: ClientAddressOf = deps.addressOf ?? ((peer) => peer);
  const call = {
    request: context.req.raw,
    requestId: newRequestId(),
    params: context.req.param(),
    address: addressOf(context.env.peer, context.req.raw.headers),
    ...(deps.once !== undefined && { once: deps.once }),
  };
  const { method } = context.req;
  const response = await answered(call, { ...route, method, route: path }, deps);
  response.headers.set('x-request-id', call.requestId);
  if (deps.isBehindTls === true)
    response.headers.set('strict-transport-security', 'max-age=31536000');
  const done = { method, route: path, status: response.status };
  deps.onAnswer?.(done);
  deps.log.info({ ...done, requestId: call.requestId }, 'answered');
  return response;
}

async function answered(
  call: OpenCall,
  route: Route & { readonly method: string; readonly route: string },
  deps: RouteDeps,
): Promise<Response> {
  const { admit, audited = unaudited } = deps;
  try {
    if (route.role === 'anyone') return await route.handle(call);
    const admitted = await admit(call, route.role);
    return await audited(admitted, route, () => route.handle(admitted));
  } catch (error) {
    return await failed(error, call, deps);
  }
}

async function failed(
  error: unknown,
  call: OpenCall,
  { log, nowMs, answerFailure = answerError }: RouteDeps,
): Promise<Response> {
  const known = httpErrorOf(error, nowMs());
  const { requestId } = call;
  if (known === undefined) log.error({ err: error, requestId }, 'a request failed: a bug');
  else if (known !== error) log.warn({ err: error, requestId }, 'a request failed');
  if (known?.code === 'unauthenticated' && isNavigation(call.request))
    return answerRedirect('/login');
  return await answerFailure(known ?? new HttpError('internal_error'), requestId);
}

const unaudited: AuditTrail = async (_call, _route, handle) => handle();

/** A person at a browser, who would be told nothing by JSON. */
function isNavigation({ method, headers }: Request): boolean {
  return method === 'GET' && headers.get('accept')?.includes('text/html') === true;
}

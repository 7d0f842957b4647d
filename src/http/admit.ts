import { isAtLeast, type Role } from '../domain/role.ts';
import { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import {
  bearerOf,
  callerOf,
  checkOrigin,
  isBrowser,
  isLoopbackCall,
  isSame,
  MACHINE_ROLE,
  unauthenticated,
  type AccessRules,
} from './access.ts';
import { readBody } from './body.ts';
import type { GrantOf } from './grant.ts';
import { HttpError } from './errors.ts';
import type { Limits } from './limits.ts';
import { FORM_TYPE, MAX_FORM_BYTES } from './console/form.ts';
import type { Call, Caller, OpenCall } from './routes.ts';
import { csrfTokenOf, type SessionCookie } from './session-cookie.ts';

export interface AdmitDeps {
  readonly access: AccessRules;
  readonly store: Pick<Store, 'sessions' | 'tokens'>;
  readonly cookie: SessionCookie;
  readonly grantOf: GrantOf;
  readonly limits: Pick<Limits, 'requests' | 'failures'>;
}

/**
 * Lets a call through, with who makes it: a bearer of a credential, a browser that has logged in or, as long as no credential was ever
 * set up, a program on this machine.
 *
 * @throws HttpError too_many_requests, origin_not_allowed, unauthenticated, forbidden, invalid_csrf_token
 */
export function createAdmit(deps: AdmitDeps): (call: OpenCall, least: Role) => Promise<Call> {
  return async (call, least) => {
    deps.limits.requests.take(call.address);
    checkOrigin(call.request.headers, deps.access);
    const caller = await callerIn(call, deps);
    if (caller === undefined) throw unauthenticated();
    if (!isAtLeast(caller.role, least)) throw new HttpError('forbidden');
    const request = await provenRequest(call.request, caller);
    return { ...call, ...caller, request };
  };
}

async function callerIn(
  { request: { headers }, address }: OpenCall,
  deps: AdmitDeps,
): Promise<Caller | undefined> {
  if (headers.has('authorization')) {
    const grant = await tried(deps, address, () => deps.grantOf(bearerOf(headers)));
    return grant && callerOf(grant);
  }
  const key = deps.cookie.keyIn(headers);
  if (key !== undefined) return bySession(key, deps);
  if (deps.access.apiToken !== undefined || (await deps.store.tokens.any())) return undefined;
  if (!isLoopbackCall(headers) || isBrowser(headers)) return undefined;
  return callerOf({ owner: 'this machine', role: MACHINE_ROLE });
}

/** After too many credentials that do not work nobody finds out whether the next one would. */
export async function tried<Grant>(
  { limits: { failures } }: Pick<AdmitDeps, 'limits'>,
  address: string,
  look: () => Promise<Grant | undefined>,
): Promise<Grant | undefined> {
  failures.check(address);
  const grant = await look();
  if (grant === undefined) failures.take(address);
  return grant;
}

async function bySession(key: string, { store }: AdmitDeps): Promise<Caller | undefined> {
  const session = await store.sessions.byKey(new Secret(key));
  if (session === undefined) return undefined;
  return { ...callerOf(session), session: { id: session.id, csrfToken: csrfTokenOf(key) } };
}

/**
 * A browser sends its cookie whoever's page asks it to, so a change has to prove that the page is ours: by its origin, and by a word
 * that only our pages are told.
 */
async function provenRequest(request: Request, { session }: Caller): Promise<Request> {
  if (session === undefined || ['GET', 'HEAD'].includes(request.method)) return request;
  const { headers, method, url } = request;
  const isForm = FORM_TYPE.test(headers.get('content-type') ?? '');
  const body = isForm ? await readBody(request, MAX_FORM_BYTES) : undefined;
  const given = headers.get('x-csrf-token') ?? csrfTokenIn(body);
  if (!headers.has('origin') || !isSame(given, session.csrfToken)) {
    throw new HttpError('invalid_csrf_token');
  }
  return body === undefined ? request : new Request(url, { method, headers, body });
}

function csrfTokenIn(form: Buffer | undefined): string {
  return new URLSearchParams(form?.toString()).get('csrf_token') ?? '';
}

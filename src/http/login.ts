import { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import { callerOf, checkOrigin, type AccessRules } from './access.ts';
import { tried } from './admit.ts';
import { answerRedirect } from './answers.ts';
import { readForm } from './console/form.ts';
import { loginPage } from './console/login-page.ts';
import type { Page } from './console/page.ts';
import type { GrantOf, KnownGrant } from './grant.ts';
import { HttpError } from './errors.ts';
import type { Limits } from './limits.ts';
import { anyone, viewer, type Call, type OpenCall, type Routes } from './routes.ts';
import type { SessionCookie } from './session-cookie.ts';

interface LoginDeps {
  readonly access: AccessRules;
  readonly store: Pick<Store, 'sessions' | 'audit'>;
  readonly cookie: SessionCookie;
  readonly grantOf: GrantOf;
  readonly limits: Pick<Limits, 'requests' | 'failures'>;
  readonly show: (page: Page, status?: number) => Promise<Response>;
}

const REFUSED = 'This token does not work, or no longer.';
/** Their routes, as the audit trail has those of orders. */
const BY_TOKEN = 'POST /login';
const BY_LINK = 'GET /login/:word';
const SPENT = 'This link was used before, or is older than ten minutes.';

/** How a browser comes to a session, and ends it. */
export function loginRoutes(deps: LoginDeps): Routes {
  return {
    '/login': {
      GET: anyone(() => deps.show(loginPage())),
      POST: anyone((call) => logIn(counted(call, deps), deps)),
    },
    '/login/:word': { GET: anyone((call) => logInByLink(counted(call, deps), deps)) },
    '/logout': { POST: viewer((call) => logOut(call, deps)) },
  };
}

/** As whatever else is asked of us by this address. */
function counted(call: OpenCall, { limits }: LoginDeps): OpenCall {
  limits.requests.take(call.address);
  return call;
}

async function logIn(call: OpenCall, deps: LoginDeps): Promise<Response> {
  const { request, address } = call;
  // Without an origin it is no form of ours: a foreign one could log a person in as somebody else.
  if (!request.headers.has('origin')) throw new HttpError('origin_not_allowed');
  checkOrigin(request.headers, deps.access);
  const fields = await readForm(request);
  const token = (fields.get('token') ?? '').trim();
  const grant = await tried(deps, address, () => deps.grantOf(token));
  if (grant === undefined) return refused(call, deps, { action: BY_TOKEN, why: REFUSED });
  return welcome(call, deps, { action: BY_TOKEN, grant });
}

/** The link is spent by this: whoever comes second is asked for a token. */
async function logInByLink(call: OpenCall, deps: LoginDeps): Promise<Response> {
  const { params, address } = call;
  const word = new Secret(params['word'] ?? '');
  const grant = await tried(deps, address, () => deps.store.sessions.takeLogin(word));
  if (grant === undefined) return refused(call, deps, { action: BY_LINK, why: SPENT });
  return welcome(call, deps, { action: BY_LINK, grant });
}

/** Without its line nobody is let in. */
async function welcome(
  { requestId }: OpenCall,
  { store, cookie }: LoginDeps,
  { action, grant }: { readonly action: string; readonly grant: KnownGrant },
): Promise<Response> {
  const { actor, role } = callerOf(grant);
  await store.audit.begin({ requestId, actor, role, action });
  const key = await store.sessions.open(grant);
  await store.audit.end(requestId, { result: '303' });
  return answerRedirect('/', { 'set-cookie': cookie.set(key) });
}

/** Nobody knows who it was, and what was shown is written nowhere. */
async function refused(
  { requestId, address }: OpenCall,
  { store, show }: LoginDeps,
  { action, why }: { readonly action: string; readonly why: string },
): Promise<Response> {
  const line = { requestId, actor: `somebody at ${address} (HTTP)`, role: 'none', action };
  await store.audit.begin(line);
  await store.audit.end(requestId, { result: 'unauthenticated' });
  return show(loginPage(why), 401);
}

async function logOut({ session }: Call, { store, cookie }: LoginDeps): Promise<Response> {
  if (session !== undefined) await store.sessions.end(session.id);
  return answerRedirect('/login', { 'set-cookie': cookie.clear() });
}

import { Secret } from '../domain/secret.ts';
import type { Store } from '../store/store.ts';
import { checkOrigin, type AccessRules } from './access.ts';
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
  readonly store: Pick<Store, 'sessions'>;
  readonly cookie: SessionCookie;
  readonly grantOf: GrantOf;
  readonly limits: Pick<Limits, 'requests' | 'failures'>;
  readonly show: (page: Page, status?: number) => Promise<Response>;
}

const REFUSED = 'This token does not work, or no longer.';
const SPENT = 'This link was used before, or is older than ten minutes.';

/** How a browser comes to a session, and ends it. */
export function loginRoutes(deps: LoginDeps): Routes {
  return {
    '/login': {
      GET: anyone(() => deps.show(loginPage())),
      POST: anyone((call) => logIn(call, deps)),
    },
    '/login/:word': { GET: anyone((call) => logInByLink(call, deps)) },
    '/logout': { POST: viewer((call) => logOut(call, deps)) },
  };
}

async function logIn({ request, address }: OpenCall, deps: LoginDeps): Promise<Response> {
  // Without an origin it is no form of ours: a foreign one could log a person in as somebody else.
  if (!request.headers.has('origin')) throw new HttpError('origin_not_allowed');
  checkOrigin(request.headers, deps.access);
  const fields = await readForm(request);
  const token = (fields.get('token') ?? '').trim();
  const grant = await tried(deps, address, () => deps.grantOf(token));
  if (grant === undefined) return deps.show(loginPage(REFUSED), 401);
  return welcome(grant, deps);
}

/** The link is spent by this: whoever comes second is asked for a token. */
async function logInByLink({ params, address }: OpenCall, deps: LoginDeps): Promise<Response> {
  const word = new Secret(params['word'] ?? '');
  const grant = await tried(deps, address, () => deps.store.sessions.takeLogin(word));
  if (grant === undefined) return deps.show(loginPage(SPENT), 401);
  return welcome(grant, deps);
}

async function welcome(grant: KnownGrant, { store, cookie }: LoginDeps): Promise<Response> {
  const key = await store.sessions.open(grant);
  return answerRedirect('/', { 'set-cookie': cookie.set(key) });
}

async function logOut({ session }: Call, { store, cookie }: LoginDeps): Promise<Response> {
  if (session !== undefined) await store.sessions.end(session.id);
  return answerRedirect('/login', { 'set-cookie': cookie.clear() });
}

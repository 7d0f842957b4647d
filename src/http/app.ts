import { Hono } from 'hono';
import type { Partner } from '../desk/preverified.ts';
import type { Secret } from '../domain/secret.ts';
import type { AccessRules } from './access.ts';
import { createAcceptAccountSignup } from './account-signups.ts';
import { createAdmit } from './admit.ts';
import { answerError, newRequestId } from './answers.ts';
import { apiRoutes, type ApiDeps } from './api.ts';
import { createAuditTrail } from './audit-trail.ts';
import { createClientAddress } from './client-address.ts';
import { createConsole } from './console/console.ts';
import type { EmbeddedSignup } from './console/signup-page.ts';
import { createGrantOf } from './credentials.ts';
import { describedIn } from './described.ts';
import { HttpError } from './errors.ts';
import { createKeyedHash } from './keyed-hash.ts';
import { createLimits } from './limits.ts';
import { loginRoutes } from './login.ts';
import { createOnce } from './once.ts';
import { addRoutes, type AnsweredRoute, type Served } from './routes.ts';
import { createSessionCookie } from './session-cookie.ts';
import { createAcceptSignup } from './signups.ts';

export interface HttpAppDeps extends Omit<
  ApiDeps,
  | 'appId'
  | 'appSecret'
  | 'verifyToken'
  | 'partner'
  | 'hash'
  | 'limits'
  | 'acceptSignup'
  | 'acceptAccountSignup'
> {
  readonly meta: {
    readonly appId: string;
    readonly appSecret: Secret;
    readonly verifyToken: Secret;
    /** Absent: there are no pre-verified numbers. */
    readonly partner?: Partner;
    /** Absent: the console's page cannot start a signup. */
    readonly embeddedSignup?: EmbeddedSignup;
  };
  readonly access: AccessRules;
  /** Callers come over TLS, through a proxy: browsers are told to stay with it. */
  readonly isBehindTls?: boolean;
  readonly onAnswer?: (answer: AnsweredRoute) => void;
}

/** Every route. The app needs no socket; `serveHttp` gives it one. */
export function createHttpApp({ meta, ...rest }: HttpAppDeps): Hono<Served> {
  const app = new Hono<Served>();
  const limits = createLimits({ ...rest.access, monotonicMs: rest.monotonicMs });
  const deps = { ...rest, ...meta, hash: createKeyedHash(meta.appSecret), limits };
  const accept = {
    acceptSignup: createAcceptSignup(deps),
    acceptAccountSignup: createAcceptAccountSignup(deps),
  };
  const cookie = createSessionCookie({ isBehindTls: deps.isBehindTls === true });
  const doors = { ...deps, cookie, grantOf: createGrantOf(deps) };
  const routes = apiRoutes({ ...deps, ...accept });
  const { pages, assets, answerFailure, show } = createConsole({
    ...{ ...deps, ...accept },
    described: describedIn(routes),
  });
  const forPeople = { ...pages, ...assets, ...loginRoutes({ ...doors, show }) };
  const guards = {
    ...deps,
    admit: createAdmit(doors),
    audited: createAuditTrail(deps),
    addressOf: createClientAddress(deps.access.trustedProxies),
  };
  addRoutes(app, routes, { ...guards, once: createOnce(deps) });
  addRoutes(app, forPeople, { ...guards, answerFailure });
  app.notFound(() => answerError(new HttpError('not_found'), newRequestId()));
  return app;
}

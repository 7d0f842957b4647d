import { Hono } from 'hono';
import type { TemporalLink } from '../desk/number-view.ts';
import type { Partner } from '../desk/preverified.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import type { AccessRules } from './access.ts';
import { accountRoutes } from './accounts.ts';
import { createAdmit } from './admit.ts';
import { answerError, answerJson, newRequestId } from './answers.ts';
import { auditRoutes } from './audit.ts';
import { createAuditTrail } from './audit-trail.ts';
import { createClientAddress } from './client-address.ts';
import { declared, declaredRaw } from './contract.ts';
import { createConsole } from './console/console.ts';
import type { EmbeddedSignup } from './console/signup-page.ts';
import { createGrantOf } from './credentials.ts';
import { HttpError } from './errors.ts';
import { createEventFeed, type FeedDeps } from './event-feed.ts';
import { eventRoutes } from './events.ts';
import { answerHealth, answerReadiness, HEALTH, READINESS } from './health.ts';
import { createKeyedHash } from './keyed-hash.ts';
import type { Log } from '../desk/log.ts';
import { createLimits, limited } from './limits.ts';
import { loginRoutes } from './login.ts';
import { nameRoutes } from './name.ts';
import { numberRoutes } from './numbers.ts';
import type { Onboardings } from './onboardings.ts';
import { createOnce } from './once.ts';
import { describedIn, OPENAPI, openApiOf } from './openapi.ts';
import { phoneNumberRoutes } from './phone-numbers.ts';
import { preverifiedRoutes } from './preverified.ts';
import {
  addRoutes,
  anyone,
  operator,
  type AnsweredRoute,
  type Routes,
  type Served,
} from './routes.ts';
import { createSessionCookie } from './session-cookie.ts';
import { signupContract } from './signup-request.ts';
import { createAcceptSignup, createTakeSignup } from './signups.ts';
import {
  answerHandshake,
  HANDSHAKE,
  takeWebhook,
  WEBHOOK,
  type WebhookChanges,
} from './webhooks.ts';

export interface HttpAppDeps {
  readonly store: Store;
  readonly graph: GraphClient;
  /** The HTTP deadline of a Graph call. */
  readonly graphTimeoutMs: number;
  readonly onboardings: Onboardings;
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
  /** For links to the Temporal UI. */
  readonly temporal?: TemporalLink;
  readonly nowMs: () => number;
  /** A clock that no administrator can set back. */
  readonly monotonicMs: () => number;
  readonly log: Log;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
  /** Ends the streams of events. */
  readonly stopping: AbortSignal;
  readonly feedLimits?: FeedDeps['feedLimits'];
  readonly onAnswer?: (answer: AnsweredRoute) => void;
  readonly onWebhook?: (changes: WebhookChanges) => void;
}

/** Every route. The app needs no socket; `serveHttp` gives it one. */
export function createHttpApp({ meta, ...rest }: HttpAppDeps): Hono<Served> {
  const app = new Hono<Served>();
  const { appSecret, verifyToken } = meta;
  const deps = { ...rest, ...meta, hash: createKeyedHash(appSecret) };
  const acceptSignup = createAcceptSignup(deps);
  const takeSignup = createTakeSignup(acceptSignup, deps);
  const webhooks = { ...deps, inbox: deps.store.inbox, appSecrets: [appSecret] };
  const cookie = createSessionCookie({ isBehindTls: deps.isBehindTls === true });
  const limits = createLimits({ ...deps.access, monotonicMs: deps.monotonicMs });
  const doors = { ...deps, cookie, limits, grantOf: createGrantOf(deps) };
  const { pages, assets, answerFailure, show } = createConsole({ ...deps, acceptSignup });
  const routes: Routes = {
    '/v1/signups': {
      POST: operator(limited(limits.takeSignup, declared(signupContract, takeSignup))),
    },
    ...numberRoutes(deps),
    ...eventRoutes({ ...deps, feed: createEventFeed(deps) }),
    ...nameRoutes(deps),
    ...accountRoutes(deps),
    ...phoneNumberRoutes(deps),
    ...preverifiedRoutes(deps),
    ...auditRoutes(deps),
    '/v1/webhooks/meta': {
      GET: anyone(
        declaredRaw(HANDSHAKE, ({ request }) =>
          answerHandshake(new URL(request.url), { verifyToken }),
        ),
      ),
      POST: anyone(declaredRaw(WEBHOOK, ({ request }) => takeWebhook(request, webhooks))),
    },
    '/healthz': { GET: anyone(declaredRaw(HEALTH, answerHealth)) },
    '/readyz': { GET: anyone(declaredRaw(READINESS, () => answerReadiness(deps))) },
    '/openapi.json': {
      GET: anyone(declaredRaw(OPENAPI, () => answerJson(openApiOf(describedIn(routes))))),
    },
  };
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

import { Hono } from 'hono';
import type { TemporalLink } from '../desk/number-view.ts';
import type { Partner } from '../desk/preverified.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import type { AccessRules } from './access.ts';
import { accountRoutes } from './accounts.ts';
import { answerError, newRequestId } from './answers.ts';
import { HttpError } from './errors.ts';
import { answerHealth, answerReadiness } from './health.ts';
import { createConsole } from './console/console.ts';
import { createKeyedHash } from './keyed-hash.ts';
import type { Log } from '../desk/log.ts';
import { numberRoutes } from './numbers.ts';
import type { Onboardings } from './onboardings.ts';
import { phoneNumberRoutes } from './phone-numbers.ts';
import { preverifiedRoutes } from './preverified.ts';
import { addRoutes, guarded, type AnsweredRoute, type Routes } from './routes.ts';
import { createTakeSignup } from './signups.ts';
import { answerHandshake, takeWebhook, type WebhookChanges } from './webhooks.ts';

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
  readonly onAnswer?: (answer: AnsweredRoute) => void;
  readonly onWebhook?: (changes: WebhookChanges) => void;
}

/** Every route. The app needs no socket; `serveHttp` gives it one. */
export function createHttpApp({ meta, ...rest }: HttpAppDeps): Hono {
  const app = new Hono();
  const { appSecret, verifyToken } = meta;
  const deps = { ...rest, ...meta, hash: createKeyedHash(appSecret) };
  const takeSignup = createTakeSignup(deps);
  const webhooks = { ...deps, inbox: deps.store.inbox, appSecrets: [appSecret] };
  const forCallers = guarded(deps.access, {
    '/v1/signups': { POST: ({ request }) => takeSignup(request) },
    ...numberRoutes(deps),
    ...accountRoutes(deps),
    ...phoneNumberRoutes(deps),
    ...preverifiedRoutes(deps),
  });
  const forAll: Routes = {
    '/v1/webhooks/meta': {
      GET: ({ request }) => answerHandshake(new URL(request.url), { verifyToken }),
      POST: ({ request }) => takeWebhook(request, webhooks),
    },
    '/healthz': { GET: answerHealth },
    '/readyz': { GET: () => answerReadiness(deps) },
  };
  addRoutes(app, { ...forCallers, ...forAll }, deps);
  const { pages, assets, answerFailure } = createConsole(deps);
  addRoutes(app, { ...guarded(deps.access, pages), ...assets }, { ...deps, answerFailure });
  app.notFound(() => answerError(new HttpError('not_found'), newRequestId()));
  return app;
}

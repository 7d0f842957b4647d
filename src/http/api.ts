import type { TemporalLink } from '../desk/number-view.ts';
import type { Log } from '../desk/log.ts';
import type { Partner } from '../desk/preverified.ts';
import type { Secret } from '../domain/secret.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Store } from '../store/store.ts';
import {
  accountSignupContract,
  createTakeAccountSignup,
  type AcceptAccountSignup,
} from './account-signups.ts';
import { accountRoutes } from './accounts.ts';
import { answerJson } from './answers.ts';
import { auditRoutes } from './audit.ts';
import { declared, declaredRaw } from './contract.ts';
import { describedIn } from './described.ts';
import { createEventFeed, type FeedDeps } from './event-feed.ts';
import { eventRoutes } from './events.ts';
import { answerHealth, answerReadiness, HEALTH, READINESS } from './health.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { limited, type Limits } from './limits.ts';
import { nameRoutes } from './name.ts';
import { numberRoutes } from './numbers.ts';
import type { Onboardings } from './onboardings.ts';
import { OPENAPI, openApiOf } from './openapi.ts';
import { phoneNumberRoutes } from './phone-numbers.ts';
import { preverifiedRoutes } from './preverified.ts';
import { anyone, operator, type Routes } from './routes.ts';
import { signupContract } from './signup-request.ts';
import { createTakeSignup, type AcceptSignup } from './signups.ts';
import {
  answerHandshake,
  HANDSHAKE,
  takeWebhook,
  WEBHOOK,
  type WebhookChanges,
} from './webhooks.ts';

export interface ApiDeps extends FeedDeps {
  readonly store: Store;
  readonly graph: GraphClient;
  /** The HTTP deadline of a Graph call. */
  readonly graphTimeoutMs: number;
  readonly onboardings: Onboardings;
  readonly appId: string;
  readonly appSecret: Secret;
  readonly verifyToken: Secret;
  /** Absent: there are no pre-verified numbers. */
  readonly partner?: Partner;
  /** For links to the Temporal UI. */
  readonly temporal?: TemporalLink;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Lets the drain look at what is new. */
  readonly wake: () => void;
  readonly onWebhook?: (changes: WebhookChanges) => void;
  readonly hash: KeyedHash;
  readonly limits: Pick<Limits, 'takeSignup'>;
  readonly acceptSignup: AcceptSignup;
  readonly acceptAccountSignup: AcceptAccountSignup;
}

/** What programs call: each route says what it takes and answers. */
export function apiRoutes(deps: ApiDeps): Routes {
  const { limits, acceptSignup, verifyToken, store, appSecret } = deps;
  const takeSignup = createTakeSignup(acceptSignup, deps);
  const takeAccountSignup = createTakeAccountSignup(deps.acceptAccountSignup, deps);
  const webhooks = { ...deps, inbox: store.inbox, appSecrets: [appSecret] };
  const routes: Routes = {
    '/v1/signups': {
      POST: operator(limited(limits.takeSignup, declared(signupContract, takeSignup))),
    },
    '/v1/account-signups': {
      POST: operator(
        limited(
          limits.takeSignup,
          declared(accountSignupContract, (call) => takeAccountSignup(call)),
        ),
      ),
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
  return routes;
}

import type { Config } from '../../config.ts';
import { meaningOf } from '../../desk/errors.ts';
import type { WabaId } from '../../domain/phone-number.ts';
import { Secret } from '../../domain/secret.ts';
import { accessEndsAtMs, tokenWarningOf } from '../../domain/token-life.ts';
import type { GraphClient } from '../../graph/client.ts';
import type { TokenFacts } from '../../graph/facts.ts';
import { GraphRefused } from '../../graph/errors.ts';
import { spanOf, dateOf } from '../time.ts';
import { failed, ok, skipped, warning, type Check } from './check.ts';
import type { KnownAccount } from './store-checks.ts';

/** Meta, Embedded Signup: to onboard and to send. */
const SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];

/** Is Meta reached, and does it know the app? Its token is looked up by itself: the smallest call that needs both. */
export async function examineApp(graph: GraphClient, meta: Config['meta']): Promise<Check> {
  const name = 'Meta and the app';
  const mend =
    "copy META_APP_ID and META_APP_SECRET from Meta's App Dashboard, App settings, Basic";
  try {
    const token = new Secret(`${meta.appId}|${meta.appSecret.reveal()}`);
    const { isValid } = await graph.debugToken({ token });
    if (isValid) return ok(name, `Meta knows the app ${meta.appId} and its secret`);
    return failed(name, { detail: 'Meta does not take the app secret', mend });
  } catch (error) {
    if (error instanceof GraphRefused) {
      return failed(name, { detail: meaningOf(error)?.message ?? error.message, mend });
    }
    return unreachable(name, error);
  }
}

/** The token of each account, and whether Meta sends us the account's webhooks. */
export async function examineAccount(
  graph: GraphClient,
  { wabaId, token }: KnownAccount,
  options: { readonly appId: string; readonly nowMs: number },
): Promise<readonly Check[]> {
  const [tokenName, webhooksName] = [`token of ${wabaId}`, `webhooks of ${wabaId}`];
  const mend = 'let the customer run Embedded Signup again';
  if (token === undefined) {
    return [failed(tokenName, { detail: 'there is none that can be opened', mend })];
  }
  try {
    const fault = tokenFault(await graph.debugToken({ token }), { ...options, wabaId });
    if (fault.detail !== undefined) {
      const unasked = skipped(webhooksName, 'cannot be asked without a token');
      return [failed(tokenName, { detail: fault.detail, mend }), unasked];
    }
    const subscribed = await graph.subscribedAppIds({ wabaId, token });
    return [
      fault.soon === undefined
        ? ok(tokenName, fault.summary)
        : warning(tokenName, fault.soon, mend),
      webhookCheck(wabaId, subscribed.includes(options.appId)),
    ];
  } catch (error) {
    return [unreachable(tokenName, error)];
  }
}

interface TokenFault {
  readonly detail?: string;
  readonly soon?: string;
  readonly summary: string;
}

function tokenFault(
  facts: TokenFacts,
  {
    appId,
    nowMs,
    wabaId,
  }: { readonly appId: string; readonly nowMs: number; readonly wabaId: string },
): TokenFault {
  const missing = SCOPES.filter((scope) => !facts.scopes.includes(scope));
  const leftMs = (accessEndsAtMs(facts) ?? Infinity) - nowMs;
  const expiry = leftMs === Infinity ? 'never expires' : `until ${dateOf(nowMs + leftMs)}`;
  const summary = `valid, both scopes, ${expiry}`;
  if (!facts.isValid || leftMs <= 0) return { summary, detail: 'Meta does not take it any more' };
  if (facts.appId !== appId) return { summary, detail: `it belongs to another app than ${appId}` };
  if (missing.length > 0) return { summary, detail: `it lacks ${missing.join(' and ')}` };
  if (facts.wabaIds.length > 0 && !facts.wabaIds.includes(wabaId)) {
    return { summary, detail: 'it was not granted for this account' };
  }
  if (tokenWarningOf(facts, nowMs) === undefined) return { summary };
  return { summary, soon: `expires in ${spanOf(leftMs)}` };
}

function webhookCheck(wabaId: WabaId, isSubscribed: boolean): Check {
  const name = `webhooks of ${wabaId}`;
  if (isSubscribed) return ok(name, 'the app is subscribed');
  return failed(name, {
    detail: 'the app is not subscribed, so changes are seen only by the slow poll',
    mend: `run: whatsapp-onboarding account subscribe ${wabaId}`,
  });
}

function unreachable(name: string, error: unknown): Check {
  const meaning = meaningOf(error);
  if (meaning === undefined) throw error;
  const mend = 'look at the network, a proxy and GRAPH_BASE_URL, and at metastatus.com';
  return failed(name, { detail: meaning.message, mend, code: meaning.code });
}

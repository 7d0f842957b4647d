import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createGraphClient, type GraphClient } from './graph/client.ts';
import type { Store } from './store/store.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { traceCall } from './telemetry/tracing.ts';

/** Meta's name for the limit on calls that set up and read numbers. */
const SET_UP_LIMIT = 'whatsapp_business_management';

interface MetaConnectionDeps {
  readonly store: Store;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'aroundCall'>;
}

/** Meta, as worker and edge call it: what its answers say about an account's limit is noted for all processes. */
export function connectMeta(
  { graph, meta }: Config,
  { store, log, metrics }: MetaConnectionDeps,
): GraphClient & { close(): Promise<void> } {
  return createGraphClient({
    ...graph,
    appId: meta.appId,
    appSecret: meta.appSecret,
    around: (call, send) => traceCall(call, () => metrics.aroundCall(call, send)),
    onWarning: (text) => {
      log.warn(text);
    },
    onUsage: (usage) => {
      if (usage.kind !== 'account' || usage.limit !== SET_UP_LIMIT) return;
      store.pacing.noteUse(usage.wabaId, usage.percent).catch((error: unknown) => {
        log.warn({ err: error }, 'use of an account not noted');
      });
    },
  });
}

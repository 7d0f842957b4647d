import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createGraphClient, type GraphClient, type GraphClientOptions } from './graph/client.ts';
import type { Store } from './store/store.ts';

/** Meta's name for the limit on calls that set up and read numbers. */
const SET_UP_LIMIT = 'whatsapp_business_management';

interface MetaConnectionDeps {
  readonly store: Store;
  readonly log: Logger;
  readonly around?: GraphClientOptions['around'];
}

/** Meta, as worker and edge call it: what its answers say about an account's limit is noted for all processes. */
export function connectMeta(
  { graph, meta }: Config,
  { store, log, around }: MetaConnectionDeps,
): GraphClient & { close(): Promise<void> } {
  return createGraphClient({
    ...graph,
    appId: meta.appId,
    appSecret: meta.appSecret,
    ...(around !== undefined && { around }),
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

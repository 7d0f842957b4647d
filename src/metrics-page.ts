import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createMetricsApp } from './http/metrics-app.ts';
import { serveHttp, type ServeOptions } from './http/server.ts';

/** Nobody waits for a page of metrics that is not there at once. */
const CLOSE_MS = 100;

interface MetricsPageDeps {
  readonly registry: Registry;
  /** Awaited before each page. */
  readonly refresh?: () => Promise<void> | void;
  /** Also called this often, whether or not anybody asks for the page. */
  readonly refreshEveryMs?: number;
  readonly log: Logger;
}

export interface MetricsPage {
  close(): Promise<void>;
}

/** Serves `/metrics` on a listener of its own; without an address, nowhere. @throws CannotListen */
export async function serveMetrics(
  address: ServeOptions | undefined,
  { registry, refresh = () => undefined, refreshEveryMs, log }: MetricsPageDeps,
): Promise<MetricsPage> {
  if (address === undefined) return { close: () => Promise.resolve() };
  const app = createMetricsApp({
    page: async () => {
      await refresh();
      return registry.metrics();
    },
    contentType: registry.contentType,
    nowMs: Date.now,
    // A line for each scrape would bury the others.
    log: log.child({}, { level: 'warn' }),
  });
  const server = await serveHttp(app, address);
  const timer =
    refreshEveryMs === undefined ? undefined : setInterval(() => void refresh(), refreshEveryMs);
  return {
    close: async () => {
      clearInterval(timer);
      await server.close(CLOSE_MS);
    },
  };
}

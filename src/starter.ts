import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { ConfigError, type Config } from './config.ts';
import { connectClient } from './connection.ts';
import { createHttpApp } from './http/app.ts';
import { startDrain } from './http/drain.ts';
import { startsOf } from './http/event-drain.ts';
import { wakesOf } from './http/preverified-drain.ts';
import { createOnboardings } from './http/onboardings.ts';
import { serveHttp } from './http/server.ts';
import { isLoopback } from './loopback.ts';
import { connectMeta } from './meta-connection.ts';
import { serveMetrics, type MetricsPage } from './metrics-page.ts';
import { runProgram } from './program.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { addFleetMetrics } from './telemetry/fleet-metrics.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { traceAnswer, tracedApp } from './telemetry/tracing.ts';
import { traceProgram } from './trace-program.ts';

function fleetMetricsOf(
  registry: Registry,
  { store, log }: { readonly store: Store; readonly log: Logger },
): () => Promise<void> {
  return addFleetMetrics(registry, {
    figures: store.figures,
    nowMs: Date.now,
    onFailure: (err) => {
      log.warn({ err }, 'metrics: the store cannot be read');
    },
  });
}

/** Who can be reached from elsewhere must be able to tell its callers apart. */
async function refuseOpenDoor({ http }: Config, { tokens }: Store): Promise<void> {
  const hasCredential = http.apiToken !== undefined || http.identity !== undefined;
  if (isLoopback(http.host) || hasCredential || (await tokens.any())) return;
  throw new ConfigError([
    'HOST: is not loopback, and nobody could log in; set API_TOKEN or JWT_ISSUER, or make a token: whatsapp-onboarding tokens new',
  ]);
}

await runProgram('starter', async ({ config, log }) => {
  const nowMs = Date.now;
  const { meta, temporal, timing } = config;
  const tracing = traceProgram('starter', config, log);
  const store = await openStore({ ...config.store, nowMs });
  const { registry, ...metrics } = createMetrics();
  const graph = connectMeta(config, { store, log, metrics });
  const client = connectClient(temporal, tracing.forClient);
  const onboardings = createOnboardings({ client, timing, nowMs });
  const isPartnerTold = config.partnerEvents !== undefined;
  let page: MetricsPage | undefined;
  const drain = startDrain({
    ...{ store, onboardings, nowMs, log, onSignalled: metrics.onSignalled },
    ...(isPartnerTold && { events: { store, deliver: startsOf(client, nowMs) } }),
    ...(meta.partner && {
      pool: { store, wakePreverified: wakesOf(client, { nowMs, pollMs: timing.pollMs }) },
    }),
  });
  try {
    await refuseOpenDoor(config, store);
    page = await serveMetrics(
      config.metrics.starter && { ...config.metrics.starter, prefix: 'STARTER_METRICS_' },
      { registry, log, refresh: fleetMetricsOf(registry, { store, log }) },
    );
    const stopping = new AbortController();
    const app = createHttpApp({
      stopping: stopping.signal,
      ...{ store, graph, onboardings, meta, nowMs, log },
      onAnswer: (answer) => {
        metrics.onAnswer(answer);
        traceAnswer(answer);
      },
      onWebhook: metrics.onWebhook,
      graphTimeoutMs: config.graph.timeoutMs,
      monotonicMs: () => performance.now(),
      access: config.http,
      isBehindTls: !isLoopback(config.http.host) || config.http.trustedProxies.length > 0,
      ...(temporal.uiUrl !== undefined && {
        temporal: { uiUrl: temporal.uiUrl, namespace: temporal.namespace },
      }),
      wake: () => {
        drain.wake();
      },
    });
    const stopped = new AbortController();
    const server = await serveHttp(tracedApp(app), config.http);
    log.info({ address: config.http.host, port: server.port }, 'starter is ready');
    await Promise.race([once(process, 'SIGTERM', stopped), once(process, 'SIGINT', stopped)]);
    stopping.abort();
    await server.close(config.shutdownGraceMs);
  } finally {
    await page?.close();
    await drain.stop();
    await graph.close();
    await client.connection.close();
    await store.close();
    await tracing.stop();
  }
});

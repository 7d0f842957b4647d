import { once } from 'node:events';
import { connectClient } from './connection.ts';
import { createHttpApp } from './http/app.ts';
import { startDrain } from './http/drain.ts';
import { startsOf } from './http/event-drain.ts';
import { createOnboardings } from './http/onboardings.ts';
import { serveHttp } from './http/server.ts';
import { isLoopback } from './loopback.ts';
import { connectMeta } from './meta-connection.ts';
import { runProgram } from './program.ts';
import { openStore } from './store/open-store.ts';

await runProgram('starter', async ({ config, log }) => {
  const nowMs = Date.now;
  const { meta, temporal, timing } = config;
  const store = await openStore({ ...config.store, nowMs });
  const graph = connectMeta(config, { store, log });
  const client = connectClient(temporal);
  const onboardings = createOnboardings({ client, timing, nowMs });
  const isPartnerTold = config.partnerEvents !== undefined;
  const drain = startDrain({
    ...{ store, onboardings, nowMs, log },
    ...(isPartnerTold && { events: { store, deliver: startsOf(client, nowMs) } }),
  });
  try {
    const app = createHttpApp({
      ...{ store, graph, onboardings, meta, nowMs, log },
      graphTimeoutMs: config.graph.timeoutMs,
      monotonicMs: () => performance.now(),
      access: config.http,
      isBehindTls: !isLoopback(config.http.host),
      ...(temporal.uiUrl !== undefined && {
        temporal: { uiUrl: temporal.uiUrl, namespace: temporal.namespace },
      }),
      wake: () => {
        drain.wake();
      },
    });
    const stopped = new AbortController();
    const server = await serveHttp(app, config.http);
    log.info({ address: config.http.host, port: server.port }, 'starter is ready');
    await Promise.race([once(process, 'SIGTERM', stopped), once(process, 'SIGINT', stopped)]);
    await server.close(config.shutdownGraceMs);
  } finally {
    await drain.stop();
    await graph.close();
    await client.connection.close();
    await store.close();
  }
});

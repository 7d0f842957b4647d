import { once } from 'node:events';
import { createCodecApp } from './http/codec-app.ts';
import { serveHttp } from './http/server.ts';
import { createKeyring } from './keyring/keyring.ts';
import { withoutMark } from './payloads/metadata.ts';
import { createPayloadCodec } from './payloads/payload-codec.ts';
import { runProgram } from './program.ts';

/** It asks Meta nothing and dials no Temporal, so it need not hold what opens them. */
const UNUSED = {
  META_APP_ID: '0',
  META_APP_SECRET: '0'.repeat(32),
  META_VERIFY_TOKEN: 'unused',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
};

await runProgram(
  'codec-server',
  async ({ config, log }) => {
    const { namespace, uiUrl, codec } = config.temporal;
    const keyring = createKeyring(codec.keyFile);
    await keyring.all();
    const payloadCodec = createPayloadCodec({ keyring, namespace, isOn: false });
    const app = createCodecApp({
      decode: async (payloads) => (await payloadCodec.decode(payloads)).map(withoutMark),
      namespace,
      ...(config.http.apiToken !== undefined && { apiToken: config.http.apiToken }),
      ...(uiUrl !== undefined && { uiOrigin: new URL(uiUrl).origin }),
      nowMs: Date.now,
      log,
    });
    const stopped = new AbortController();
    const { host, port } = config.codecServer;
    const server = await serveHttp(app, { host, port, prefix: 'CODEC_SERVER_' });
    log.info({ address: host, port: server.port }, 'codec server is ready');
    await Promise.race([once(process, 'SIGTERM', stopped), once(process, 'SIGINT', stopped)]);
    await server.close(config.shutdownGraceMs);
  },
  UNUSED,
);

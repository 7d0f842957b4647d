import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { demoCredentials } from './demo-meta.ts';
import type { EmbeddedOptions } from './options.ts';

/** Quick enough to watch, and it shows in the Temporal UI how a poll looks there. */
const DEMO_POLL = '10s';

/**
 * What the programs are started with: paths and ports of this start and, in the demo, the emulator in Meta's place. The rest
 * is the user's own environment.
 *
 * @throws ConfigError with all problems at once, before anything is started.
 */
export async function environmentOf(
  { ports, dataDir }: EmbeddedOptions,
  { own, isDemo }: { readonly own: NodeJS.ProcessEnv; readonly isDemo: boolean },
): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = {
    ...own,
    HOST: '127.0.0.1',
    PORT: ports.http.toString(),
    STORE_PATH: own['STORE_PATH'] ?? join(dataDir, 'onboarding.db'),
    // One start, one folder: the records of a service elsewhere are not for trying things out.
    DATABASE_URL: '',
    KEY_FILE: own['KEY_FILE'] ?? join(dataDir, 'sealing-key.json'),
    TEMPORAL_UI_URL: own['TEMPORAL_UI_URL'] ?? `http://127.0.0.1:${ports.temporalUi}`,
    ...(isDemo ? await demoEnvironment(dataDir, ports.fakeGraph) : {}),
  };
  const address = `127.0.0.1:${ports.temporal}`;
  readConfig({
    env: { TEMPORAL_ADDRESS: address, ...env },
    nodeVersion: process.versions.node,
    nowMs: Date.now(),
  });
  return env;
}

async function demoEnvironment(dataDir: string, port: number): Promise<NodeJS.ProcessEnv> {
  return {
    ...(await demoCredentials(dataDir)),
    META_SIGNUP_CONFIG_ID: '1',
    GRAPH_BASE_URL: `http://127.0.0.1:${port}`,
    POLL_INTERVAL: DEMO_POLL,
  };
}

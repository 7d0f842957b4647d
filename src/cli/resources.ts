import { existsSync } from 'node:fs';
import { readConfig, type Config } from '../config.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** What a command uses beside the database. */
export type Need = 'meta' | 'temporal';

/** Stands for what a command does not use: to list numbers nobody should need the app secret. */
const UNUSED: Readonly<Record<Need, Readonly<Record<string, string>>>> = {
  meta: { META_APP_ID: '0', META_APP_SECRET: '0'.repeat(32), META_VERIFY_TOKEN: 'unused' },
  temporal: { TEMPORAL_ADDRESS: '127.0.0.1:7233' },
};

/** @throws ConfigError */
export function configFor({ env, nodeVersion, nowMs }: Io, needs: readonly Need[]): Config {
  const unused = {
    ...(needs.includes('meta') ? {} : UNUSED.meta),
    ...(needs.includes('temporal') ? {} : UNUSED.temporal),
  };
  const missing = Object.entries(unused).filter(([name]) => (env[name] ?? '') === '');
  const known = { ...env, ...Object.fromEntries(missing) };
  return readConfig({ env: known, nodeVersion, nowMs: nowMs() });
}

/** Nobody has to have one who brings a token. A file that is not there is none; a server that is away is an error. */
export function hasStore({ place }: Config['store']): boolean {
  return place.kind === 'postgres' || existsSync(place.path);
}

/** Opens the service's database for one piece of work. It is not created: an empty one would answer every question wrongly. */
export async function withStore<Answer>(
  config: Config['store'],
  nowMs: () => number,
  work: (store: Store) => Promise<Answer>,
): Promise<Answer> {
  const { place } = config;
  if (place.kind === 'sqlite' && !existsSync(place.path)) {
    throw new CliError(
      'invalid_configuration',
      `STORE_PATH: ${place.path} does not exist; name the database of the service, or start the service once`,
    );
  }
  const store = await openStore({ ...config, nowMs, mayCreate: false });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

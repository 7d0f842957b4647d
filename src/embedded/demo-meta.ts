import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'demo-meta.json';
const CREDENTIALS = ['META_APP_ID', 'META_APP_SECRET', 'META_VERIFY_TOKEN'] as const;

type DemoCredentials = Readonly<Record<(typeof CREDENTIALS)[number], string>>;

/** Nobody has configured Meta, so the emulator plays it. */
export function isDemo(env: NodeJS.ProcessEnv): boolean {
  return CREDENTIALS.every((name) => (env[name] ?? '') === '');
}

/** The app that the emulator knows, made at the first start: a restart must find the webhooks' secret again. */
export async function demoCredentials(dataDir: string): Promise<DemoCredentials> {
  const file = join(dataDir, FILE);
  const fresh: DemoCredentials = {
    META_APP_ID: '670843887433847',
    META_APP_SECRET: randomBytes(16).toString('hex'),
    META_VERIFY_TOKEN: randomBytes(16).toString('hex'),
  };
  try {
    await writeFile(file, JSON.stringify(fresh), { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
  const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (isCredentials(kept)) return kept;
  throw new Error(`${file} cannot be read: delete ${dataDir} to begin anew`);
}

function isCredentials(value: unknown): value is DemoCredentials {
  return typeof value === 'object' && value !== null && CREDENTIALS.every((name) => name in value);
}

import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, type Config } from '../../src/config.ts';
import { nameOf } from '../../src/store/place.ts';

function configOf(url: string): Config {
  const env = {
    META_APP_ID: '1',
    META_APP_SECRET: '0123456789abcdef0123456789abcdef',
    META_VERIFY_TOKEN: 'a-word-of-our-own',
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    DATABASE_URL: url,
  };
  return readConfig({ env, nodeVersion: '24.21.0', nowMs: 0 });
}

function problemOf(url: string): string {
  try {
    configOf(url);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the URL of the database', () => {
  test('takes the place of the SQLite file', () => {
    const { place } = configOf('postgres://onboarding:p%40ss%2Fword@127.0.0.1/records').store;
    expect(place).toMatchObject({
      kind: 'postgres',
      host: '127.0.0.1',
      port: 5432,
      database: 'records',
      user: 'onboarding',
      tls: false,
    });
    expect(place.kind === 'postgres' && place.password?.reveal()).toBe('p@ss/word');
    expect(configOf('').store.place.kind).toBe('sqlite');
  });

  test('is a secret that the logs know of, and the name for people is without it', () => {
    const config = configOf('postgresql://onboarding:hunter2-hunter2@localhost:6543/records');
    expect(config.secrets.map((secret) => secret.reveal())).toContain('hunter2-hunter2');
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toContain('hunter2');
    expect(nameOf(config.store.place)).toBe('PostgreSQL at localhost:6543/records');
  });

  test.each([
    ['postgres://u:p@[::1]:5433/d', '::1'],
    ['postgres://u:p@db.example/d?sslmode=verify-full', 'db.example'],
    ['postgres://u@records:5432/d?sslmode=disable', 'records'],
  ])('may be %s', (url, host) => {
    expect(configOf(url).store.place).toMatchObject({ host });
  });

  const folder = mkdtempSync(join(tmpdir(), 'database-url-'));
  const file = (name: string, mode = 0o600): string => {
    const path = join(folder, name);
    writeFileSync(path, `PEM of ${name}`);
    chmodSync(path, mode);
    return path;
  };
  const verified = (parameters: string): string =>
    `postgres://u:p@db.example/d?sslmode=verify-full&${parameters}`;

  test('asks for the certificates it names', () => {
    const [ca, cert, key] = ['ca.pem', 'client.pem', 'client.key'].map((name) => file(name));
    const { place } = configOf(verified(`sslrootcert=${ca}&sslcert=${cert}&sslkey=${key}`)).store;
    const tls = place.kind === 'postgres' && place.tls;
    expect(tls).toMatchObject({ ca: 'PEM of ca.pem', cert: 'PEM of client.pem' });
    expect(tls !== false && tls.key?.reveal()).toBe('PEM of client.key');
  });

  const FORM =
    'must look like postgres://user:password@host:5432/database, special characters %-encoded';
  const PLAIN =
    'sslmode=verify-full required for a non-loopback host; sslmode=disable allows plain text on a private network';
  test.each([
    ['mysql://u:hunter2@127.0.0.1/d', FORM],
    ['127.0.0.1:5432/hunter2', FORM],
    ['postgres://u:hunter2@/d', FORM],
    ['postgres://u:hunter2@127.0.0.1', FORM],
    ['postgres://u:hunter2@127.0.0.1/', FORM],
    ['postgres://u:hunter2@127.0.0.1/d/e', FORM],
    ['postgres://127.0.0.1/hunter2', FORM],
    ['postgres://u:hunter2@a,b/d', FORM],
    ['postgres://u:hunter2#@127.0.0.1/d', FORM],
    ['postgres://u:hunter2%zz@127.0.0.1/d', FORM],
    ['postgres://u:hunter2@%2Frun%2Fpostgresql/d', FORM],
    ['postgres://u:hunter2@127.0.0.1:99999/d', FORM],
    ['postgres://u:hunter2@db.example/d', PLAIN],
    ['postgres://u:hunter2@127.0.0.1.evil.example/d', PLAIN],
    ['postgres://u:hunter2@db.example/d?sslmode=require', 'sslmode must be verify-full or disable'],
    ['postgres://u:hunter2@db.example/d?sslmode=', 'sslmode must be verify-full or disable'],
    [
      'postgres://u:hunter2@127.0.0.1/d?host=evil.example',
      'takes no parameters but sslmode, sslrootcert, sslcert, sslkey',
    ],
    ['postgres://u:hunter2@127.0.0.1/d?sslrootcert=x', 'certificates need sslmode=verify-full'],
    [verified('sslrootcert=/nowhere/hunter2.pem'), 'sslrootcert, sslcert or sslkey cannot be read'],
    [verified(`sslcert=${file('only.pem')}`), 'sslcert and sslkey belong together'],
    [
      verified(`sslcert=${file('a.pem')}&sslkey=${file('open.key', 0o644)}`),
      'sslkey must not be readable by others (0600)',
    ],
  ])('is refused without being repeated: %s', (url, problem) => {
    expect(problemOf(url)).toBe(`DATABASE_URL: ${problem}`);
  });
});

import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, type Config } from '../../src/config.ts';
import { connectionOptions } from '../../src/connection.ts';

const APP_SECRET = '0123456789abcdef0123456789abcdef';

const GOOD = {
  META_APP_ID: '1234567890',
  META_APP_SECRET: APP_SECRET,
  META_VERIFY_TOKEN: 'a-word-of-our-own',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
};

type Env = Readonly<Record<string, string | undefined>>;

function configOf(env: Env, nodeVersion = '24.21.0'): Config {
  return readConfig({
    env: { ...GOOD, ...env },
    nodeVersion,
    nowMs: Date.parse('2026-11-20T10:00:00Z'),
  });
}

function problemsOf(env: Env, nodeVersion?: string): readonly string[] {
  try {
    configOf(env, nodeVersion);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const IDENTITY = {
  JWT_ISSUER: 'https://id.example',
  JWT_AUDIENCE: 'whatsapp-onboarding',
  JWT_JWKS_URL: 'https://id.example/keys',
};

describe('a good environment', () => {
  test('needs four variables, and the rest has defaults', () => {
    const config = configOf({});
    expect(config.graph).toEqual({
      baseUrl: 'https://graph.facebook.com',
      version: 'v25.0',
      timeoutMs: 10_000,
    });
    expect(config.temporal).toEqual({
      address: '127.0.0.1:7233',
      namespace: 'default',
      tls: false,
      metadata: {},
      codec: { isOn: false, keyFile: '.data/sealing-key.json' },
    });
    expect(config.store).toEqual({
      place: { kind: 'sqlite', path: '.data/onboarding.db' },
      keyFile: '.data/sealing-key.json',
    });
    expect(config.http).toEqual({
      ...{ host: '127.0.0.1', port: 3000, allowedOrigins: [], trustedProxies: [] },
      signupsPerMinute: 10,
    });
    expect(config.timing.pollMs).toBe(6 * 3_600_000);
    expect(config.meta.appSecret.reveal()).toBe(APP_SECRET);
  });

  test('takes an empty variable for an absent one', () => {
    expect(configOf({ GRAPH_VERSION: '', API_TOKEN: '' }).graph.version).toBe('v25.0');
  });

  test.each([
    ['10s', 10_000],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['15 m', 900_000],
  ])('reads the duration %s', (text, ms) => {
    expect(configOf({ CERTIFICATE_GRACE: text }).timing.certificateGraceMs).toBe(ms);
  });

  test('lets a name be undecided for 90 days, or as long as it is told', () => {
    expect(configOf({}).timing.nameUndecidedAfterMs).toBe(90 * 86_400_000);
    const told = configOf({ NAME_UNDECIDED_AFTER: '30d' });
    expect(told.timing.nameUndecidedAfterMs).toBe(30 * 86_400_000);
  });

  test('lets a loopback Graph API speak http and be polled every second', () => {
    const config = configOf({ GRAPH_BASE_URL: 'http://127.0.0.1:4010/', POLL_INTERVAL: '1s' });
    expect(config.graph.baseUrl).toBe('http://127.0.0.1:4010');
    expect(config.timing.pollMs).toBe(1000);
  });

  test('lists every secret it read, and prints none of them', () => {
    const config = configOf({ API_TOKEN: 'x'.repeat(32), TEMPORAL_API_KEY: 'temporal-key' });
    expect(config.secrets.map((secret) => secret.reveal())).toEqual([
      APP_SECRET,
      'a-word-of-our-own',
      'x'.repeat(32),
      'temporal-key',
    ]);
    expect(JSON.stringify(config)).not.toMatch(/0123456789abcdef|a-word|xxx|temporal-key/);
  });

  test('turns TLS on for an API key, and hands the key to the connection', () => {
    const { temporal } = configOf({
      TEMPORAL_ADDRESS: 'eu.api.temporal.io:7233',
      TEMPORAL_API_KEY: 'temporal-key',
    });
    expect(connectionOptions(temporal)).toEqual({
      address: 'eu.api.temporal.io:7233',
      apiKey: 'temporal-key',
      tls: true,
      metadata: {},
    });
  });

  test('allows plain text to another host only when told so', () => {
    const env = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_TLS: 'false' };
    expect(configOf(env).temporal.tls).toBe(false);
  });
});

describe('a bad environment', () => {
  test.each<[string, Env, string]>([
    ['B52', { META_APP_SECRET: undefined }, 'META_APP_SECRET: missing'],
    ['B52', { META_APP_SECRET: '' }, 'META_APP_SECRET: missing'],
    ['B52', { META_APP_SECRET: `${APP_SECRET}\n` }, 'META_APP_SECRET: has white space'],
    ['B52', { META_APP_SECRET: ` ${APP_SECRET}` }, 'META_APP_SECRET: has white space'],
    ['B52', { META_APP_SECRET: APP_SECRET.slice(1) }, 'META_APP_SECRET: must be 32 hex characters'],
    ...[
      'http://graph.facebook.com',
      'https://graph.facebook.com/v25.0',
      'https://me@graph.facebook.com',
      'https://graph.facebook.com?x=1',
      'https://graph.facebook.com.evil.example',
      'http://127.0.0.1.evil.example',
      'not a url',
    ].map((url): [string, Env, string] => [
      'B53',
      { GRAPH_BASE_URL: url },
      'GRAPH_BASE_URL: must be https://graph.facebook.com',
    ]),
    ...['21', 'v21', 'v21.0/'].map((version): [string, Env, string] => [
      'B54',
      { GRAPH_VERSION: version },
      'GRAPH_VERSION: must look like v25.0',
    ]),
    ['B56', { TEMPORAL_ADDRESS: undefined }, 'TEMPORAL_ADDRESS: missing'],
    ['B56', { TEMPORAL_ADDRESS: 'localhost' }, 'TEMPORAL_ADDRESS: needs host:port'],
    ['B56', { TEMPORAL_ADDRESS: 'http://localhost:7233' }, 'TEMPORAL_ADDRESS: needs host:port'],
    [
      'B56',
      { TEMPORAL_ADDRESS: 'temporal:7233' },
      'TEMPORAL_TLS: required for a non-loopback address; TEMPORAL_TLS=false allows plain text on a private network',
    ],
    ['B56', { TEMPORAL_TLS: 'yes' }, 'TEMPORAL_TLS: must be true or false'],
    [
      'B56',
      { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml', TEMPORAL_PROFILE: 'production' },
      'TEMPORAL_CONFIG_FILE: cannot be read, or lacks TEMPORAL_PROFILE',
    ],
    ['B57', { POLL_INTERVAL: '10' }, "POLL_INTERVAL: '10' has no unit; write 10m"],
    ['B57', { POLL_INTERVAL: '-5m' }, 'POLL_INTERVAL: must be positive'],
    ['B57', { POLL_INTERVAL: '0s' }, 'POLL_INTERVAL: must be positive'],
    ['B57', { POLL_INTERVAL: '1 fortnight' }, 'POLL_INTERVAL: unknown unit; use s, m, h or d'],
    ['B57', { POLL_INTERVAL: 'NaN' }, 'POLL_INTERVAL: is no duration; write 10m'],
    ['B57', { POLL_INTERVAL: '59s' }, 'POLL_INTERVAL: must be between 1m and the deadline (14d)'],
    ['B57', { POLL_INTERVAL: '15d' }, 'POLL_INTERVAL: must be between 1m and the deadline (14d)'],
    ['B57', { GRAPH_TIMEOUT: '11s' }, 'GRAPH_TIMEOUT: must be at most a third of START_TO_CLOSE'],
    ['B57', { OUTCOME_WAIT: '10s' }, 'OUTCOME_WAIT: must exceed GRAPH_TIMEOUT'],
    ['B57', { SHUTDOWN_GRACE: '10s' }, 'SHUTDOWN_GRACE: must exceed GRAPH_TIMEOUT'],
    ...['0', '70000', 'abc', '80.5', '-1'].map((port): [string, Env, string] => [
      'B58',
      { PORT: port },
      'PORT: must be 1-65535',
    ]),
    ['B58', { META_VERIFY_TOKEN: APP_SECRET }, 'META_APP_SECRET and META_VERIFY_TOKEN must differ'],
    [
      'an open codec server',
      { CODEC_SERVER_HOST: '0.0.0.0' },
      'API_TOKEN: required when CODEC_SERVER_HOST is not loopback',
    ],
    ['a short token', { API_TOKEN: 'x'.repeat(31) }, 'API_TOKEN: must have at least 32 characters'],
    [
      'half an identity provider',
      { JWT_ISSUER: 'https://id.example' },
      'JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL belong together: set all or none',
    ],
    [
      'keys that anybody on the way could change',
      { ...IDENTITY, JWT_JWKS_URL: 'http://id.example/keys' },
      'JWT_JWKS_URL: must be https, or http to a loopback host',
    ],
    ...['HS256', 'none', 'RS256, HS512'].map((names): [string, Env, string] => [
      'signatures that we could make ourselves',
      { ...IDENTITY, JWT_ALGORITHMS: names },
      'JWT_ALGORITHMS: must be some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA',
    ]),
    ...['root=x', 'admin', 'admin=', 'admin=x, viewer=x'].map((pairs): [string, Env, string] => [
      'roles that we do not have',
      { ...IDENTITY, JWT_ROLES: pairs },
      'JWT_ROLES: must be like viewer=staff, operator=whatsapp-ops, admin=whatsapp-admins',
    ]),
    ...['10.0.0.0/33', 'proxy.example', '10.0.0.1, '].map((networks): [string, Env, string] => [
      'B43',
      { TRUSTED_PROXIES: networks },
      'TRUSTED_PROXIES: must be addresses or networks such as 10.0.0.0/8',
    ]),
    [
      'an origin with a path',
      { ALLOWED_ORIGINS: 'https://a.example, https://b.example/x' },
      'ALLOWED_ORIGINS: must be origins such as https://partner.example',
    ],
    [
      'an unknown state of the codec',
      { PAYLOAD_CODEC: 'true' },
      'PAYLOAD_CODEC: must be off or on',
    ],
    [
      'a level',
      { LOG_LEVEL: 'loud' },
      'LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent',
    ],
    [
      'a link',
      { TEMPORAL_UI_URL: 'javascript:1' },
      'TEMPORAL_UI_URL: must be an http or https address',
    ],
  ])('%s: refuses %j', (_row, env, problem) => {
    expect(problemsOf(env)).toEqual([problem]);
  });

  test('B58: refuses a Node below the floor', () => {
    expect(problemsOf({}, '20.2.0')).toEqual(['Node 24 needed, this is 20.2.0']);
  });

  test('is told whole: every problem at once, with no value of a secret', () => {
    const secret = 'not-hex-but-a-secret-all-the-same';
    const problems = problemsOf({
      META_APP_ID: undefined,
      META_APP_SECRET: secret,
      POLL_INTERVAL: '10',
      OUTCOME_WAIT: '5s',
      PORT: '0',
      TEMPORAL_ADDRESS: 'temporal:7233',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'META_APP_ID',
      'META_APP_SECRET',
      'POLL_INTERVAL',
      'PORT',
      'OUTCOME_WAIT',
      'TEMPORAL_TLS',
    ]);
    expect(problems.join('\n')).not.toContain(secret);
  });
});

function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

describe('client certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const certificate = join(folder, 'client.pem');
  const key = join(folder, 'client.key');
  writeFileSync(certificate, rootCertificates[0] ?? '');
  writeFileSync(key, 'a key is only looked at from outside');
  const CERTIFICATE = 'TEMPORAL_TLS_CLIENT_CERT_PATH';
  const KEY = 'TEMPORAL_TLS_CLIENT_KEY_PATH';

  test('are read for mutual TLS', () => {
    chmodSync(key, 0o600);
    const { tls } = configOf({ [CERTIFICATE]: certificate, [KEY]: key }).temporal;
    expect(tls).toMatchObject({
      clientCertPair: { crt: bytesOf(certificate), key: bytesOf(key) },
    });
  });

  test('B56: are refused without a key, unreadable, or with an open key', () => {
    chmodSync(key, 0o644);
    writeFileSync(join(folder, 'junk.pem'), 'junk');
    expect(problemsOf({ [CERTIFICATE]: certificate })).toEqual([`${KEY}: missing`]);
    expect(problemsOf({ [CERTIFICATE]: join(folder, 'junk.pem'), [KEY]: key })).toEqual([
      `${CERTIFICATE}: cannot be read`,
      `${KEY}: must not be readable by others (0600)`,
    ]);
  });

  test('B56: are refused after their last day', () => {
    chmodSync(key, 0o600);
    const env = { ...GOOD, [CERTIFICATE]: certificate, [KEY]: key };
    const nowMs = Date.now() + 20 * 365 * 86_400_000;
    expect(() => readConfig({ env, nodeVersion: '24.0.0', nowMs })).toThrow(
      /^TEMPORAL_TLS_CLIENT_CERT_PATH: expired on 20\d\d-\d\d-\d\d$/,
    );
  });
});

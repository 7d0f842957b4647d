import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type Config } from '../../src/config.ts';

const URL = 'https://events.partner.example/whatsapp';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function configOf(env: Readonly<Record<string, string>>): Config {
  const good = {
    ...{ META_APP_ID: '1', META_APP_SECRET: '0'.repeat(32), META_VERIFY_TOKEN: 'word' },
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
  };
  return readConfig({ env: { ...good, ...env }, nodeVersion: '24.21.0', nowMs: 0 });
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    configOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('where events of numbers go', () => {
  it('is nowhere unless both variables say so', () => {
    expect(configOf({}).partnerEvents).toBeUndefined();
    const together =
      'PARTNER_EVENTS_URL and PARTNER_EVENTS_SECRET belong together: set both or none';
    expect(problemsOf({ PARTNER_EVENTS_URL: URL })).toEqual([together]);
    expect(problemsOf({ PARTNER_EVENTS_SECRET: SECRET })).toEqual([together]);
  });

  it('is known with its key, which nothing prints', () => {
    const { partnerEvents, secrets } = configOf({
      ...{ PARTNER_EVENTS_URL: URL, PARTNER_EVENTS_SECRET: SECRET },
    });
    expect(partnerEvents?.url).toBe(URL);
    expect(partnerEvents?.secret.reveal()).toBe(SECRET);
    expect(secrets.map((secret) => secret.reveal())).toContain(SECRET);
  });

  it('must be fit for it, and a refused value is never repeated', () => {
    const problems = problemsOf({
      PARTNER_EVENTS_URL: 'http://user:hidden@events.partner.example/',
      PARTNER_EVENTS_SECRET: 'whsec_aGlkZGVu',
    });
    expect(problems).toEqual([
      'PARTNER_EVENTS_URL: must be https, or http to a loopback host, without a password',
      'PARTNER_EVENTS_SECRET: must be whsec_ and 24-64 bytes in base64',
    ]);
  });
});

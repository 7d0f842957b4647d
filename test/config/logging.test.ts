import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import { createLogger, temporalLogger } from '../../src/logging.ts';

const TOKEN = `EAA${'Gm0PX4ZCpsBA'.repeat(3)}`;

function linesOf(secrets: readonly Secret[] = []): {
  log: ReturnType<typeof createLogger>;
  lines: string[];
} {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { log: createLogger({ name: 'starter', level: 'info', secrets, destination }), lines };
}

describe('a log line', () => {
  test('is JSON with the listed fields alone', () => {
    const { log, lines } = linesOf();
    log.info(
      { phoneNumberId: '106540352242922', body: 'everything', displayPhoneNumber: '1' },
      'woken',
    );
    const { time, ...line } = z
      .looseObject({ time: z.iso.datetime() })
      .parse(JSON.parse(lines[0] ?? ''));
    expect(Date.now() - Date.parse(time)).toBeLessThan(5000);
    expect(line).toEqual({
      level: 'info',
      pid: process.pid,
      name: 'starter',
      phoneNumberId: '106540352242922',
      msg: 'woken',
    });
  });

  test('never holds a known secret, in any spelling, nor an access token of Meta', () => {
    const { log, lines } = linesOf([new Secret('a"b/c d')]);
    const error = new Error(`sent a"b/c d`, { cause: new Error(`token ${TOKEN}`) });
    log.error({ err: error, url: `https://x/?s=${encodeURIComponent('a"b/c d')}` }, `got ${TOKEN}`);
    expect(lines.join('')).not.toMatch(/a\\?"b|a%22b|EAAGm0/);
    expect(lines.join('')).toContain('«secret»');
    expect(() => void JSON.parse(lines[0] ?? '')).not.toThrow();
  });

  test('stays one line, whatever is in its text', () => {
    const { log, lines } = linesOf();
    log.info({ path: 'a\\n\u0085b' }, 'one\r\ntwo\u001b[31m\u2028three');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      path: 'a\\n b',
      msg: 'one  two [31m three',
    });
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  });

  test('shows two digits of a phone number', () => {
    const { log, lines } = linesOf();
    log.info('number +1 631-555-5555 of 102290129340398');
    expect(lines[0]).toContain('number +…55 of 102290129340398');
  });

  test("holds Temporal's words and fields, and an error without its belongings", () => {
    const { log, lines } = linesOf();
    const error = Object.assign(new Error('lost'), { request: { token: TOKEN } });
    temporalLogger(log).warn('Activity failed', { workflowId: 'onboard-phone-number/1', error });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      workflowId: 'onboard-phone-number/1',
      error: { type: 'Error', message: 'lost' },
      msg: 'Activity failed',
    });
    expect(lines.join('')).not.toMatch(/request|«secret»/);
  });
});

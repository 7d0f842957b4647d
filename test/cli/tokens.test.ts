import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS } from '../support/spans.ts';
import { commandLine, openHome } from './command-line.ts';

const madeShape = z.object({ prefix: z.string(), token: z.string(), expires_at: z.string() });

describe('tokens', () => {
  test('makes one that is shown once, and kept by nobody', async () => {
    const { env, store } = await openHome();
    const given = ['--role', 'operator', '--owner', 'alice@partner.example'];
    const { code, out } = await commandLine(['tokens', 'new', ...given], { env });
    expect(code).toBe(0);
    const [token = ''] = out.split('\n');
    expect(out).toContain('For alice@partner.example, operator, until ');
    expect(await store.tokens.grantOf(new Secret(token))).toMatchObject({
      ...{ owner: 'alice@partner.example', role: 'operator' },
    });
    const list = await commandLine(['tokens', 'list'], { env });
    expect(list.out).toContain('alice@partner.example');
    expect(list.out).not.toContain(token.slice(15));
  });

  test('ends one at once, and tells who did', async () => {
    const nowMs = (): number => 1_800_000_000_000;
    const { env, store } = await openHome(nowMs);
    const given = { env, nowMs };
    const made = await commandLine(
      ['tokens', 'new', '--role', 'viewer', '--owner', 'bob', '--json'],
      given,
    );
    const { prefix, token, expires_at } = madeShape.parse(JSON.parse(made.out));
    expect(Date.parse(expires_at)).toBe(nowMs() + 90 * DAY_MS);
    expect((await commandLine(['tokens', 'revoke', prefix], given)).code).toBe(0);
    expect(await store.tokens.grantOf(new Secret(token))).toBeUndefined();
    const again = await commandLine(['tokens', 'revoke', prefix], given);
    expect([again.code, again.err]).toEqual([4, `no token ${prefix} that still works\n`]);
    const { out } = await commandLine(['audit', 'list'], given);
    const lines = out.split('\n').filter((line) => line.includes('tokens revoke'));
    expect(lines.map((line) => line.trim().split(/\s+/).slice(-2))).toEqual([
      [prefix, 'unknown_token'],
      [prefix, 'done'],
    ]);
    expect(lines[0]).toContain('(administrator, CLI)');
  });

  test('makes a link that logs one browser in', async () => {
    const { env, store } = await openHome();
    const given = ['--role', 'admin', '--owner', 'alice'];
    const { out } = await commandLine(['tokens', 'link', ...given], { env });
    const word = /^http:\/\/127\.0\.0\.1:3000\/login\/(?<word>[\w-]{43})\n$/.exec(out)?.groups;
    const grant = await store.sessions.takeLogin(new Secret(word?.['word'] ?? ''));
    expect(grant).toEqual({ owner: 'alice', role: 'admin' });
  });

  test.each([
    [['--role', 'root', '--owner', 'x'], '--role must be one of viewer, operator, admin'],
    [['--role', 'viewer'], '--owner <name> is missing'],
    [['--role', 'viewer', '--owner', 'a\nb'], '--owner must be 1-60 letters'],
    [['--role', 'viewer', '--owner', 'x', '--expires', '90'], '--expires must be a duration'],
  ])('refuses %j', async (args, problem) => {
    const { env } = await openHome();
    const { code, err } = await commandLine(['tokens', 'new', ...args], { env });
    expect([code, err.includes(problem)]).toEqual([2, true]);
  });
});

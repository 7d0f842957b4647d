import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/config.ts';
import { commandLine, openHome } from '../cli/command-line.ts';
import { commandsIn } from './markdown.ts';

const PAGE = join(import.meta.dirname, '../../docs/how-to/give-people-access.md');
const commands = commandsIn(readFileSync(PAGE, 'utf8'));

const madeShape = z.object({ prefix: z.string() });

it('has commands that give access, take it back and tell who did', async () => {
  const { env } = await openHome();
  const run = (args: readonly string[]) => commandLine(args, { env });
  const made = await run([...['tokens', 'new', '--role', 'viewer', '--owner', 'eve', '--json']]);
  const { prefix } = madeShape.parse(JSON.parse(made.out));
  const typed = commands.filter((command) => command.startsWith('whatsapp-onboarding '));
  expect(typed.length).toBe(6);
  for (const command of typed) {
    const [, ...args] = command.replace('5f0c1e7ab2', prefix).split(' ');
    const { code, err } = await run(args);
    expect([command, code, err]).toEqual([command, 0, '']);
  }
});

it('has an identity provider that the configuration takes', () => {
  const lines = commands.filter((command) => command.startsWith('JWT_'));
  const identity = lines.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  const config = readConfig({
    env: {
      ...Object.fromEntries<string>(identity),
      ...{ META_APP_ID: '1', META_APP_SECRET: '0'.repeat(32), META_VERIFY_TOKEN: 'word' },
      ...{ TEMPORAL_ADDRESS: '127.0.0.1:7233' },
    },
    ...{ nodeVersion: process.versions.node, nowMs: Date.now() },
  });
  expect(config.http.identity?.roles.get('whatsapp-ops')).toBe('operator');
  expect(config.http.identity?.roleClaim).toBe('realm_access.roles');
});

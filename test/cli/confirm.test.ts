import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newSignup } from '../store/builders.ts';
import { openHome, type Home } from './command-line.ts';

/** Of util-linux: gives a program a terminal of its own. */
const SCRIPT = '/usr/bin/script';
const ENTER = '\r';
const CTRL_C = '\u0003';
const ID = newSignup().phoneNumberId;

interface Seen {
  readonly code: number | null;
  readonly screen: string;
}

/** The program at a terminal, and the keys of a person who has read the question. */
async function atTerminal(command: string, { env }: Home, keys: string): Promise<Seen> {
  // Nobody has told the new terminal its size.
  const line = `stty cols 100 rows 30; exec '${process.execPath}' src/cli/main.ts ${command}`;
  const child = spawn(SCRIPT, ['-qefc', line, '/dev/null'], {
    env: { ...env, PATH: process.env['PATH'], TERM: 'xterm', NO_COLOR: '1' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let screen = '';
  let isAnswered = false;
  child.stdout.on('data', (chunk) => {
    screen += String(chunk);
    if (isAnswered || !/\bNo\b/.test(screen)) return;
    isAnswered = true;
    child.stdin.write(keys);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, screen };
}

const isKnown = async ({ store }: Home): Promise<boolean> =>
  (await store.numbers.byId(ID)) !== undefined;

async function homeWithNumber(): Promise<Home> {
  const home = await openHome();
  await home.store.signups.accept(newSignup());
  return home;
}

describe.skipIf(!existsSync(SCRIPT))('B50: what cannot be undone, at a terminal', () => {
  it('is done after a yes', async () => {
    const home = await openHome();
    const grant = { owner: 'bob', role: 'viewer' } as const;
    const { prefix, token } = await home.store.tokens.issue(grant);
    const { code, screen } = await atTerminal(`tokens revoke ${prefix}`, home, 'y');
    expect(screen).toContain(`End the token ${prefix} and its sessions?`);
    expect(screen).toContain(`${prefix} works no more.`);
    expect(code).toBe(0);
    expect(await home.store.tokens.grantOf(token)).toBeUndefined();
  });

  it.each([
    ['Enter, as no is the default', ENTER, 2],
    ['a no', 'n', 2],
    ['Ctrl-C', CTRL_C, 130],
  ])('is not done after %s, and the exit code tells', async (_what, keys, expected) => {
    const home = await homeWithNumber();
    const { code, screen } = await atTerminal(`forget ${ID}`, home, keys);
    expect(screen).toContain(`Erase all that is kept of ${ID}, its PIN too?`);
    expect(screen).toContain('nothing was done');
    expect([code, await isKnown(home)]).toEqual([expected, true]);
    const [line] = await home.store.audit.list({ limit: 1 });
    const result = keys === CTRL_C ? 'interrupted' : 'not_confirmed';
    expect(line).toMatchObject({ action: 'forget', result });
  });

  it.each(['abandon', 'deregister', 'pin reveal', 'pin rotate', 'preverified delete'])(
    'is asked for: %s',
    async (name) => {
      const { code, screen } = await atTerminal(`${name} ${ID}`, await homeWithNumber(), ENTER);
      expect(screen).toMatch(new RegExp(`${ID}.*\\?`));
      expect([code, screen]).toEqual([2, expect.stringContaining('nothing was done')]);
    },
  );

  it('is not asked for with --yes', async () => {
    const home = await openHome();
    const { prefix } = await home.store.tokens.issue({ owner: 'bob', role: 'viewer' });
    const { code, screen } = await atTerminal(`tokens revoke ${prefix} --yes`, home, ENTER);
    expect([code, screen.trim()]).toEqual([0, `${prefix} works no more.`]);
  });

  it('leaves stdout to the answer, for who reads only that', async () => {
    const home = await openHome();
    const { prefix } = await home.store.tokens.issue({ owner: 'bob', role: 'viewer' });
    const command = `tokens revoke ${prefix} --json >'${home.folder}/out'`;
    expect((await atTerminal(command, home, 'y')).code).toBe(0);
    const said: unknown = JSON.parse(readFileSync(`${home.folder}/out`, 'utf8'));
    expect(said).toEqual({ prefix, state: 'revoked' });
  });
});

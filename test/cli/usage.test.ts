import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandLine, program } from './command-line.ts';

const COMMANDS = [
  'numbers list',
  'numbers show',
  'numbers watch',
  'retry',
  'account list',
  'account show',
  'doctor',
];

const errorShape = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), request_id: z.uuid() }),
});

describe('B44, B45: a mistake on the command line', () => {
  it.each([
    ['retri', "unknown command 'retri'. Did you mean 'retry'?"],
    ['numbers lst', "unknown command 'lst'. Did you mean 'list'?"],
    ['xyzzy', "unknown command 'xyzzy'"],
    ['numbers list --jsn', "unknown option '--jsn'. Did you mean '--json'?"],
    ['', 'command missing; --help lists them'],
    ['numbers', 'numbers: command missing; --help lists them'],
    ['retry', 'retry: phone number id missing'],
    ['retry 12a', 'retry: phone number id must be 1-20 digits'],
    ['retry ../1', 'retry: phone number id must be 1-20 digits'],
    ['retry 1 --actor', 'retry: --actor <name> is not given'],
    ['numbers show', 'numbers show: phone number id missing'],
    ['numbers watch 123456789012345678901', 'numbers watch: phone number id must be 1-20 digits'],
    ['account list', 'account list: account id missing'],
    ['account show x', 'account show: account id must be 1-20 digits'],
    [
      'account list 1 --account-mode TEST',
      'account list: --account-mode must be one of SANDBOX, LIVE',
    ],
    [
      'account list 1 --fields a.b',
      'account list: --fields must be 1-50 names like name_status, separated by commas',
    ],
    [
      'account list 1 --fields status --sort name',
      'account list: --sort must be one of id, status',
    ],
    ['account list 1 --sort id:up', 'account list: --sort takes :asc or :desc behind the field'],
  ])('is told in one sentence with exit code 2: %s', async (args, sentence) => {
    const ended = await commandLine(args.split(' ').filter((arg) => arg !== ''));
    expect(ended).toEqual({ code: 2, out: '', err: `${sentence}\n` });
  });

  it('is told in the shape of an HTTP error where JSON is asked for', async () => {
    const { code, out, err } = await commandLine(['retry', '--json']);
    expect([code, out]).toEqual([2, '']);
    const { error } = errorShape.parse(JSON.parse(err));
    expect(error).toMatchObject({ code: 'usage', message: 'retry: phone number id missing' });
  });

  it('ends the program itself with exit code 2 and no trace', async () => {
    expect(await program(['retri'])).toEqual({
      code: 2,
      out: '',
      err: "unknown command 'retri'. Did you mean 'retry'?\n",
    });
  });
});

describe('B47: a secret as an argument', () => {
  const sentence =
    'give the token on stdin or with --token-file; arguments can be read by every user';

  it.each(['--token EAAGsecret', '--token=EAAGsecret', '--access-token=EAAGsecret'])(
    'is refused and never repeated: %s',
    async (args) => {
      const ended = await commandLine(['account', 'list', '1', ...args.split(' ')]);
      expect(ended).toEqual({ code: 2, out: '', err: `${sentence}\n` });
    },
  );

  it.each([
    'retry 1 EAAGsecret',
    'retry EAAGsecret',
    'account list EAAGsecret',
    'retry 1 --pin=EAAGsecret',
  ])('is not repeated where it makes no sense either: %s', async (args) => {
    const { code, out, err } = await commandLine(args.split(' '));
    expect(code).toBe(2);
    expect(out + err).not.toContain('EAAG');
  });
});

describe('help', () => {
  it.each(COMMANDS)('is there with examples for %s', async (name) => {
    const command = name.split(' ');
    const { code, out, err } = await commandLine([...command, '--help']);
    expect([code, err]).toEqual([0, '']);
    const examples = out.split('Examples:\n')[1]?.trim().split('\n') ?? [];
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      expect(example.trim()).toMatch(new RegExp(`^whatsapp-onboarding ${name}\\b`));
    }
  });

  it('lists every command', async () => {
    const { out } = await program(['--help']);
    for (const name of COMMANDS) expect(out).toContain(`\n  ${name.split(' ')[0] ?? ''} `);
  });
});

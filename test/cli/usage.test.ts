import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandLine, program } from './command-line.ts';

const ONE_SECRET = 'only one secret can come from standard input; name a file for the other';

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
    ['pause', 'pause: phone number id missing'],
    ['resume 12a', 'resume: phone number id must be 1-20 digits'],
    ['numbers freed', 'numbers freed: phone number id missing'],
    ['abandon 1', 'abandon: cannot be taken back; repeat with --yes'],
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
    ['account watch 1 --interval 0s', 'account watch: --interval must be 10s to 60m'],
    ['account watch 1 --interval 2h', 'account watch: --interval must be 10s to 60m'],
    ['account add 1 --cc 1', 'account add: --phone-number <digits> is missing'],
    [
      'account subscribe 1 --override-url https://a.example',
      'account subscribe: --override-url and --verify-token-file belong together',
    ],
    ['code request 1', 'code request: --method <method> is missing'],
    ['code request 1 --method sms', 'code request: --method must be one of SMS, VOICE'],
    ['code submit 1 --token-file -', `code submit: ${ONE_SECRET}`],
    ['pin set 1 --file - --token-file -', `pin set: ${ONE_SECRET}`],
    ['pin rotate 1 --account x', 'pin rotate: account id must be 1-20 digits'],
    [
      'deregister 1',
      'deregister: the number sends and gets no message until it is registered again; repeat with --yes',
    ],
    [
      'preverified delete 1',
      'preverified delete: no customer can pick the number any more; repeat with --yes',
    ],
    ['preverified show x', 'preverified show: pre-verified id must be 1-20 digits'],
    [
      'on-premises register 1 --code-method SMS',
      'on-premises register: --code-method must be one of sms, voice',
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
  const why = 'arguments can be read by every user';
  const pin = `give the PIN on stdin or with --file; ${why}`;
  const code = `give the code on stdin or with --file; ${why}`;

  it.each([
    ['pin set 271828', pin],
    ['pin set 106540352242922 271828', pin],
    ['pin set 106540352242922 --pin 271828', pin],
    ['pin set 106540352242922 --pin=271828', pin],
    ['code submit 271828', code],
    ['code submit 106540352242922 271828', code],
    ['code submit 106540352242922 --code=271828', code],
    ['preverified code submit 106540352242922 271828', code],
    ['on-premises verify 102290129340398 271828', code],
    [
      'account subscribe 1 --verify-token=271828',
      `give the verify token on stdin or with --verify-token-file; ${why}`,
    ],
  ])('is refused with the way to give it: %s', async (args, sentence) => {
    expect(await commandLine(args.split(' '))).toEqual({ code: 2, out: '', err: `${sentence}\n` });
  });

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

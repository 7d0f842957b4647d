import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isWabaId } from '../../src/domain/phone-number.ts';
import { Secret } from '../../src/domain/secret.ts';
import { APP_ID, startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { newSignup, phoneNumberId } from '../store/builders.ts';
import { commandLine, openHome, program, type Home } from './command-line.ts';

const listSchema = z.object({
  waba_id: z.string(),
  phone_numbers: z.array(z.record(z.string(), z.unknown())),
});

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta();
});
afterAll(() => meta.close());

const tokenSchema = z.object({ value: z.string() });

let home: Home;
let waba: string;
let token: string;
beforeEach(async () => {
  home = await openHome();
  const signup = await meta.signUp({ number: { verified_name: 'Blue Door' } });
  waba = signup.waba_id;
  token = tokenSchema.parse(await meta.post('/tokens', { kind: 'business', wabas: [waba] })).value;
  if (!isWabaId(waba)) throw new Error('not an id');
  await home.store.signups.accept(
    newSignup({
      wabaId: waba,
      phoneNumberId: phoneNumberId(signup.phone_number_id),
      token: new Secret(token),
    }),
  );
});

const envOf = ({ env }: Home) => ({ ...env, GRAPH_BASE_URL: meta.url });
const list = (...args: readonly string[]) =>
  commandLine(['account', 'list', waba, ...args], { env: envOf(home) });
const listed = async (...args: readonly string[]) =>
  listSchema.parse(JSON.parse((await list('--json', ...args)).out)).phone_numbers;

describe('the numbers of an account', () => {
  it('are shown in a table', async () => {
    const { code, out, err } = await program(['account', 'list', waba], envOf(home));
    expect([code, err]).toEqual([0, '']);
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head?.split(/ +/)).toEqual([
      ...['id', 'display_phone_number', 'verified_name', 'code_verification_status'],
      ...['status', 'name_status', 'account_mode'],
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/^\d+ .*Blue Door +VERIFIED .* LIVE$/);
  });

  it('are all there, from every page, in the order asked for', async () => {
    for (let n = 0; n < 119; n++) {
      const verified_name = `Shop ${n}`;
      const account_mode = n % 4 === 0 ? 'SANDBOX' : 'LIVE';
      await meta.post('/numbers', { waba, verified_name, account_mode });
    }
    const names = (numbers: readonly Record<string, unknown>[]) =>
      numbers.map((number) => number['verified_name']);
    const shops = Array.from({ length: 119 }, (_, n) => `Shop ${n}`);

    const fields = ['--fields', 'verified_name', '--sort'];
    expect(names(await listed(...fields, 'verified_name'))).toEqual(['Blue Door', ...shops]);
    expect(names(await listed(...fields, 'verified_name:desc'))).toEqual([
      ...shops.toReversed(),
      'Blue Door',
    ]);
    expect(await listed('--account-mode', 'SANDBOX')).toHaveLength(30);
    expect(await listed('--account-mode', 'LIVE')).toHaveLength(90);
  });

  it('have the fields asked for, and their id', async () => {
    const [number = {}] = await listed('--fields', 'status,throughput');
    expect(Object.keys(number)).toEqual(['id', 'status', 'throughput']);
    const { out } = await list('--fields', 'throughput');
    expect(out).toContain('{"level":');
  });

  it('are refused where Meta does not know a field', async () => {
    const ended = await list('--fields', 'colour');
    expect(ended).toEqual({
      ...{ code: 2, out: '' },
      err: "account list: Meta knows no field 'colour'\n",
    });
  });

  it('show the SHA-256 of a certificate, and the certificate only when that is asked for', async () => {
    await meta.patch(`/numbers/${await onlyId()}`, { name_status: 'APPROVED' });
    const asked = ['--fields', 'name_status,certificate'];
    const [number] = await listed(...asked);
    const [revealed] = await listed(...asked, '--reveal-certificates');
    const certificate = z.string().parse(revealed?.['certificate']);
    const digest = createHash('sha256').update(certificate).digest('hex');
    expect(number).toEqual({ ...revealed, certificate: `sha256:${digest}` });
    const { out } = await list(...asked);
    expect(out).toContain(`sha256:${digest}`);
    expect(out).not.toContain(certificate);
  });
});

async function onlyId(): Promise<string> {
  return z.string().parse((await listed())[0]?.['id']);
}

describe('an account', () => {
  it('is shown with its token and who gets its webhooks', async () => {
    const show = (...args: string[]) =>
      commandLine(['account', 'show', waba, ...args], { env: envOf(home) });
    const { code, out } = await show();
    expect(code).toBe(0);
    expect(out).toContain('valid, never expires');
    expect(out).toContain('no app is subscribed');
    expect(JSON.parse((await show('--json')).out)).toMatchObject({
      waba_id: waba,
      token: { is_valid: true, app_id: APP_ID },
      subscribed_apps: [],
    });
  });

  it('is shown with a warning when our token for it ends soon, by its list as well', async () => {
    const shop = await meta.signUp({});
    const id = shop.waba_id;
    if (!isWabaId(id)) throw new Error('not an id');
    const expiresAt = Date.now() + 6.5 * 86_400_000;
    const order = { kind: 'business', wabas: [id], expiresAt };
    const { value } = tokenSchema.parse(await meta.post('/tokens', order));
    await home.store.signups.accept(
      newSignup({
        ...{ idempotencyKey: 'soon', wabaId: id, token: new Secret(value) },
        ...{
          phoneNumberId: phoneNumberId(shop.phone_number_id),
          tokenLife: { expiresAtMs: expiresAt },
        },
      }),
    );
    const run = (...args: string[]) => commandLine(['account', ...args], { env: envOf(home) });
    const warning = /Our access to the account ends in 6 days 1[12] hours\./;
    expect((await run('show', id)).out).toMatch(warning);
    expect((await run('list', id)).out).toMatch(warning);
    const json = (await run('show', id, '--json')).out;
    expect(json).toMatch(/"warning": ?"Our access to the account ends in 6 days/);
    expect((await run('list', waba)).out).not.toContain('Our access');
  });

  it('is not found where nobody signed up for it', async () => {
    const ended = await commandLine(['account', 'list', '123'], { env: envOf(home) });
    expect(ended).toEqual({
      code: 4,
      out: '',
      err: 'No signup has given us a token for this account; let the customer sign up, or give a token of yours with --token-file\n',
    });
  });

  it('is read with a token from a file or from stdin, which nobody sees', async () => {
    const file = join(home.folder, 'token');
    writeFileSync(file, `${token}\n`);
    const env = { ...envOf(home), STORE_PATH: join(home.folder, 'none.db') };
    const byFile = ['account', 'list', waba, '--token-file', file];
    const byStdin = ['account', 'list', waba, '--token-file', '-'];
    const ended = [
      await commandLine(byFile, { env }),
      await commandLine(byStdin, { env, input: token }),
    ];
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(JSON.stringify(ended)).not.toContain(token);
    const empty = await commandLine(byStdin, { env, input: '' });
    expect([empty.code, empty.err]).toEqual([2, '--token-file holds no token\n']);
    const none = await commandLine([...byFile.slice(0, -1), '/none'], { env });
    expect([none.code, none.err]).toEqual([2, '--token-file cannot be read\n']);
  });

  it('that Meta does not show ends with 5 and says what that means', async () => {
    await meta.patch('/tokens', { value: token, revoked: true });
    const { code, out, err } = await list();
    expect([code, out]).toEqual([5, '']);
    expect(err).toMatch(/^Our access has ended\. .*\(Meta's code 190.*\)\n$/);
    expect(err).not.toContain(token);
  });

  it('of others ends with 5 and says so', async () => {
    const other = await meta.signUp({});
    const { code, err } = await commandLine(
      ['account', 'list', other.waba_id, '--token-file', '-'],
      { env: envOf(home), input: token },
    );
    expect(code).toBe(5);
    expect(err).toMatch(
      /^There is no such number or account, or the token gives no access to it\. /,
    );
  });

  it('cannot be read while Meta is away, which ends with 3', async () => {
    const env = { ...home.env, GRAPH_BASE_URL: 'http://127.0.0.1:1' };
    const { code, out, err } = await commandLine(['account', 'list', waba, '--json'], { env });
    expect([code, out]).toEqual([3, '']);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'meta_unavailable' } });
    expect(err).toContain('Could not list the numbers of the account: ');
  });
});

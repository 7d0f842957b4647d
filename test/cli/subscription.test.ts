import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { COMPILED } from '../support/compile-cache.ts';
import { openShop, ordersIn, type Shop } from './shop.ts';

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta();
});
afterAll(() => meta.close());

let shop: Shop;
beforeEach(async () => {
  shop = await openShop(meta);
});

describe("an account's webhooks", () => {
  it('are subscribed and unsubscribed, and the account shows it', async () => {
    const { waba } = shop;
    const subscribed = await shop.run(`account subscribe ${waba}`);
    expect(subscribed.out).toBe(`This app gets the webhooks of account ${waba}.\n`);
    expect((await shop.run(`account show ${waba}`)).out).toContain('Webhooks    this app\n');
    const ended = await shop.run(`account unsubscribe ${waba}`);
    expect(ended.out).toBe(
      `This app does not get the webhooks of account ${waba} any more.\nNumbers of it are on their way, so the service subscribes again.\n`,
    );
    expect((await shop.run(`account show ${waba}`)).out).toContain('no app is subscribed');
    expect(await ordersIn(meta, waba)).toEqual(['POST subscribed_apps', 'DELETE subscribed_apps']);
  });

  it('are mended as the doctor says', async () => {
    const { out } = await shop.run('doctor');
    const mend = `mend: run: whatsapp-onboarding account subscribe ${shop.waba}\n`;
    expect(out).toContain(mend);
    await shop.run(`account subscribe ${shop.waba}`);
    expect((await shop.run('doctor')).out).toContain(
      `ok       webhooks of ${shop.waba}: the app is subscribed\n`,
    );
  });

  it('go to an override only at an https address, with a word from a file', async () => {
    const file = join(shop.home.folder, 'word');
    writeFileSync(file, 'a-secret-word\n');
    const order = `account subscribe ${shop.waba} --verify-token-file ${file} --override-url`;
    const plain = await shop.run(`${order} http://127.0.0.1:1/`);
    expect(plain).toEqual({
      ...{ code: 2, out: '' },
      err: 'account subscribe: callback URL must be https://… of at most 200 characters\n',
    });
    expect(await ordersIn(meta, shop.waba)).toEqual([]);
    const refused = await shop.run(`${order} https://localhost:1/`);
    expect(refused.code).toBe(5);
    expect(plain.err + refused.err).not.toContain('a-secret-word');
  });
});

const lineShape = z.looseObject({
  kind: z.string(),
  phone_number_id: z.string(),
  field: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});

/** `account watch` in a process of its own, which a person ends with Ctrl-C. */
function startWatching() {
  const args = ['account', 'watch', shop.waba, '--interval', '1s', '--json'];
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
    env: { ...COMPILED, ...shop.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    next: async () => lineShape.parse(JSON.parse(String((await lines.next()).value))),
    complaint: () => once(child.stderr, 'data'),
    /** The lines that nobody has read. */
    interrupted: async () => {
      child.kill('SIGINT');
      const unread: string[] = [];
      for await (const line of lines) unread.push(line);
      return unread;
    },
  };
}

describe('a watched account', () => {
  it('is shown once, at Meta beside what this service does', async () => {
    const other = await shop.added({ verified_name: 'Red Door' });
    const { code, out } = await shop.run(`account watch ${shop.waba} --once`);
    expect(code).toBe(0);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual([
      ...['id', 'display_phone_number', 'verified_name', 'code_verification_status'],
      ...['status', 'name_status', 'account_mode', 'stage', 'waiting_for'],
    ]);
    const rowOf = (id: string) => rows.find(([first]) => first === id);
    expect(rowOf(shop.number)?.slice(-2)).toEqual(['verifying', 'meta']);
    expect(rowOf(shop.number)).toContain('Blue Door');
    expect(rowOf(other)?.slice(-1)).toEqual(['LIVE']);
  });

  it('tells each change at Meta, and a new number, once', async () => {
    const watching = startWatching();
    expect(await watching.next()).toMatchObject({ kind: 'found', phone_number_id: shop.number });
    await meta.patch(`/numbers/${shop.number}`, { name_status: 'DECLINED' });
    expect(await watching.next()).toMatchObject({
      ...{ kind: 'changed', phone_number_id: shop.number, field: 'name_status' },
      to: 'DECLINED',
    });
    const added = await shop.added();
    expect(await watching.next()).toMatchObject({ kind: 'found', phone_number_id: added });
    expect(await watching.interrupted()).toEqual([]);
  });

  it('is watched on after Meta did not answer', async () => {
    const watching = startWatching();
    await watching.next();
    await meta.post('/faults', { kind: 'html', match: { method: 'GET', path: '/phone_numbers' } });
    await watching.complaint();
    const added = await shop.added();
    expect(await watching.next()).toMatchObject({ kind: 'found', phone_number_id: added });
    expect(await watching.interrupted()).toEqual([]);
  });

  it('of which nobody knows a token ends with 4 at once', async () => {
    const { code, err } = await shop.run('account watch 123');
    expect([code, err]).toEqual([4, expect.stringContaining('No signup has given us a token')]);
  });
});

describe('a number at Meta', () => {
  it('is shown beside its onboarding', async () => {
    const { out } = await shop.run(`numbers show ${shop.number} --at-meta`);
    expect(out).toMatch(/^Time left +13 d/m);
    expect(out).toMatch(/\nAt Meta\nid +\d+\n(.*\n)*code_verification_status +VERIFIED\n/);
    expect(out).toMatch(/\n\nHistory\n/);
    const { at_meta: fields, stage } = await shop.json(
      `numbers show ${shop.number} --fields code_verification_status`,
    );
    expect(stage).toBe('verifying');
    expect(fields).toEqual({ id: shop.number, code_verification_status: 'VERIFIED' });
  });

  it('is shown without an onboarding, if its account is named', async () => {
    const id = await shop.added();
    expect(await shop.run(`numbers show ${id} --at-meta`)).toMatchObject({ code: 4, out: '' });
    const { out } = await shop.run(`numbers show ${id} --at-meta --account ${shop.waba}`);
    expect(out).toMatch(/^No onboarding of \d+ is known\.\n\nAt Meta\n/);
    expect(out).toMatch(/^name_status +APPROVED$/m);
  });

  it('has the SHA-256 of its certificate, and no field that Meta does not know', async () => {
    await meta.patch(`/numbers/${shop.number}`, { name_status: 'APPROVED' });
    const { out } = await shop.run(`numbers show ${shop.number} --fields certificate`);
    expect(out).toMatch(/^certificate +sha256:[0-9a-f]{64}$/m);
    expect(await shop.run(`numbers show ${shop.number} --fields colour`)).toEqual({
      ...{ code: 2, out: '' },
      err: "numbers show: Meta knows no field 'colour'\n",
    });
  });
});

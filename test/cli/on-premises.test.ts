import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../graph/servers.ts';
import { wabaId } from '../store/builders.ts';
import { startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { openShop, otpOf, type Shop } from './shop.ts';

const PASSWORD = 'fake-onprem-password';

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta();
});
afterAll(() => meta.close());

let shop: Shop;
beforeEach(async () => {
  shop = await openShop(meta);
});

/** The customer's own client, which fake-graph plays too. */
const connect = (password: string) =>
  shop.run(
    `on-premises connect ${shop.waba} --url ${meta.url} --user admin --password-file -`,
    `${password}\n`,
  );

/** With a certificate, which the client asks for. */
async function certified(settings: object = {}): Promise<string> {
  return shop.added({ onprem: 'working', ...settings });
}

const META = { api_status: 'stable', version: 'v2.45.1' };
const USERS = [{ token: 'client-token', expires_after: '2099-01-01 00:00:00+00:00' }];

/** A client with one account, whoever is logged in. */
function startClient() {
  return serve(({ url }) =>
    url.pathname === '/v1/users/login'
      ? { status: 200, body: { users: USERS, meta: META } }
      : { status: 201, body: { meta: META } },
  );
}

describe("an account's On-Premises client", () => {
  it('lets us in, and registers a number with its certificate', async () => {
    const id = await certified();
    expect((await connect(PASSWORD)).out).toBe(`The client of account ${shop.waba} lets us in.\n`);
    const order = `on-premises register ${id} --account ${shop.waba} --code-method sms`;
    expect((await shop.run(order)).out).toBe(`${id} is registered on its client.\n`);
    const { out } = await shop.run(
      `numbers show ${id} --account ${shop.waba} --fields platform_type`,
    );
    expect(out).toMatch(/^platform_type +ON_PREMISE$/m);
  });

  it('asks for a code where the ownership is not proved', async () => {
    const id = await certified({ otp_verified_at: null });
    await connect(PASSWORD);
    const order = `on-premises register ${id} --account ${shop.waba} --code-method voice`;
    const { out } = await shop.run(order);
    expect(out).toContain(`whatsapp-onboarding on-premises verify ${shop.waba}\n`);
    expect(await otpOf(meta, id)).toMatch(/^[0-9]{6}$/);
    const wrong = await shop.run(`on-premises verify ${shop.waba}`, '000000');
    expect([wrong.code, wrong.out]).toEqual([5, '']);
  });

  it('takes the code by the id of the account or of its number', async () => {
    const client = await startClient();
    await shop.run(
      `on-premises connect ${shop.waba} --url ${client.url} --user admin --password-file -`,
      PASSWORD,
    );
    const ended = [
      await shop.run(`on-premises verify ${shop.waba}`, '123830\n'),
      await shop.run(`on-premises verify ${shop.number}`, '123831\n'),
    ];
    const sentence = `The client of account ${shop.waba} takes the code.\n`;
    expect(ended.map(({ out }) => out)).toEqual([sentence, sentence]);
    const verified = client.seen.filter(({ url }) => url.pathname === '/v1/account/verify');
    const bodies = ['123830', '123831'].map((code) => JSON.stringify({ code }));
    expect(verified.map(({ body }) => body)).toEqual(bodies);
  });

  it('is not kept where the password is wrong, and nobody sees it', async () => {
    const ended = await connect('another-password');
    expect([ended.code, ended.out]).toEqual([5, '']);
    expect(ended.err).not.toContain('another-password');
    const { credentials } = shop.home.store;
    expect(await credentials.onPremisesOf(wabaId(shop.waba))).toBeUndefined();
  });

  it('that is not known must be connected first', async () => {
    const ended = await shop.run(`on-premises register ${shop.number} --code-method sms`);
    expect(ended).toEqual({
      ...{ code: 78, out: '' },
      err: "The account's On-Premises client is not known; connect it first\n",
    });
    const verified = await shop.run(`on-premises verify ${shop.number}`, '123830');
    expect(verified.code).toBe(78);
  });

  it('says that Meta has retired it', async () => {
    const id = await certified({ onprem: 'retired' });
    await connect(PASSWORD);
    const ended = await shop.run(
      `on-premises register ${id} --account ${shop.waba} --code-method sms`,
    );
    expect(ended.code).toBe(5);
    expect(ended.err).toMatch(/^Meta has closed On-Premises registration\. .*code 1005/);
  });

  it.each([
    ['http://wa.example:9090', 'On-Premises base URL must be like https://wa.example.com:9090'],
    ['https://169.254.169.254', 'On-Premises base URL must not be a link-local or special address'],
  ])('is not called at %s', async (url, sentence) => {
    const file = join(shop.home.folder, 'password');
    writeFileSync(file, PASSWORD);
    const ended = await shop.run(
      `on-premises connect ${shop.waba} --url ${url} --user admin --password-file ${file}`,
    );
    expect(ended).toEqual({ code: 2, out: '', err: `on-premises connect: ${sentence}\n` });
  });
});

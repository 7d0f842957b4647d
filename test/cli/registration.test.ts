import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { phoneNumberId, wabaId } from '../store/builders.ts';
import { openShop, ordersIn, otpOf, type Shop } from './shop.ts';

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta();
});
afterAll(() => meta.close());

let shop: Shop;
beforeEach(async () => {
  shop = await openShop(meta);
});

/** The eight requests that people and the service may send in 72 hours. */
async function spendAll(number: string): Promise<void> {
  const { attempts } = shop.home.store;
  for (let n = 1; n <= 8; n++) {
    await attempts.reserve({
      ...{ phoneNumberId: phoneNumberId(number), requestKey: `test/${n}`, kind: 'operator' },
      inFlightMs: 1,
    });
    await attempts.startSending(phoneNumberId(number), n);
    await attempts.close(phoneNumberId(number), n, { state: 'refused' });
  }
}

describe('a number without a signup', () => {
  it('is added, proved by a code, registered and taken off again, each by one command', async () => {
    const added = await shop.run(
      `account add ${shop.waba} --cc 1 --phone-number 4195551518 --name "Lucky Shrub" --by-hand`,
    );
    const id = /^(\d+) is in account/.exec(added.out)?.[1] ?? '';
    expect(added.out.split('\n').slice(1, 4)).toEqual([
      expect.stringContaining(`code request ${id} --account ${shop.waba} --method SMS`),
      expect.stringContaining(`code submit ${id} --account ${shop.waba}`),
      expect.stringContaining(`register ${id} --account ${shop.waba}`),
    ]);
    const account = `--account ${shop.waba}`;
    const sent = await shop.run(`code request ${id} ${account} --method VOICE --language de_DE`);
    expect(sent.out).toContain(`A code is on its way to ${id} by VOICE.`);
    const code = await otpOf(meta, id);
    const proved = await shop.run(`code submit ${id} ${account}`, `${code}\n`);
    expect(proved).toMatchObject({ code: 0, err: '' });
    const registered = await shop.run(`register ${id} ${account} --region DE`);
    expect(registered.out).toBe(
      `${id} is registered.\n7 such requests are left for you in 72 hours.\n`,
    );
    const off = await shop.run(`deregister ${id} ${account} --yes`);
    expect(off.out).toContain(`${id} is not registered.`);
    expect(await ordersIn(meta, id)).toEqual([
      ...['POST request_code', 'POST verify_code', 'POST register', 'POST deregister'],
    ]);
    expect([added, sent, proved, registered, off].map(({ err }) => err).join('')).toBe('');
    expect(proved.out).not.toContain(code);
  });

  it('is added with one of our pre-verified numbers, and needs no code then', async () => {
    const { preverified_id: id } = await shop.json('preverified add 15550783881');
    await shop.run(`preverified code request ${String(id)} --method SMS`);
    await shop.run(`preverified code submit ${String(id)}`, await otpOf(meta, String(id)));
    const order = `--cc 1 --phone-number 5550783881 --name "Lucky Shrub" --preverified-id ${String(id)}`;
    const { out } = await shop.run(`account add ${shop.waba} ${order}`);
    expect(out).toMatch(/ is in account \d+ now\.\nSee what comes of it: +.* numbers watch \d+\n/);
  });

  it('is onboarded when it is added, and says that it has no deadline', async () => {
    const order = '--cc 1 --phone-number 4195551520 --name "Lucky Shrub"';
    const added = await shop.json(`account add ${shop.waba} ${order}`);
    expect(added).toMatchObject({ waba_id: shop.waba, is_onboarding: true });
    const id = String(added['phone_number_id']);
    expect(await shop.home.store.signups.pending(10)).toContainEqual(
      expect.objectContaining({ phoneNumberId: id, source: 'api' }),
    );
    const { out } = await shop.run(`numbers show ${id}`);
    expect(out).toContain('Time left     no deadline: it came without Embedded Signup\n');
    expect((await shop.run('numbers list')).out).toMatch(new RegExp(`${id} .* no deadline`));
    const refused = await shop.run(`register ${id}`);
    expect(refused.err).toContain("The number's onboarding runs and sees to its registration");
  });

  it('is found in its account, and adopted by its id or with all the others', async () => {
    const ids = [await shop.added(), await shop.added({ otp_verified_at: null })];
    const listed = await shop.run(`account adopt ${shop.waba}`);
    for (const id of ids) expect(listed.out).toContain(id);
    const [first = '', second = ''] = ids;
    const one = await shop.run(`account adopt ${shop.waba} ${first} ${shop.number}`);
    expect(one.out.split('\n')).toEqual([
      `${first} is adopted; the starter begins its onboarding within seconds.`,
      `${shop.number} is known here already, or was to be forgotten.`,
      '',
    ]);
    const all = await shop.json(`account adopt ${shop.waba} --yes`);
    expect(all).toMatchObject({ waba_id: shop.waba, left: [] });
    expect(all['adopted']).toContain(second);
    const none = await shop.run(`account adopt ${shop.waba}`);
    expect(none.out).toBe('Every number of the account is known here.\n');
    const both = await shop.run(`account adopt ${shop.waba} 1 --yes`);
    expect(both).toMatchObject({
      ...{ code: 2, err: 'account adopt: --yes adopts all; give either it or ids\n' },
    });
  });

  it('is not added where the form is wrong, and Meta is not asked', async () => {
    const before = await ordersIn(meta, shop.waba);
    const order = `account add ${shop.waba} --name Blue --phone-number 6315551111`;
    expect(await shop.run(`${order} --cc +1`)).toEqual({
      ...{ code: 2, out: '' },
      err: 'account add: country code must be 1-3 digits, without the +\n',
    });
    expect(await ordersIn(meta, shop.waba)).toEqual(before);
  });

  it('gets its code with a token of yours and no database, but no registration, which is counted', async () => {
    const id = await shop.added({ otp_verified_at: null });
    const file = join(shop.home.folder, 'token');
    writeFileSync(file, `${shop.token}\n`);
    const env = { STORE_PATH: join(shop.home.folder, 'none.db') };
    const by = `${id} --account ${shop.waba} --token-file ${file}`;
    expect(await shop.run(`code request ${by} --method SMS`, '', env)).toMatchObject({ code: 0 });
    expect(await shop.run(`register ${by}`, '', env)).toMatchObject({ code: 78 });
    expect(await ordersIn(meta, id)).toEqual(['POST request_code']);
  });
});

describe('a code', () => {
  it.each([
    ['', 'standard input holds no code'],
    ['12a456', 'code submit: code must be 6 digits, without the hyphen'],
    ['123-830', 'code submit: code must be 6 digits, without the hyphen'],
  ])('%j is refused before it is sent', async (input, sentence) => {
    const id = await shop.added({ otp_verified_at: null });
    const ended = await shop.run(`code submit ${id} --account ${shop.waba}`, input);
    expect(ended).toEqual({ code: 2, out: '', err: `${sentence}\n` });
    expect(await ordersIn(meta, id)).toEqual([]);
  });

  it('that is wrong ends with 5 and what to do', async () => {
    const id = await shop.added({ otp_verified_at: null });
    await shop.run(`code request ${id} --account ${shop.waba} --method SMS`);
    const wrong = (await otpOf(meta, id)) === '000001' ? '000002' : '000001';
    const { code, err } = await shop.run(`code submit ${id} --account ${shop.waba}`, wrong);
    expect(code).toBe(5);
    expect(err).toMatch(/^The code was wrong or too old\. .*\(Meta's code 136025, trace /);
  });

  it('is read from a file that exists', async () => {
    const ended = await shop.run(`code submit ${shop.number} --file ${shop.home.folder}/none`);
    expect(ended).toEqual({ code: 2, out: '', err: '--file cannot be read\n' });
  });
});

describe('a registration by hand', () => {
  it('is not for a number whose onboarding runs', async () => {
    const ended = await shop.run(`register ${shop.number}`);
    expect(ended).toEqual({
      ...{ code: 5, out: '' },
      err: "The number's onboarding runs and sees to its registration; use retry\n",
    });
    expect(await meta.registersOf(shop.number)).toEqual([]);
  });

  it('of a number whose account is not known asks for it', async () => {
    const id = await shop.added();
    expect(await shop.run(`register ${id}`)).toEqual({
      ...{ code: 4, out: '' },
      err: 'No onboarding of this number is known; name its account with --account\n',
    });
  });

  it('of one that is registered sends nothing', async () => {
    const id = await shop.added({ registered_at: new Date().toISOString() });
    const { code, out } = await shop.run(`register ${id} --account ${shop.waba}`);
    expect([code, out]).toEqual([0, `${id} is registered already; nothing was sent.\n`]);
    expect(await meta.registersOf(id)).toEqual([]);
  });

  it('of one that is not verified ends with 5, sends nothing and says what to do', async () => {
    const id = await shop.added({ otp_verified_at: null });
    const { code, err } = await shop.run(`register ${id} --account ${shop.waba}`);
    expect(code).toBe(5);
    expect(err).toBe(
      'Meta has no valid proof that you own this number. Verify it in WhatsApp Manager, then repeat this.\n',
    );
    expect(await meta.registersOf(id)).toEqual([]);
  });

  it('B49: beyond the budget says when the next one is allowed', async () => {
    const id = await shop.added();
    await spendAll(id);
    const { code, err } = await shop.run(`register ${id} --account ${shop.waba}`);
    expect(code).toBe(5);
    expect(err).toMatch(
      /^8 of 10 registrations used; next allowed 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/,
    );
    const { error } = await shop.json(`register ${id} --account ${shop.waba}`);
    expect(error).toMatchObject({ code: 'attempts_spent' });
    expect(await meta.registersOf(id)).toEqual([]);
  });

  it('of which nobody knows the end ends with 3, and is counted', async () => {
    const id = await shop.added();
    await meta.post('/faults', { kind: 'drop_after', match: { path: '/register' } });
    const { error } = await shop.json(`register ${id} --account ${shop.waba}`);
    expect(error).toMatchObject({ code: 'outcome_unknown' });
    const again = await shop.run(`register ${id} --account ${shop.waba}`);
    expect(again.out).toBe(`${id} is registered already; nothing was sent.\n`);
    expect(await meta.registersOf(id)).toHaveLength(1);
  });

  it("waits for the account's calls, and says how long", async () => {
    const id = await shop.added();
    const untilMs = Date.UTC(2099, 0, 1);
    await shop.home.store.pacing.pause(wabaId(shop.waba), untilMs - Date.now());
    const { code, err } = await shop.run(`register ${id} --account ${shop.waba}`);
    expect(code).toBe(3);
    expect(err).toMatch(/; next allowed 20\d\d-/);
    expect(await meta.ledgerOf(id)).toEqual([]);
  });

  it('with a region Meta does not have sends nothing', async () => {
    const id = await shop.added();
    const { code, err } = await shop.run(`register ${id} --account ${shop.waba} --region XX`);
    expect(code).toBe(2);
    expect(err).toMatch(/^register: data localization region must be one of AE, /);
    expect(await meta.registersOf(id)).toEqual([]);
  });
});

describe('a number that is half deregistered', () => {
  it('is deregistered, though it looks as if it was off, and registers then', async () => {
    const id = await shop.added({ half_deregistered: true });
    const refused = await shop.run(`register ${id} --account ${shop.waba}`);
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('code 133000')]);
    const off = await shop.run(`deregister ${id} --account ${shop.waba} --yes`);
    expect(off.out).toContain(`${id} is not registered.`);
    const registered = await shop.run(`register ${id} --account ${shop.waba}`);
    expect(registered.out).toContain(`${id} is registered.`);
    expect(await ordersIn(meta, id)).toEqual([
      ...['POST register', 'POST deregister', 'POST register'],
    ]);
  });

  it('is deregistered by hand while its onboarding waits for just that', async () => {
    const id = phoneNumberId(shop.number);
    await meta.patch(`/numbers/${id}`, { half_deregistered: true });
    expect(await shop.run(`deregister ${id} --yes`)).toMatchObject({ code: 5 });
    const { attempts } = shop.home.store;
    await attempts.reserve({
      ...{ phoneNumberId: id, requestKey: 'run-1/1', kind: 'automatic', inFlightMs: 1 },
    });
    await attempts.startSending(id, 1);
    await attempts.close(id, 1, { state: 'unknown', cause: 'half_deregistered' });
    expect((await shop.run(`deregister ${id} --yes`)).out).toContain(`${id} is not registered.`);
    expect(await ordersIn(meta, id)).toEqual(['POST deregister']);
  });
});

describe('a PIN', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const pinsOf = async (id: string) =>
    (await meta.ledgerOf(id)).flatMap(({ pinSha256 }) => pinSha256 ?? []);

  it('from standard input or a file becomes the number’s, at Meta and here, and is not printed', async () => {
    const id = await shop.added({ registered_at: new Date().toISOString(), pin: '141421' });
    const file = join(shop.home.folder, 'pin');
    writeFileSync(file, '314159\n');
    const ended = [
      await shop.run(`pin set ${id} --account ${shop.waba}`, '271828\n'),
      await shop.run(`pin set ${id} --account ${shop.waba} --file ${file} --json`),
    ];
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(JSON.stringify(ended)).not.toMatch(/271828|314159/);
    expect(await pinsOf(id)).toEqual([sha256('271828'), sha256('314159')]);
    const kept = await shop.home.store.credentials.pinOf(phoneNumberId(id));
    expect(kept?.reveal()).toBe('314159');
  });

  it('that Meta has already is kept here and not sent, and registers the number', async () => {
    const id = await shop.added({ pin: '111111' });
    const account = `--account ${shop.waba}`;
    expect((await shop.run(`register ${id} ${account}`)).err).toContain('code 133005');
    const { out } = await shop.run(`pin set ${id} ${account} --current`, '111111\n');
    expect(out).toBe(`The PIN of ${id} is sealed here. Nothing was sent.\n`);
    expect((await shop.run(`register ${id} ${account}`)).out).toContain(`${id} is registered.`);
    expect(await ordersIn(meta, id)).toEqual(['POST register', 'POST register']);
  });

  it('is drawn anew by rotate, and nobody sees it', async () => {
    const id = await shop.added({ registered_at: new Date().toISOString() });
    const { code, out } = await shop.run(`pin rotate ${id} --account ${shop.waba}`);
    expect([code, out]).toEqual([0, `${id} has a fresh PIN, at Meta and sealed here.\n`]);
    const kept = await shop.home.store.credentials.pinOf(phoneNumberId(id));
    expect(await pinsOf(id)).toEqual([sha256(kept?.reveal() ?? '')]);
  });

  it.each(['000000', '123456', '987654', '12345', '1234567', 'abcdef'])(
    'as weak as %s is refused, not sent and not repeated',
    async (pin) => {
      const ended = await shop.run(`pin set ${shop.number}`, pin);
      expect(ended).toEqual({
        ...{ code: 2, out: '' },
        err: 'pin set: PIN must be exactly 6 digits, neither a repeat (000000) nor a run (123456)\n',
      });
      expect(await pinsOf(shop.number)).toEqual([]);
    },
  );
});

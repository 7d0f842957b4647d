import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { openShop, ordersIn, otpOf, type Shop } from './shop.ts';

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta();
});
afterAll(() => meta.close());

let shop: Shop;
let digits = 15_550_783_881;
beforeEach(async () => {
  shop = await openShop(meta);
  digits += 1;
});

const add = async () =>
  z.string().parse((await shop.json(`preverified add ${digits}`))['preverified_id']);

describe('a pre-verified number', () => {
  it('is added, verified by a code, listed and deleted', async () => {
    const id = await add();
    const sent = await shop.run(`preverified code request ${id} --method SMS`);
    expect(sent.out).toContain(`preverified code submit ${id}\n`);
    const taken = await shop.run(`preverified code submit ${id}`, await otpOf(meta, id));
    expect(taken.out).toBe(`Meta takes it: ${id} is verified for 90 days.\n`);

    const shown = await shop.run(`preverified show ${id}`);
    expect(shown.out).toMatch(/^Status +VERIFIED$/m);
    expect(shown.out).toMatch(/^Until +20\d\d-/m);
    const listed = await shop.run('preverified list --status VERIFIED');
    expect(listed.out).toMatch(new RegExp(`^${id} .* VERIFIED +20`, 'm'));
    expect((await shop.run('preverified list --status NOT_VERIFIED')).out).not.toContain(id);

    const deleted = await shop.run(`preverified delete ${id} --yes`);
    expect(deleted.out).toBe(`${id} is deleted.\n`);
    expect(await ordersIn(meta, id)).toEqual([
      'POST request_code',
      'POST verify_code',
      `DELETE ${id}`,
    ]);
    const { code } = await shop.run(`preverified show ${id}`);
    expect(code).toBe(5);
  });

  it('is not deleted without --yes', async () => {
    const id = await add();
    expect(await shop.run(`preverified delete ${id}`)).toMatchObject({ code: 2 });
    expect(await ordersIn(meta, id)).toEqual([]);
  });

  it('needs the portfolio and its token, and says which variables are missing', async () => {
    const env = { META_BUSINESS_ID: '', META_SYSTEM_TOKEN: '' };
    expect(await shop.run('preverified list', '', env)).toEqual({
      ...{ code: 78, out: '' },
      err: 'Pre-verified numbers need META_BUSINESS_ID and META_SYSTEM_TOKEN\n',
    });
  });

  it.each([
    ['add +15550783881', 'preverified add: '],
    ['list --phone-number 1-555', 'preverified list: '],
  ])('is refused where its digits are wrong: %s', async (line, start) => {
    const { code, err } = await shop.run(`preverified ${line}`);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^${start}.*digits`));
  });
});

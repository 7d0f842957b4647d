import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { phoneNumberId, wabaId } from '../store/builders.ts';
import { startFakeMeta, type RunningFakeMeta } from '../support/fake-meta.ts';
import { openShop, type Shop } from './shop.ts';

let meta: RunningFakeMeta;
beforeAll(async () => {
  meta = await startFakeMeta();
});
afterAll(() => meta.close());

let shop: Shop;
beforeEach(async () => {
  shop = await openShop(meta);
});

describe('a signup that is taken at the command line', () => {
  it('spends its code and waits for the starter, its token sealed', async () => {
    const signup = await meta.signUp({});
    const line = `start ${signup.waba_id} ${signup.phone_number_id}`;
    const { code, out, err } = await shop.run(line, `${signup.code}\n`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('is accepted; the starter begins its onboarding within seconds');
    const { store } = shop.home;
    const pending = await store.signups.pending(10);
    expect(pending.map(({ phoneNumberId: id }) => id)).toContain(signup.phone_number_id);
    expect(await store.credentials.tokenOf(wabaId(signup.waba_id))).toBeDefined();
    expect(out).not.toContain(signup.code);

    const again = await shop.run(line, `${signup.code}\n`);
    expect([again.code, again.err]).toEqual([5, 'Signup took over 30 s; run it again\n']);
  });

  it('that named no number takes up those that are its own', async () => {
    const signup = await meta.signUp({ event: 'FINISH_ONLY_WABA' });
    const { code, out, err } = await shop.run(`start ${signup.waba_id}`, signup.code);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`${signup.phone_number_id} is accepted`);
    const pending = await shop.home.store.signups.pending(10);
    expect(pending.map(({ phoneNumberId: id }) => id)).toContain(signup.phone_number_id);
  });

  it('that brought no number says how one comes in', async () => {
    const signup = await meta.signUp({ event: 'FINISH_ONLY_WABA' });
    await meta.patch(`/numbers/${signup.phone_number_id}`, { gone: true });
    const { code, out } = await shop.run(`start ${signup.waba_id}`, signup.code);
    expect(code).toBe(0);
    expect(out).toContain(`whatsapp-onboarding account add ${signup.waba_id}`);
  });

  it('is refused for a number that is not in the account', async () => {
    const signup = await meta.signUp({});
    const other = await meta.signUp({});
    const line = `start ${signup.waba_id} ${other.phone_number_id}`;
    const { code, err } = await shop.run(line, signup.code);
    expect(code).toBe(5);
    expect(err).toContain('gives no access to this number in this account');
  });

  it('is told to the running onboarding of a customer who reconnects, by the outbox', async () => {
    const signup = await meta.signUp({ waba: shop.waba, number: shop.number });
    const id = phoneNumberId(signup.phone_number_id);
    const { code } = await shop.run(`start ${shop.waba} ${id}`, signup.code);
    expect(code).toBe(0);
    const pending = await shop.home.store.signups.pending(10);
    expect(pending.map((row) => row.phoneNumberId)).toContain(id);
  });
});

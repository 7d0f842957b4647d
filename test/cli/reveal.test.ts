import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { phoneNumberId } from '../store/builders.ts';
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

describe("a number's PIN", () => {
  it('is shown to an administrator, and its history says to whom', async () => {
    const { credentials, numbers } = shop.home.store;
    const id = phoneNumberId(shop.number);
    await credentials.ensurePin(id);
    const { code, out } = await shop.run(`pin reveal ${id} --yes`);
    expect(code).toBe(0);
    expect(out).toBe(`${(await credentials.pinOf(id))?.reveal() ?? ''}\n`);
    const events = await numbers.eventsOf(id);
    expect(events.at(-1)?.kind).toBe('pin-revealed');
    expect(events.at(-1)?.actor).toMatch(/\(administrator, CLI\)$/);
  });

  it.each([
    ['without --yes', (id: string) => `pin reveal ${id}`, 2, /shows a secret; repeat with --yes/],
    ['of a number nobody knows', () => 'pin reveal 123 --yes', 4, /No number with this id/],
    ['that was never drawn', (id: string) => `pin reveal ${id} --yes`, 5, /No PIN of this number/],
  ] as const)('is not shown %s', async (...[, line, exit, sentence]) => {
    const { code, out, err } = await shop.run(line(shop.number));
    expect([code, out]).toEqual([exit, '']);
    expect(err).toMatch(sentence);
    const events = await shop.home.store.numbers.eventsOf(phoneNumberId(shop.number));
    expect(events.map(({ kind }) => kind)).not.toContain('pin-revealed');
  });
});

describe("a number's certificate", () => {
  it('is shown as Meta showed it last, and its history says to whom', async () => {
    const { credentials, numbers } = shop.home.store;
    const id = phoneNumberId(shop.number);
    await credentials.keepCertificate(id, new Secret('Y2VydGlmaWNhdGU='));
    const { code, out } = await shop.run(`numbers certificate ${id}`);
    expect([code, out]).toEqual([0, 'Y2VydGlmaWNhdGU=\n']);
    expect((await numbers.eventsOf(id)).at(-1)?.kind).toBe('certificate-revealed');
  });

  it('is not there before Meta has shown one', async () => {
    const { code, err } = await shop.run(`numbers certificate ${shop.number}`);
    expect([code, err]).toEqual([5, 'No certificate of this number is kept yet\n']);
  });
});

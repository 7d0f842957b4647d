import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { beforeEach, describe, expect, it } from 'vitest';

import type { WabaId } from '../../src/domain/phone-number.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { GraphMalformed } from '../../src/graph/errors.ts';
import type { ListProgress } from '../../src/graph/pages.ts';
import { ledgerSchema, meta, signedUp, type Meta } from './meta.ts';
import { all, failureOf } from './servers.ts';

setFlagsFromString('--expose-gc');

function heapUsed(): number {
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

describe("an account's numbers, as the emulated Meta lists them", () => {
  it('are all read where there are 10,000, once each, in a hundred pages and bounded memory', async () => {
    const world = await meta();
    const { wabaId, token } = await signedUp(world, { scenario: 'ten_thousand_numbers' });
    const heap: number[] = [];
    let pages = 0;
    const onPage = (progress: ListProgress): void => void (pages = progress.pages);
    const ids = new Set<string>();
    for await (const { phoneNumberId } of world.client.listPhoneNumbers({
      wabaId,
      token,
      onPage,
    })) {
      ids.add(phoneNumberId);
      // Strings of a page that was thrown away would be kept alive by a slice of them; all of it is 5 MB.
      if (ids.size === 1000 || ids.size === 9900) heap.push(heapUsed());
    }
    expect(ids.size).toBe(10_000);
    expect(pages).toBe(100);
    const [early = 0, late = 0] = heap;
    expect(late - early).toBeLessThan(3_000_000);
  });
});

describe('a list of 25 numbers in pages of 10', () => {
  let world: Meta;
  let account: { readonly wabaId: WabaId; readonly token: Secret };
  let numbers: string[];
  beforeEach(async () => {
    world = await meta();
    const { wabaId, token, phoneNumberId } = await signedUp(world);
    account = { wabaId, token };
    numbers = [phoneNumberId];
    while (numbers.length < 25) {
      numbers.push((await world.signup({ waba: wabaId })).phoneNumberId);
    }
  });
  const strike = (kind: string, match: object): Promise<unknown> =>
    world.order('POST', 'faults', { kind, match: { path: '/phone_numbers', ...match } });
  const list = () => world.client.listPhoneNumbers({ ...account, limit: 10 });

  it.each([
    ['short', { kind: 'paging_short', match: { nth: 2 }, pages: 4 }],
    ['empty', { kind: 'paging_empty', match: { nth: 2 }, pages: 4 }],
    ['short, as are all,', { kind: 'paging_short', match: { times: 'always' }, pages: 25 }],
  ])('is read whole where a page is %s though more follow', async (_title, fault) => {
    const { kind, match, pages } = fault;
    await strike(kind, match);
    const ids = (await all(list())).map(({ phoneNumberId }) => phoneNumberId);
    expect(ids.toSorted()).toEqual(numbers.toSorted());
    const { requests } = ledgerSchema.parse(await world.order('GET', 'ledger'));
    expect(requests.filter(({ path }) => path.endsWith('/phone_numbers'))).toHaveLength(pages);
  });

  it.each([1, 2, 3])('ends in a clear error where page %i leads back to itself', async (nth) => {
    await strike('paging_loop', { nth, times: 'always' });
    const error = await failureOf(all(list()));
    expect(error).toBeInstanceOf(GraphMalformed);
    expect(String(error)).toContain('the list comes back to a page that was read before');
  });
});

import { describe, expect, it } from 'vitest';
import { newSignup, NUMBER, OTHER_NUMBER } from './builders.ts';
import { KINDS, openTestStore } from './test-store.ts';

const ORDER = { nameHash: 'n', bodyHash: 'b' };
const DAY_MS = 86_400_000;

describe.each(KINDS)('orders on %s', (kind) => {
  it('are new for one alone', async () => {
    const { store } = await openTestStore(kind);
    const begun = await Promise.all([1, 2, 3].map(() => store.orders.begin(ORDER)));
    expect(begun.map((each) => each.kind).toSorted()).toEqual(['new', 'running', 'running']);
  });

  it('have the answer of the first for a day, and are new after it', async () => {
    const { store, clock } = await openTestStore(kind);
    await store.orders.begin(ORDER);
    await store.orders.keepAnswer('n', { status: 201, answer: '{}', location: '/x' });
    clock.nowMs += DAY_MS - 1;
    expect(await store.orders.begin(ORDER)).toEqual({
      ...{ kind: 'answered', status: 201, answer: '{}', location: '/x' },
    });
    clock.nowMs += 1;
    expect(await store.orders.begin(ORDER)).toEqual({ kind: 'new' });
  });

  it('are told from others under the same name', async () => {
    const { store } = await openTestStore(kind);
    await store.orders.begin(ORDER);
    expect(await store.orders.begin({ ...ORDER, bodyHash: 'c' })).toEqual({ kind: 'other-body' });
  });

  it('are lost when nobody can work on them any more', async () => {
    const { store, clock } = await openTestStore(kind);
    await store.orders.begin(ORDER);
    clock.nowMs += 59_999;
    expect(await store.orders.begin(ORDER)).toEqual({ kind: 'running' });
    clock.nowMs += 1;
    expect(await store.orders.begin(ORDER)).toEqual({ kind: 'lost' });
  });

  it('are new again when nothing came of them', async () => {
    const { store } = await openTestStore(kind);
    await store.orders.begin(ORDER);
    await store.orders.drop('n');
    expect(await store.orders.begin(ORDER)).toEqual({ kind: 'new' });
  });

  it('go with the number that their answer names, and with no other', async () => {
    const { store } = await openTestStore(kind);
    await store.signups.accept(newSignup());
    for (const id of [NUMBER, OTHER_NUMBER]) {
      await store.orders.begin({ nameHash: id, bodyHash: 'b' });
      const answer = JSON.stringify({ phone_number_id: id });
      await store.orders.keepAnswer(id, { status: 200, answer });
    }
    await store.erasure.begin(NUMBER);
    expect(await store.erasure.eraseRows(NUMBER)).toMatchObject({ orders: 1 });
    expect(await store.orders.begin({ nameHash: OTHER_NUMBER, bodyHash: 'b' })).toMatchObject({
      kind: 'answered',
    });
  });
});

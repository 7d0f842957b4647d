import { describe, expect, it } from 'vitest';
import type { FleetFilter, FleetPosition } from '../../src/store/fleet-store.ts';
import type { NumberAnnouncement } from '../../src/store/store.ts';
import { newSignup, phoneNumberId, T0_MS, wabaId } from './builders.ts';
import { KINDS, openTestStore, type Kind } from './test-store.ts';

const DAY_MS = 86_400_000;

type Planted = Partial<NumberAnnouncement> & { readonly name?: string; readonly phone?: string };

/** In this order of announcing, a millisecond apart. */
const FLEET: Readonly<Record<string, Planted>> = {
  '11': { deadlineAtMs: T0_MS + 3 * DAY_MS, name: 'Blue Door', phone: '+1 631-555-0111' },
  '12': { deadlineAtMs: T0_MS + DAY_MS, wabaId: wabaId('7'), cause: 'pin_mismatch' },
  '13': { deadlineAtMs: T0_MS + DAY_MS, stage: 'verifying', name: '50% Änderung_x' },
  '14': { deadlineAtMs: T0_MS, stage: 'following-name', waitingFor: 'meta' },
  '15': { stage: 'done', waitingFor: 'nobody', outcome: 'ready' },
  '16': { stage: 'registering', waitingFor: 'nobody', outcome: 'signup-expired' },
  '17': { deadlineAtMs: T0_MS - DAY_MS, wabaId: wabaId('7') },
};
const ORDER = ['17', '12', '13', '11', '14', '16', '15'];

async function openFleet(kind: Kind) {
  const { store, clock } = await openTestStore(kind);
  for (const [id, { name, phone, ...changes }] of Object.entries(FLEET)) {
    const number = { phoneNumberId: phoneNumberId(id), wabaId: changes.wabaId ?? wabaId('6') };
    await store.signups.accept(
      newSignup({
        ...{ ...number, idempotencyKey: id },
        ...(name !== undefined && { verifiedName: name }),
        displayPhoneNumber: phone ?? `+49 30 2222${id}`,
      }),
    );
    clock.nowMs += 1;
    await store.numbers.announce({
      ...{ stage: 'registering', waitingFor: 'operator', deadlineAtMs: T0_MS, progressJson: '{}' },
      ...{ events: [], announcementKey: id, ...changes, ...number },
    });
  }
  clock.nowMs = T0_MS;
  const idsOf = async (filter: FleetFilter): Promise<string> => {
    const { rows } = await store.fleet.list(filter);
    return rows.map((row) => row.phoneNumberId).join(' ');
  };
  return { ...store, idsOf };
}

describe.each(KINDS)('the fleet on %s', (kind) => {
  it('has what must register by the time left, then what runs, then what has ended, the last first', async () => {
    expect(await (await openFleet(kind)).idsOf({})).toBe(ORDER.join(' '));
  });

  it.each<[string, FleetFilter, string]>([
    ['a stage', { stage: 'verifying' }, '13'],
    ['whose move it is', { waitingFor: 'meta' }, '14'],
    ['a cause', { cause: 'pin_mismatch' }, '12'],
    ['an account', { wabaId: wabaId('7') }, '17 12'],
    ['what runs', { outcome: 'running' }, '17 12 13 11 14'],
    ['what has ended', { outcome: 'ended' }, '16 15'],
    ['an outcome', { outcome: 'ready' }, '15'],
    ['a part of the number, however it is written', { text: '+1 (631) 555' }, '11'],
    ['a part of the id', { text: '13' }, '13'],
    ['a part of the name', { text: 'blue d' }, '11'],
    ['a name with marks that a pattern would use', { text: '50%' }, '13'],
    ['a name beyond ASCII, as it is typed', { text: 'Änderung_' }, '13'],
    ['no mark in place of a letter', { text: 'Blue_Door' }, ''],
    ['two filters at once', { wabaId: wabaId('7'), cause: 'pin_mismatch' }, '12'],
  ])('is chosen from by %s', async (_row, filter, ids) => {
    expect(await (await openFleet(kind)).idsOf(filter)).toBe(ids);
  });

  it.each([1, 2, 3, 6])('comes in pages of %i, none missing and none twice', async (limit) => {
    const { fleet } = await openFleet(kind);
    const seen: string[] = [];
    let after: FleetPosition | undefined;
    do {
      const page = await fleet.list({}, { limit, ...(after && { after }) });
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      seen.push(...page.rows.map((row) => row.phoneNumberId));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(ORDER);
  });

  it('has no next page where the last one is just full', async () => {
    const { fleet } = await openFleet(kind);
    expect(await fleet.list({}, { limit: ORDER.length })).not.toHaveProperty('next');
  });

  it('goes on after a number that has been forgotten meanwhile', async () => {
    const { fleet, erasure } = await openFleet(kind);
    const { next } = await fleet.list({}, { limit: 2 });
    await erasure.begin(phoneNumberId('12'));
    await erasure.eraseRows(phoneNumberId('12'));
    if (next === undefined) throw new Error('no next page');
    const { rows } = await fleet.list({}, { limit: 2, after: next });
    expect(rows.map((row) => row.phoneNumberId)).toEqual(['13', '11']);
  });

  it('counts each group, its own filter set aside', async () => {
    const { fleet } = await openFleet(kind);
    expect(await fleet.count({ stage: 'registering', outcome: 'running' })).toEqual({
      total: 3,
      stage: [
        { value: 'registering', count: 3 },
        { value: 'following-name', count: 1 },
        { value: 'verifying', count: 1 },
      ],
      waitingFor: [{ value: 'operator', count: 3 }],
      cause: [{ value: 'pin_mismatch', count: 1 }],
      wabaId: [
        { value: '7', count: 2 },
        { value: '6', count: 1 },
      ],
      outcome: [
        { value: 'running', count: 3 },
        { value: 'signup-expired', count: 1 },
      ],
      daysLeft: [
        { value: '0', count: 1 },
        { value: '1', count: 1 },
        { value: '3', count: 1 },
      ],
    });
  });

  it('counts nothing where nothing is', async () => {
    const { store } = await openTestStore(kind);
    expect(await store.fleet.count({})).toMatchObject({ total: 0, stage: [], daysLeft: [] });
  });
});

import type { Kysely } from 'kysely';
import type { Keyring } from '../keyring/keyring.ts';
import type { Database } from './database.ts';
import { unwrap, wrap } from './data-keys.ts';
import { SealBroken, SealingKeyMissing } from './errors.ts';
import { claimsOf } from './jwe.ts';
import type { Schema } from './schema.ts';
import { isOfFirstForm, type Place, type Sealing } from './sealing.ts';
import type { KeyUse, Owner, Rotation } from './store.ts';

interface KeyUseDeps extends Database {
  readonly keyring: Keyring;
  readonly sealing: Sealing;
  readonly nowMs: () => number;
}

/** A few milliseconds of cryptography, while others may wait for the database. */
const ROWS_AT_ONCE = 50;
const BEFORE_ALL: Owner = 'account/';

export function createKeyUse(deps: KeyUseDeps): KeyUse {
  return {
    count: () => count(deps.db),
    rotate: (onProgress) => rotate(deps, onProgress),
  };
}

async function count(db: Kysely<Schema>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const add = (kid: string, rows: number): void =>
    void counts.set(kid, (counts.get(kid) ?? 0) + rows);
  const keys = await db
    .selectFrom('dataKeys')
    .select(({ fn }) => ['kid', fn.countAll().as('rows')])
    .groupBy('kid')
    .execute();
  for (const { kid, rows } of keys) add(kid, Number(rows));
  for await (const page of valuesOfFirstForm(db)) {
    for (const { sealed } of page) add(claimsOf(sealed).kid ?? '', 1);
  }
  return counts;
}

async function rotate(deps: KeyUseDeps, onProgress: (soFar: Rotation) => void): Promise<Rotation> {
  let soFar: Rotation = { rewrapped: 0, resealed: 0, left: 0 };
  const note = (what: 'rewrapped' | 'resealed', results: readonly boolean[]): void => {
    const done = results.filter(Boolean).length;
    soFar = { ...soFar, [what]: soFar[what] + done, left: soFar.left + results.length - done };
    onProgress(soFar);
  };
  for await (const page of dataKeysToRewrap(deps)) {
    note(
      'rewrapped',
      await deps.inTurn('keys', async (db) => {
        const results: boolean[] = [];
        for (const row of page) results.push(await isDone(() => rewrap({ ...deps, db }, row)));
        return results;
      }),
    );
  }
  for await (const page of valuesOfFirstForm(deps.db)) {
    const results: boolean[] = [];
    for (const row of page) results.push(await isDone(() => reseal(deps, row)));
    note('resealed', results);
  }
  return soFar;
}

interface DataKeyRow {
  readonly owner: Owner;
  readonly sealed: string;
}

async function rewrap({ db, keyring, nowMs }: KeyUseDeps, row: DataKeyRow): Promise<void> {
  const { owner, sealed: before } = row;
  const active = await keyring.active();
  const sealed = await wrap(active, owner, await unwrap(keyring, owner, before));
  await db
    .updateTable('dataKeys')
    .set({ sealed, kid: active.id, updatedAtMs: nowMs() })
    .where('owner', '=', owner)
    // Not what another one has written meanwhile.
    .where('sealed', '=', before)
    .execute();
}

interface ValueRow {
  readonly place: Place;
  readonly sealed: string;
}

async function reseal(
  { db, sealing }: KeyUseDeps,
  { place, sealed: before }: ValueRow,
): Promise<void> {
  const sealed = await sealing.seal(place, await sealing.open(place, before));
  await db
    .updateTable('credentials')
    .set({ sealed })
    .where('owner', '=', place.owner)
    .where('field', '=', place.field)
    .where('sealed', '=', before)
    .execute();
}

async function isDone(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof SealBroken || error instanceof SealingKeyMissing) return false;
    throw error;
  }
}

async function* dataKeysToRewrap({ db, keyring }: KeyUseDeps): AsyncGenerator<DataKeyRow[]> {
  const active = await keyring.active();
  for (let after = BEFORE_ALL; ;) {
    const rows = await db
      .selectFrom('dataKeys')
      .select(['owner', 'sealed'])
      .where('kid', '!=', active.id)
      .where('owner', '>', after)
      .orderBy('owner')
      .limit(ROWS_AT_ONCE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.owner;
  }
}

async function* valuesOfFirstForm(db: Kysely<Schema>): AsyncGenerator<ValueRow[]> {
  for (let after = { owner: BEFORE_ALL, field: '' }; ;) {
    const { owner: afterOwner, field: afterField } = after;
    const rows = await db
      .selectFrom('credentials')
      .select(['owner', 'field', 'sealed'])
      .where((row) =>
        row.or([
          row('owner', '>', afterOwner),
          row.and([row('owner', '=', afterOwner), row('field', '>', afterField)]),
        ]),
      )
      .orderBy('owner')
      .orderBy('field')
      .limit(ROWS_AT_ONCE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    const old = rows.filter(({ sealed }) => isOfFirstForm(sealed));
    yield old.map(({ owner, field, sealed }) => ({
      place: { table: 'credentials', owner, field },
      sealed,
    }));
    after = last;
  }
}

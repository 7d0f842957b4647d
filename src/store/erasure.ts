import type { ExpressionBuilder, Kysely } from 'kysely';
import { z } from 'zod';
import { digitsOf, type PhoneNumberId, type WabaId } from '../domain/phone-number.ts';
import { eraseSubject } from './audit.ts';
import { EVENTS_TURN, type InTurn } from './database.ts';
import type { Schema } from './schema.ts';
import type { ErasedRows, Erasure } from './store.ts';
import { TOMBSTONE_MS, type Tombstones } from './tombstones.ts';

interface ErasureDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly tombstones: Tombstones;
  readonly nowMs: () => number;
}

/** When its requests were sent, by ledger. */
const LEDGERS = ['registrationAttempts', 'deregistrationAttempts', 'nameChangeAttempts'] as const;
const attemptsSchema = z.object({
  registrationAttempts: z.array(z.number()),
  deregistrationAttempts: z.array(z.number()),
  nameChangeAttempts: z.array(z.number()).default([]),
});

export function createErasure(deps: ErasureDeps): Erasure {
  const { db, tombstones, nowMs } = deps;
  return {
    begin: (phoneNumberId) => begin(deps, phoneNumberId),
    eraseRows: (phoneNumberId) => eraseRows(deps, phoneNumberId),
    finish: async (phoneNumberId) => {
      await db
        .updateTable('tombstones')
        .set({ finishedAtMs: nowMs() })
        .where('idHash', '=', await tombstones.hashOfId(phoneNumberId))
        .execute();
    },
    stateOf: (phoneNumberId) => stateOf(deps, phoneNumberId),
    welcomeBack: (phoneNumberId) => welcomeBack(deps, phoneNumberId),
    isKnown: (phoneNumberId) => isKnown(deps, phoneNumberId),
  };
}

/** Its attempts stay counted: Meta counts them on, whatever we forget. */
async function begin(
  { db, inTurn, tombstones, nowMs }: ErasureDeps,
  phoneNumberId: PhoneNumberId,
): Promise<void> {
  const number = await db
    .selectFrom('numbers')
    .select(['wabaId', 'displayPhoneNumber'])
    .where('phoneNumberId', '=', phoneNumberId)
    .executeTakeFirst();
  const digits = digitsOf(number?.displayPhoneNumber ?? '');
  const idHash = await tombstones.hashOfId(phoneNumberId);
  const digitsHash =
    number === undefined || digits === ''
      ? null
      : await tombstones.hashOfDigits(number.wabaId, digits);
  await inTurn(EVENTS_TURN, async (transaction) => {
    const erasedAtMs = nowMs();
    const attempts = {
      registrationAttempts: await sentAtMsIn(transaction, 'registrationAttempts', phoneNumberId),
      deregistrationAttempts: await sentAtMsIn(
        transaction,
        'deregistrationAttempts',
        phoneNumberId,
      ),
      nameChangeAttempts: await sentAtMsIn(transaction, 'nameChangeAttempts', phoneNumberId),
    };
    await stripOld(transaction, { idHash, beforeMs: erasedAtMs - TOMBSTONE_MS });
    await transaction
      .insertInto('tombstones')
      .values({ idHash, digitsHash, erasedAtMs, attemptsJson: JSON.stringify(attempts) })
      // A second order finishes the first.
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

/** Of an old tombstone nothing is needed but the hash of the id; of this number's own, not even that. */
async function stripOld(
  db: Kysely<Schema>,
  { idHash, beforeMs }: { readonly idHash: string; readonly beforeMs: number },
): Promise<void> {
  const isOld = (eb: ExpressionBuilder<Schema, 'tombstones'>) => eb('erasedAtMs', '<=', beforeMs);
  await db.deleteFrom('tombstones').where(isOld).where('idHash', '=', idHash).execute();
  const attemptsJson = JSON.stringify({ registrationAttempts: [], deregistrationAttempts: [] });
  await db.updateTable('tombstones').set({ digitsHash: null, attemptsJson }).where(isOld).execute();
}

async function sentAtMsIn(
  db: Kysely<Schema>,
  table: (typeof LEDGERS)[number],
  phoneNumberId: PhoneNumberId,
): Promise<readonly number[]> {
  const rows = await db
    .selectFrom(table)
    .select(['openedAtMs', 'sendingAtMs'])
    .where('phoneNumberId', '=', phoneNumberId)
    .where('state', '!=', 'not_sent')
    .execute();
  return rows.map((row) => row.sendingAtMs ?? row.openedAtMs);
}

/** Everything that names the number, and its data key with it: what is sealed in backups opens no more. */
function eraseRows(deps: ErasureDeps, phoneNumberId: PhoneNumberId): Promise<ErasedRows> {
  return deps.inTurn(EVENTS_TURN, async (transaction) => {
    const number = await transaction
      .selectFrom('numbers')
      .select(['wabaId', 'digits'])
      .where('phoneNumberId', '=', phoneNumberId)
      .executeTakeFirst();
    const counts: Record<string, number> = {};
    for (const table of TABLES) {
      const { numDeletedRows } = await transaction
        .deleteFrom(table)
        .where('phoneNumberId', '=', phoneNumberId)
        .executeTakeFirst();
      counts[table] = Number(numDeletedRows);
    }
    const isLast = number !== undefined && !(await hasNumbers(transaction, number.wabaId));
    if (number !== undefined) counts['inbox'] = await eraseHints(transaction, number);
    // Ids are digits: none is a part of another between its quotes.
    const { numDeletedRows } = await transaction
      .deleteFrom('orders')
      .where('answer', 'like', `%"${phoneNumberId}"%`)
      .executeTakeFirst();
    counts['orders'] = Number(numDeletedRows);
    await eraseSubject(transaction, phoneNumberId);
    await transaction.deleteFrom('accountQueue').where('who', '=', phoneNumberId).execute();
    counts['credentials'] = await eraseOwner(transaction, `number/${phoneNumberId}`);
    // The token is the account's: it goes with the account's last number.
    if (isLast) counts['credentials'] += await eraseOwner(transaction, `account/${number.wabaId}`);
    return counts;
  });
}

/** Children before the numbers they point at. */
const TABLES = [
  'registrationAttempts',
  'deregistrationAttempts',
  'nameChangeAttempts',
  'signups',
  'announcements',
  'deliveries',
  'events',
  'numberReads',
  'numbers',
] as const;

async function hasNumbers(db: Kysely<Schema>, wabaId: WabaId): Promise<boolean> {
  const row = await db
    .selectFrom('numbers')
    .select('phoneNumberId')
    .where('wabaId', '=', wabaId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function eraseHints(
  db: Kysely<Schema>,
  { wabaId, digits }: { readonly wabaId: WabaId; readonly digits: string | null },
): Promise<number> {
  if (digits === null) return 0;
  await db
    .deleteFrom('nameDecisions')
    .where('wabaId', '=', wabaId)
    .where('digits', '=', digits)
    .execute();
  const { numDeletedRows } = await db
    .deleteFrom('inbox')
    .where('wabaId', '=', wabaId)
    .where('digits', '=', digits)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function eraseOwner(
  db: Kysely<Schema>,
  owner: `number/${string}` | `account/${string}`,
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('credentials')
    .where('owner', '=', owner)
    .executeTakeFirst();
  await db.deleteFrom('dataKeys').where('owner', '=', owner).execute();
  return Number(numDeletedRows);
}

async function stateOf(
  { db, tombstones, nowMs }: ErasureDeps,
  phoneNumberId: PhoneNumberId,
): Promise<'erasing' | 'erased' | undefined> {
  if ((await tombstones.recent()) === undefined) return undefined;
  const row = await db
    .selectFrom('tombstones')
    .select('finishedAtMs')
    .where('idHash', '=', await tombstones.hashOfId(phoneNumberId))
    .where('erasedAtMs', '>', nowMs() - TOMBSTONE_MS)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return row.finishedAtMs === null ? 'erasing' : 'erased';
}

/** A number that comes back begins with what Meta has counted. Its tombstone is no longer needed then. */
async function welcomeBack(
  { inTurn, tombstones }: ErasureDeps,
  phoneNumberId: PhoneNumberId,
): Promise<'erasing' | 'welcome'> {
  if ((await tombstones.ever()) === undefined) return 'welcome';
  const idHash = await tombstones.hashOfId(phoneNumberId);
  return await inTurn(EVENTS_TURN, async (transaction) => {
    const row = await transaction
      .selectFrom('tombstones')
      .select(['attemptsJson', 'finishedAtMs'])
      .where('idHash', '=', idHash)
      .executeTakeFirst();
    if (row === undefined) return 'welcome';
    if (row.finishedAtMs === null) return 'erasing';
    const attempts = attemptsSchema.parse(JSON.parse(row.attemptsJson));
    for (const table of LEDGERS) {
      const sentAtMs = attempts[table];
      await restore(transaction, { table, phoneNumberId, sentAtMs, key: `erased/${idHash}` });
    }
    await transaction.deleteFrom('tombstones').where('idHash', '=', idHash).execute();
    return 'welcome';
  });
}

interface Remembered {
  readonly table: (typeof LEDGERS)[number];
  readonly phoneNumberId: PhoneNumberId;
  readonly sentAtMs: readonly number[];
  readonly key: string;
}

async function restore(
  db: Kysely<Schema>,
  { table, phoneNumberId, sentAtMs, key }: Remembered,
): Promise<void> {
  if (sentAtMs.length === 0) return;
  const { newest } = await db
    .selectFrom(table)
    .select((eb) => eb.fn.max<number | null>('n').as('newest'))
    .where('phoneNumberId', '=', phoneNumberId)
    .executeTakeFirstOrThrow();
  const rows = sentAtMs.map((atMs, index) => ({
    ...{ phoneNumberId, n: (newest ?? 0) + index + 1, requestKey: `${key}/${index}` },
    ...{ kind: 'automatic' as const, state: 'unknown' as const },
    ...{ openedAtMs: atMs, sendingAtMs: atMs, closedAtMs: atMs },
  }));
  await db.insertInto(table).values(rows).execute();
}

/** A number may have come through the desk alone, without a signup. */
async function isKnown({ db }: ErasureDeps, phoneNumberId: PhoneNumberId): Promise<boolean> {
  for (const table of TABLES) {
    const row = await db
      .selectFrom(table)
      .select('phoneNumberId')
      .where('phoneNumberId', '=', phoneNumberId)
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  const sealed = await db
    .selectFrom('credentials')
    .select('owner')
    .where('owner', '=', `number/${phoneNumberId}`)
    .limit(1)
    .executeTakeFirst();
  return sealed !== undefined;
}

import type { Kysely } from 'kysely';
import { z } from 'zod';
import { BUDGET_WINDOW_MS } from '../domain/attempt-budget.ts';
import { digitsOf, type PhoneNumberId, type WabaId } from '../domain/phone-number.ts';
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

const attemptsSchema = z.array(z.number());

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
    rememberAttempts: (phoneNumberId) => rememberAttempts(deps, phoneNumberId),
  };
}

/** Its attempts of the last 72 hours stay counted: Meta counts them on, whatever we forget. */
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
    const attempts = await transaction
      .selectFrom('registrationAttempts')
      .select(['openedAtMs', 'sendingAtMs'])
      .where('phoneNumberId', '=', phoneNumberId)
      .where('state', '!=', 'not_sent')
      .execute();
    const sentAtMs = attempts.map((row) => row.sendingAtMs ?? row.openedAtMs);
    await transaction
      .deleteFrom('tombstones')
      .where('erasedAtMs', '<=', erasedAtMs - TOMBSTONE_MS)
      .execute();
    await transaction
      .insertInto('tombstones')
      .values({ idHash, digitsHash, erasedAtMs, attemptsJson: JSON.stringify(sentAtMs) })
      // A second order finishes the first.
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
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

/** A number that signs up again begins with what Meta has counted. Its tombstone is no longer needed then. */
async function rememberAttempts(
  { inTurn, tombstones, nowMs }: ErasureDeps,
  phoneNumberId: PhoneNumberId,
): Promise<void> {
  if ((await tombstones.recent()) === undefined) return;
  const idHash = await tombstones.hashOfId(phoneNumberId);
  await inTurn(EVENTS_TURN, async (transaction) => {
    const row = await transaction
      .selectFrom('tombstones')
      .select('attemptsJson')
      .where('idHash', '=', idHash)
      .executeTakeFirst();
    if (row === undefined) return;
    const sentAtMs = attemptsSchema
      .parse(JSON.parse(row.attemptsJson))
      .filter((atMs) => nowMs() - atMs < BUDGET_WINDOW_MS);
    const rows = sentAtMs.map((atMs, index) => ({
      ...{ phoneNumberId, n: index + 1, requestKey: `erased/${idHash}/${index}` },
      ...{ kind: 'automatic' as const, state: 'unknown' as const },
      ...{ openedAtMs: atMs, sendingAtMs: atMs, closedAtMs: atMs },
    }));
    if (rows.length > 0)
      await transaction.insertInto('registrationAttempts').values(rows).execute();
    await transaction.deleteFrom('tombstones').where('idHash', '=', idHash).execute();
  });
}

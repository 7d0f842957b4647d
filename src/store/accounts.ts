import type { Kysely } from 'kysely';
import { z } from 'zod';
import { registrationOf, type NumberFacts } from '../domain/number-facts.ts';
import type { WabaId } from '../domain/phone-number.ts';
import type { InTurn } from './database.ts';
import type { Schema } from './schema.ts';
import type { Accounts, NumberRead } from './store.ts';
import type { Tombstones } from './tombstones.ts';

interface AccountsDeps {
  readonly db: Kysely<Schema>;
  readonly tombstones: Tombstones;
  readonly inTurn: InTurn;
  readonly nowMs: () => number;
}

/** A subscription is lost only by somebody's hand; looking once an hour finds that soon enough. */
const SUBSCRIPTION_MS = 3_600_000;
/** SQLite takes 32,766 values in a statement, and a read has five. */
const READS_PER_STATEMENT = 1000;

const factsSchema: z.ZodType<NumberFacts> = z.object({
  readAtMs: z.number(),
  codeVerificationStatus: z.string(),
  status: z.string().exactOptional(),
  platformType: z.string().exactOptional(),
  throughputLevel: z.string().exactOptional(),
  nameStatus: z.string().exactOptional(),
  newNameStatus: z.string().exactOptional(),
  canSendMessage: z.string().exactOptional(),
  isOnBizApp: z.boolean(),
  isPreverified: z.boolean(),
  lastOnboardedAtMs: z.number().exactOptional(),
  certificateSha256: z.string().exactOptional(),
});

export function createAccounts(deps: AccountsDeps): Accounts {
  const { db, inTurn, nowMs } = deps;
  return {
    lastReadOf: async (phoneNumberId) => {
      const row = await db
        .selectFrom('numberReads')
        .select('factsJson')
        .where('phoneNumberId', '=', phoneNumberId)
        .executeTakeFirst();
      return row && factsIn(row.factsJson);
    },
    lastReadsOf: async (wabaId) => {
      const rows = await db
        .selectFrom('numberReads')
        .select(['phoneNumberId', 'factsJson'])
        .where('wabaId', '=', wabaId)
        .execute();
      return rows.map(({ phoneNumberId, factsJson }) => ({
        phoneNumberId,
        facts: factsIn(factsJson),
      }));
    },
    keepReads: async (wabaId, reads) => {
      const kept = await withoutErased(deps, reads);
      await inTurn(`number-reads/${wabaId}`, (transaction) => keepReads(transaction, wabaId, kept));
    },
    reviewOf: async (wabaId) => {
      const row = await db
        .selectFrom('accounts')
        .select(['review', 'reviewReadAtMs'])
        .where('wabaId', '=', wabaId)
        .executeTakeFirst();
      const { review: status, reviewReadAtMs: readAtMs } = row ?? {};
      if (typeof readAtMs !== 'number') return undefined;
      return typeof status === 'string' ? { status, readAtMs } : { readAtMs };
    },
    keepReview: (wabaId, { status = null, readAtMs }) =>
      setAccount(db, wabaId, { review: status, reviewReadAtMs: readAtMs }),
    listedAtMs: async (wabaId) => {
      const row = await db
        .selectFrom('accounts')
        .select('readAtMs')
        .where('wabaId', '=', wabaId)
        .executeTakeFirst();
      return row?.readAtMs ?? undefined;
    },
    listedOf: async (wabaId) => {
      const row = await db
        .selectFrom('accounts')
        .select('listed')
        .where('wabaId', '=', wabaId)
        .executeTakeFirst();
      return row?.listed ?? 0;
    },
    markListed: (wabaId, listed) => setAccount(db, wabaId, { readAtMs: nowMs(), listed }),
    claimSubscription: (wabaId) => claimSubscription(deps, wabaId),
    giveUpSubscription: (wabaId) => setAccount(db, wabaId, { subscribedAtMs: null }),
  };
}

function factsIn(json: string): NumberFacts {
  return factsSchema.parse(JSON.parse(json));
}

/** A page of Meta's list may repeat a number of the page before, and one statement takes a number once. */
async function keepReads(
  db: Kysely<Schema>,
  wabaId: WabaId,
  reads: readonly NumberRead[],
): Promise<void> {
  const rows = [
    ...new Map(reads.map((read) => [read.phoneNumberId, rowOf(wabaId, read)])).values(),
  ];
  for (let start = 0; start < rows.length; start += READS_PER_STATEMENT) {
    await db
      .insertInto('numberReads')
      .values(rows.slice(start, start + READS_PER_STATEMENT))
      .onConflict((conflict) =>
        conflict.column('phoneNumberId').doUpdateSet((eb) => ({
          wabaId: eb.ref('excluded.wabaId'),
          readAtMs: eb.ref('excluded.readAtMs'),
          factsJson: eb.ref('excluded.factsJson'),
          isRegistered: eb.ref('excluded.isRegistered'),
        })),
      )
      .execute();
  }
}

function rowOf(wabaId: WabaId, { phoneNumberId, facts }: NumberRead) {
  return {
    phoneNumberId,
    wabaId,
    readAtMs: facts.readAtMs,
    factsJson: JSON.stringify(facts),
    isRegistered: registrationOf(facts) === 'registered' ? 1 : 0,
  };
}

/** A compare-and-set: of many numbers of one account that start together, one asks Meta. */
async function claimSubscription({ db, nowMs }: AccountsDeps, wabaId: WabaId): Promise<boolean> {
  const subscribedAtMs = nowMs();
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('accounts')
    .values({ wabaId, subscribedAtMs })
    .onConflict((conflict) =>
      conflict
        .column('wabaId')
        .doUpdateSet({ subscribedAtMs })
        .where((eb) =>
          eb.or([
            eb('accounts.subscribedAtMs', 'is', null),
            eb('accounts.subscribedAtMs', '<=', subscribedAtMs - SUBSCRIPTION_MS),
          ]),
        ),
    )
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}

/** Upserts, as an account has no row until something is known of it. */
export async function setAccount(
  db: Kysely<Schema>,
  wabaId: WabaId,
  values: Partial<Omit<Schema['accounts'], 'wabaId'>>,
): Promise<void> {
  await db
    .insertInto('accounts')
    .values({ wabaId, ...values })
    .onConflict((conflict) => conflict.column('wabaId').doUpdateSet(values))
    .execute();
}

/** An account's list goes on to show a number that we were told to forget. */
async function withoutErased(
  { tombstones }: AccountsDeps,
  reads: readonly NumberRead[],
): Promise<readonly NumberRead[]> {
  const erased = await tombstones.recent();
  if (erased === undefined) return reads;
  return reads.filter(({ phoneNumberId }) => !erased.isId(phoneNumberId));
}

import type { Kysely } from 'kysely';
import type { AccountEvent } from '../domain/account-events.ts';
import type { NameDecision } from '../domain/name-decision.ts';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import type { InTurn } from './database.ts';
import { withoutNulls, type Schema } from './schema.ts';
import type { Inbox, NewHint } from './hints.ts';
import { together } from './together.ts';
import type { Tombstones } from './tombstones.ts';

interface InboxDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly tombstones: Tombstones;
  readonly nowMs: () => number;
}

/** SQLite takes 32,766 values in a statement, and a hint has eight. */
const HINTS_PER_STATEMENT = 1000;

const ACCOUNT_FIELDS = ['account_update', 'account_review_update'];

export function createInbox(deps: InboxDeps): Inbox {
  const { db, nowMs } = deps;
  return {
    keep: together((webhooks) => keep(deps, webhooks)),
    pending: async (limit) => {
      const rows = await db
        .selectFrom('inbox')
        .select(['digest', 'wabaId', 'field', 'digits', 'event', 'receivedAtMs'])
        .where('deliveredAtMs', 'is', null)
        .orderBy('receivedAtMs')
        .orderBy('digest')
        .limit(limit)
        .execute();
      return rows.map(withoutNulls);
    },
    markDelivered: async (digests) => {
      if (digests.length === 0) return;
      await db
        .updateTable('inbox')
        .set({ deliveredAtMs: nowMs() })
        .where('digest', 'in', digests)
        .where('deliveredAtMs', 'is', null)
        .execute();
    },
    nameDecisionOf: (phoneNumberId) => nameDecisionOf(db, phoneNumberId),
    accountEventsOf: (wabaId) => accountEventsOf(db, wabaId),
    forget: async (beforeMs) => {
      await db
        .deleteFrom('inbox')
        .where('receivedAtMs', '<', beforeMs)
        .where((eb) => eb.or([eb('untilMs', 'is', null), eb('untilMs', '<', nowMs())]))
        .execute();
      await forgetStrangers(db, beforeMs);
    },
  };
}

/** Webhooks come in storms, and each commit waits for the disk: those that come together are kept together. */
async function keep(
  deps: InboxDeps,
  webhooks: readonly (readonly NewHint[])[],
): Promise<(webhook: readonly NewHint[]) => number> {
  const { inTurn, nowMs } = deps;
  const hints = await withoutErased(deps, webhooks.flat());
  const added = await inTurn('inbox', async (transaction) => {
    const receivedAtMs = nowMs();
    const digests = new Set<string>();
    for (let start = 0; start < hints.length; start += HINTS_PER_STATEMENT) {
      const rows = hints.slice(start, start + HINTS_PER_STATEMENT);
      const inserted = await transaction
        .insertInto('inbox')
        .values(rows.map((hint) => rowOf(hint, receivedAtMs)))
        .onConflict((conflict) => conflict.doNothing())
        .returning('digest')
        .execute();
      for (const { digest } of inserted) digests.add(digest);
    }
    await keepDecisions(transaction, decisionsIn(hints, receivedAtMs));
    return digests;
  });
  // Of two that brought the same change the first has brought it.
  return (webhook) => webhook.filter(({ digest }) => added.delete(digest)).length;
}

/** A time that is still to come would outlive all that is told later. */
function rowOf(hint: NewHint, receivedAtMs: number) {
  const { digest, wabaId, field, digits = null, event = null, untilMs = null } = hint;
  const toldAtMs = Math.min(hint.toldAtMs ?? receivedAtMs, receivedAtMs);
  return { digest, wabaId, field, digits, event, toldAtMs, untilMs, receivedAtMs };
}

/** Late webhooks of an erased number leave nothing. */
async function withoutErased(
  { tombstones }: InboxDeps,
  hints: readonly NewHint[],
): Promise<readonly NewHint[]> {
  const erased = await tombstones.recent();
  if (erased === undefined) return hints;
  return hints.filter(
    ({ wabaId, digits }) => digits === undefined || !erased.isDigits(wabaId, digits),
  );
}

/** At most one row per word of Meta's, however many webhooks there were. */
async function accountEventsOf(
  db: Kysely<Schema>,
  wabaId: WabaId,
): Promise<readonly AccountEvent[]> {
  const rows = await db
    .selectFrom('inbox')
    .select((eb) => [
      'field',
      'event',
      eb.fn.max<number>('toldAtMs').as('toldAtMs'),
      eb.fn.max<number>('receivedAtMs').as('receivedAtMs'),
      eb.fn.max<number | null>('untilMs').as('untilMs'),
    ])
    .where('wabaId', '=', wabaId)
    .where('field', 'in', ACCOUNT_FIELDS)
    .where('event', 'is not', null)
    .groupBy(['field', 'event'])
    .$narrowType<{ event: string }>()
    .execute();
  return rows.map(withoutNulls);
}

type DecisionRow = Schema['nameDecisions'];

/** The last of each number: one statement takes a number once. A time that is still to come would outlive every decision. */
function decisionsIn(hints: readonly NewHint[], receivedAtMs: number): readonly DecisionRow[] {
  const rows = hints
    .flatMap(({ wabaId, digits, nameDecision }) => {
      if (digits === undefined || nameDecision === undefined) return [];
      const { decision, reason = null, toldAtMs = receivedAtMs } = nameDecision;
      return [{ wabaId, digits, decision, reason, toldAtMs: Math.min(toldAtMs, receivedAtMs) }];
    })
    .toSorted((a, b) => a.toldAtMs - b.toldAtMs);
  return [...new Map(rows.map((row) => [`${row.wabaId}/${row.digits}`, row])).values()];
}

/** Webhooks come late and in any order: what Meta told later stays. */
async function keepDecisions(db: Kysely<Schema>, rows: readonly DecisionRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += HINTS_PER_STATEMENT) {
    await db
      .insertInto('nameDecisions')
      .values(rows.slice(start, start + HINTS_PER_STATEMENT))
      .onConflict((conflict) =>
        conflict
          .columns(['wabaId', 'digits'])
          .doUpdateSet((eb) => ({
            decision: eb.ref('excluded.decision'),
            reason: eb.ref('excluded.reason'),
            toldAtMs: eb.ref('excluded.toldAtMs'),
          }))
          .whereRef('excluded.toldAtMs', '>=', 'nameDecisions.toldAtMs'),
      )
      .execute();
  }
}

async function nameDecisionOf(
  db: Kysely<Schema>,
  phoneNumberId: PhoneNumberId,
): Promise<NameDecision | undefined> {
  const row = await db
    .selectFrom('nameDecisions')
    .innerJoin('numbers', (join) =>
      join
        .onRef('numbers.wabaId', '=', 'nameDecisions.wabaId')
        .onRef('numbers.digits', '=', 'nameDecisions.digits'),
    )
    .select(['decision', 'reason', 'toldAtMs'])
    .where('phoneNumberId', '=', phoneNumberId)
    .executeTakeFirst();
  return row && withoutNulls(row);
}

/** Webhooks name every number of an account, also those that never come to us. */
async function forgetStrangers(db: Kysely<Schema>, beforeMs: number): Promise<void> {
  await db
    .deleteFrom('nameDecisions')
    .where('toldAtMs', '<', beforeMs)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('numbers')
            .select('numbers.phoneNumberId')
            .whereRef('numbers.wabaId', '=', 'nameDecisions.wabaId')
            .whereRef('numbers.digits', '=', 'nameDecisions.digits'),
        ),
      ),
    )
    .execute();
}

import { createHash } from 'node:crypto';
import { sql, type Insertable, type Kysely, type Selectable } from 'kysely';
import { EVENTS_TURN, type InTurn } from './database.ts';
import { deadlineColumnOf, withDeadline } from './deadline-column.ts';
import { keepDelivery } from './deliveries.ts';
import { withoutNulls, type Schema } from './schema.ts';
import type { NewEvent, NumberAnnouncement, NumberRow, Numbers } from './store.ts';
import type { Tombstones } from './tombstones.ts';

interface NumbersDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly tombstones: Tombstones;
  readonly nowMs: () => number;
}

export const NUMBER_COLUMNS = [
  'phoneNumberId',
  'wabaId',
  'displayPhoneNumber',
  'verifiedName',
  'stage',
  'waitingFor',
  'deadlineAtMs',
  'cause',
  'outcome',
  'task',
  'progressJson',
  'updatedAtMs',
] as const;

type Row = Pick<Selectable<Schema['numbers']>, (typeof NUMBER_COLUMNS)[number]>;

/** A reader that asks again gets the rest; all events of years at once would not fit in memory. */
const EVENTS_PER_READ = 1000;

export function createNumbers(deps: NumbersDeps): Numbers {
  const { db } = deps;
  return {
    byId: async (phoneNumberId) => {
      const row = await numbers(db).where('phoneNumberId', '=', phoneNumberId).executeTakeFirst();
      return row && rowOf(row);
    },
    byDigits: (wabaId, digits) => byDigits(db, wabaId, digits),
    ofAccount: async (wabaId) => {
      const rows = await numbers(db).where('wabaId', '=', wabaId).execute();
      return rows.map(rowOf);
    },
    announce: (announcement) => announce(deps, announcement),
    noteEnded: (about, key, event) => noteEnded(deps, about, { key, event }),
    keepName: async (phoneNumberId, verifiedName) => {
      await db
        .updateTable('numbers')
        .set({ verifiedName })
        .where('phoneNumberId', '=', phoneNumberId)
        .where((eb) =>
          eb.or([eb('verifiedName', 'is', null), eb('verifiedName', '!=', verifiedName)]),
        )
        .execute();
    },
    note: (phoneNumberId, event) =>
      deps.inTurn(EVENTS_TURN, async (transaction) => {
        await transaction
          .insertInto('events')
          .values({ ...event, phoneNumberId })
          .execute();
      }),
    eventsOf: (phoneNumberId) => events(db).where('phoneNumberId', '=', phoneNumberId).execute(),
    newestEventId: async () => {
      const newest = await db
        .selectFrom('events')
        .select(({ fn }) => fn.max('id').as('id'))
        .executeTakeFirst();
      return newest?.id ?? 0;
    },
    eventsAfter: (id) => events(db).where('id', '>', id).limit(EVENTS_PER_READ).execute(),
  };
}

const numbers = (db: Kysely<Schema>) => db.selectFrom('numbers').select(NUMBER_COLUMNS);

export const rowOf = (row: Row): NumberRow => withDeadline(withoutNulls(row));

const events = (db: Kysely<Schema>) => db.selectFrom('events').selectAll().orderBy('id');

/** A number that left an account and came back has two ids there; the one that moved last is meant. */
async function byDigits(
  db: Kysely<Schema>,
  wabaId: NumberRow['wabaId'],
  digits: string,
): Promise<NumberRow | undefined> {
  const row = await numbers(db)
    .where('wabaId', '=', wabaId)
    .where('digits', '=', digits)
    .orderBy('updatedAtMs', 'desc')
    .executeTakeFirst();
  return row && rowOf(row);
}

async function announce(deps: NumbersDeps, announcement: NumberAnnouncement): Promise<void> {
  const { inTurn, tombstones, nowMs } = deps;
  const { phoneNumberId, announcementKey, events } = announcement;
  // What its terminated run still had to say is not written.
  if ((await tombstones.recent())?.isId(phoneNumberId) === true) return;
  await inTurn(EVENTS_TURN, async (transaction) => {
    const atMs = nowMs();
    const note = (key: string): Promise<boolean> =>
      noteAnnouncement(transaction, { phoneNumberId, announcementKey: key, atMs });
    if (!(await isTold(transaction, announcement))) {
      await keepNumber(transaction, announcement, atMs);
      await note(announcementKey);
    }
    for (const [key, { deliverAs, ...event }] of keyed(events)) {
      if (!(await note(`${announcementKey}/${key}`))) continue;
      const { id } = await transaction
        .insertInto('events')
        .values({ ...event, phoneNumberId })
        .returning('id')
        .executeTakeFirstOrThrow();
      if (deliverAs === undefined) continue;
      await keepDelivery(transaction, { ...announcement, eventId: id, type: deliverAs, atMs });
    }
  });
}

async function isTold(
  db: Kysely<Schema>,
  { phoneNumberId, announcementKey }: NumberAnnouncement,
): Promise<boolean> {
  const told = await db
    .selectFrom('announcements')
    .select('announcementKey')
    .where('phoneNumberId', '=', phoneNumberId)
    .where('announcementKey', '=', announcementKey)
    .executeTakeFirst();
  return told !== undefined;
}

/** False when it is there already. */
async function noteAnnouncement(
  db: Kysely<Schema>,
  announcement: Insertable<Schema['announcements']>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('announcements')
    .values(announcement)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}

/**
 * Each event by what it says, and as which of those that say so. A workflow task that is done again may hear of a message that
 * the first try did not: then the same announcement has more to tell.
 */
function keyed(events: readonly NewEvent[]): readonly (readonly [string, NewEvent])[] {
  const times = new Map<string, number>();
  return events.map((event) => {
    const said = JSON.stringify([event.kind, event.text, event.actor]);
    const nth = (times.get(said) ?? 0) + 1;
    times.set(said, nth);
    const digest = createHash('sha256').update(said).digest('hex').slice(0, 16);
    return [`${digest}/${nth.toString()}`, event];
  });
}

async function noteEnded(
  { inTurn, nowMs }: NumbersDeps,
  { wabaId, digits }: Parameters<Numbers['noteEnded']>[0],
  { key, event }: { readonly key: string; readonly event: Omit<NewEvent, 'deliverAs'> },
): Promise<void> {
  await inTurn(EVENTS_TURN, async (transaction) => {
    const ended = transaction
      .selectFrom('numbers')
      .select('phoneNumberId')
      .where('wabaId', '=', wabaId)
      .where('outcome', 'is not', null);
    const meant = digits === undefined ? ended : ended.where('digits', '=', digits);
    for (const { phoneNumberId } of await meant.execute()) {
      const isFirst = await noteAnnouncement(transaction, {
        ...{ phoneNumberId, announcementKey: key, atMs: nowMs() },
      });
      if (!isFirst) continue;
      await transaction
        .insertInto('events')
        .values({ ...event, phoneNumberId })
        .execute();
    }
  });
}

/** A number whose onboarding was started by hand, without a signup, appears here for the first time. */
async function keepNumber(
  db: Kysely<Schema>,
  announcement: NumberAnnouncement,
  atMs: number,
): Promise<void> {
  const { phoneNumberId, wabaId, stage, waitingFor, progressJson } = announcement;
  const { cause = null, outcome = null, task = null } = announcement;
  const deadlineAtMs = deadlineColumnOf(announcement.deadlineAtMs);
  const row = { wabaId, stage, waitingFor, deadlineAtMs, cause, outcome, task, progressJson };
  await db
    .insertInto('numbers')
    .values({ phoneNumberId, displayPhoneNumber: '', ...row, updatedAtMs: atMs })
    .onConflict((conflict) =>
      conflict.column('phoneNumberId').doUpdateSet({
        ...row,
        updatedAtMs: sql<number>`case when numbers.updated_at_ms > ${atMs} then numbers.updated_at_ms else ${atMs} end`,
      }),
    )
    .execute();
}

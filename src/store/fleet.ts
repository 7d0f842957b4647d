import { sql, type Kysely } from 'kysely';
import { BOUND_STAGES } from '../domain/onboarding.ts';
import { digitsOf } from '../domain/phone-number.ts';
import { deadlineColumnOf } from './deadline-column.ts';
import { NUMBER_COLUMNS, rowOf } from './numbers.ts';
import type { Schema } from './schema.ts';
import type {
  Fleet,
  FleetFilter,
  FleetGroup,
  FleetPage,
  FleetPosition,
  NumberRow,
} from './fleet-store.ts';

interface FleetDeps {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}

/** What a filter names by its value. */
const COLUMNS = ['stage', 'waitingFor', 'cause', 'wabaId'] as const;
type Column = (typeof COLUMNS)[number];

/** More would fill a page that nobody reads. */
const MOST_VALUES = 100;
const DAY_MS = 86_400_000;
/** A number as people write it: `+1 (631) 555-55`. */
const NUMBER_TEXT = /^[+(]*[0-9][0-9 ().-]*$/;

const isBound = sql<boolean>`outcome is null and stage in (${sql.join(BOUND_STAGES)}) and deadline_at_ms < ${deadlineColumnOf()}`;
const rank = sql<number>`case when outcome is not null then 2 when ${isBound} then 0 else 1 end`;
const order = sql<number>`case when outcome is not null then -updated_at_ms else deadline_at_ms end`;

export function createFleet({ db, nowMs }: FleetDeps): Fleet {
  return {
    list: (filter, paging = {}) => list(db, filter, paging),
    count: async (filter) => {
      const [total, outcome, daysLeft] = await Promise.all([
        countAll(db, filter),
        countOutcomes(db, filter),
        countDaysLeft(db, filter, nowMs()),
      ]);
      const [stage, waitingFor, cause, wabaId] = await Promise.all([
        countBy(db, filter, 'stage'),
        countBy(db, filter, 'waitingFor'),
        countBy(db, filter, 'cause'),
        countBy(db, filter, 'wabaId'),
      ]);
      return { total, stage, waitingFor, cause, wabaId, outcome, daysLeft };
    },
  };
}

async function list(
  db: Kysely<Schema>,
  filter: FleetFilter,
  { limit, after }: { readonly limit?: number; readonly after?: FleetPosition },
): Promise<FleetPage> {
  let query = matching(db, filter)
    .select(NUMBER_COLUMNS)
    .orderBy(rank)
    .orderBy(order)
    .orderBy('phoneNumberId');
  if (after !== undefined) {
    const place = sql`(${after.rank}, ${after.order}, ${after.phoneNumberId})`;
    query = query.where(sql<boolean>`(${rank}, ${order}, phone_number_id) > ${place}`);
  }
  if (limit === undefined) return { rows: (await query.execute()).map(rowOf) };
  const found = (await query.limit(limit + 1).execute()).map(rowOf);
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return last === undefined ? { rows } : { rows, next: positionOf(last) };
}

/** As the database reckons it. */
function positionOf({ phoneNumberId, outcome, ...row }: NumberRow): FleetPosition {
  if (outcome !== undefined) return { rank: 2, order: -row.updatedAtMs, phoneNumberId };
  const isBoundRow = BOUND_STAGES.includes(row.stage) && row.deadlineAtMs !== undefined;
  return { rank: isBoundRow ? 0 : 1, order: deadlineColumnOf(row.deadlineAtMs), phoneNumberId };
}

function matching(db: Kysely<Schema>, filter: FleetFilter, without?: Column | 'outcome') {
  let query = db.selectFrom('numbers');
  for (const column of COLUMNS) {
    const value = filter[column];
    if (value !== undefined && column !== without) query = query.where(column, '=', value);
  }
  const { outcome, text } = filter;
  if (outcome !== undefined && without !== 'outcome') query = query.where(isOutcome(outcome));
  return text === undefined ? query : query.where(hasText(text));
}

function isOutcome(outcome: string) {
  if (outcome === 'running') return sql<boolean>`outcome is null`;
  if (outcome === 'ended') return sql<boolean>`outcome is not null`;
  return sql<boolean>`outcome = ${outcome}`;
}

/** A name both as typed and in small letters: SQLite knows the small letters of ASCII only. */
function hasText(text: string) {
  const [typed, small] = [partOf(text), partOf(text.toLowerCase())];
  const isNamed = sql<boolean>`(verified_name like ${typed} escape '!' or lower(verified_name) like ${small} escape '!')`;
  if (!NUMBER_TEXT.test(text)) return isNamed;
  const digits = partOf(digitsOf(text));
  return sql<boolean>`(${isNamed} or digits like ${digits} or phone_number_id like ${digits})`;
}

function partOf(text: string): string {
  return `%${text.replaceAll(/[!%_]/g, '!$&')}%`;
}

async function countAll(db: Kysely<Schema>, filter: FleetFilter): Promise<number> {
  const row = await matching(db, filter)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

async function countBy(
  db: Kysely<Schema>,
  filter: FleetFilter,
  column: Column,
): Promise<FleetGroup> {
  const rows = await matching(db, filter, column)
    .select((select) => [select.ref(column).as('value'), select.fn.countAll<number>().as('count')])
    .where(column, 'is not', null)
    .groupBy(column)
    .orderBy('count', 'desc')
    .orderBy('value')
    .limit(MOST_VALUES)
    .execute();
  return rows.map(({ value, count }) => ({ value: value ?? '', count }));
}

function countOutcomes(db: Kysely<Schema>, filter: FleetFilter): Promise<FleetGroup> {
  return matching(db, filter, 'outcome')
    .select(({ fn }) => [
      sql<string>`coalesce(outcome, 'running')`.as('value'),
      fn.countAll<number>().as('count'),
    ])
    .groupBy('outcome')
    .orderBy('count', 'desc')
    .orderBy('value')
    .execute();
}

async function countDaysLeft(
  db: Kysely<Schema>,
  filter: FleetFilter,
  nowMs: number,
): Promise<FleetGroup> {
  // SQLite takes our numbers for fractions, and divides them as such.
  const days = sql<number>`case when deadline_at_ms < ${nowMs} then 0 else cast((deadline_at_ms - ${nowMs}) / ${DAY_MS} as bigint) end`;
  const rows = await matching(db, filter)
    .select(({ fn }) => [days.as('days'), fn.countAll<number>().as('count')])
    .where(isBound)
    .groupBy('days')
    .orderBy('days')
    .execute();
  return rows.map(({ days: value, count }) => ({ value: String(value), count }));
}

import type { Kysely } from 'kysely';
import { BOUND_STAGES } from '../domain/onboarding.ts';
import type { Backlog, Figures, FleetFigures } from './fleet-figures.ts';
import { withoutNulls, type Schema } from './schema.ts';

interface FiguresDeps {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}

const HOUR_MS = 3_600_000;
/** Meta counts register requests that long. */
const ATTEMPTS_MS = 72 * HOUR_MS;
/** A figure of an account's use says nothing of a later hour. */
const USE_MS = HOUR_MS;
/** Long enough to ask the customer to connect again. */
const TOKEN_NOTICE_MS = 7 * 24 * HOUR_MS;

/** Counted in the database: figures must not cost what they show. */
export function createFigures({ db, nowMs }: FiguresDeps): Figures {
  return {
    read: async (): Promise<FleetFigures> => ({
      numbers: await numbersIn(db),
      deadlinesAtMs: await deadlinesIn(db),
      attempts: await attemptsIn(db, nowMs() - ATTEMPTS_MS),
      ...(await backlogsIn(db)),
      ...(await paceIn(db, nowMs())),
      tokensExpiring: await tokensExpiringIn(db, nowMs() + TOKEN_NOTICE_MS),
    }),
  };
}

async function numbersIn(db: Kysely<Schema>): Promise<FleetFigures['numbers']> {
  const rows = await db
    .selectFrom('numbers')
    .select((eb) => [
      ...(['stage', 'waitingFor', 'cause', 'outcome'] as const),
      eb.fn.countAll().as('count'),
      eb.fn.min('updatedAtMs').as('oldestAtMs'),
    ])
    .groupBy(['stage', 'waitingFor', 'cause', 'outcome'])
    .execute();
  return rows.map(({ count, oldestAtMs, ...group }) => ({
    ...withoutNulls(group),
    count: Number(count),
    oldestAtMs,
  }));
}

async function deadlinesIn(db: Kysely<Schema>): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('numbers')
    .select('deadlineAtMs')
    .where('outcome', 'is', null)
    .where('stage', 'in', BOUND_STAGES)
    .execute();
  return rows.map(({ deadlineAtMs }) => deadlineAtMs);
}

async function attemptsIn(db: Kysely<Schema>, sinceMs: number): Promise<FleetFigures['attempts']> {
  const rows = await db
    .selectFrom('registrationAttempts')
    .select((eb) => ['state', eb.fn.countAll().as('count')])
    .where('openedAtMs', '>', sinceMs)
    .groupBy('state')
    .execute();
  return rows.map(({ state, count }) => ({ state, count: Number(count) }));
}

async function backlogsIn(
  db: Kysely<Schema>,
): Promise<Pick<FleetFigures, 'signups' | 'hints' | 'events' | 'eventsGivenUp'>> {
  const signups = await db
    .selectFrom('signups')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.min('acceptedAtMs').as('oldestAtMs')])
    .where('startedAtMs', 'is', null)
    .executeTakeFirstOrThrow();
  const hints = await db
    .selectFrom('inbox')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.min('receivedAtMs').as('oldestAtMs')])
    .where('deliveredAtMs', 'is', null)
    .executeTakeFirstOrThrow();
  const events = await db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.min('atMs').as('oldestAtMs')])
    .where('state', 'in', ['waiting', 'due', 'started'])
    .executeTakeFirstOrThrow();
  const givenUp = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('state', '=', 'undelivered')
    .executeTakeFirstOrThrow();
  return {
    signups: backlogOf(signups),
    hints: backlogOf(hints),
    events: backlogOf(events),
    eventsGivenUp: Number(givenUp.count),
  };
}

/** The least of no rows is null. */
function backlogOf(row: {
  readonly count: number | string | bigint;
  readonly oldestAtMs: number | null;
}): Backlog {
  const { oldestAtMs } = row;
  return { count: Number(row.count), ...(oldestAtMs !== null && { oldestAtMs }) };
}

async function paceIn(
  db: Kysely<Schema>,
  nowMs: number,
): Promise<Pick<FleetFigures, 'accountsPaused' | 'busiestAccountPct' | 'callsWaiting'>> {
  const paused = await db
    .selectFrom('accounts')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('pausedUntilMs', '>', nowMs)
    .executeTakeFirstOrThrow();
  const busiest = await db
    .selectFrom('accounts')
    .select((eb) => eb.fn.max('usePct').as('pct'))
    .where('useAtMs', '>', nowMs - USE_MS)
    .executeTakeFirstOrThrow();
  const waiting = await db
    .selectFrom('accountQueue')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('untilMs', '>', nowMs)
    .executeTakeFirstOrThrow();
  return {
    accountsPaused: Number(paused.count),
    busiestAccountPct: busiest.pct ?? 0,
    callsWaiting: Number(waiting.count),
  };
}

async function tokensExpiringIn(db: Kysely<Schema>, beforeMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('credentials')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('expiresAtMs', '<=', beforeMs)
    .executeTakeFirstOrThrow();
  return Number(count);
}

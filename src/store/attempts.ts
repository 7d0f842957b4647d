import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import { budgetUnder, type BudgetRule } from '../domain/attempt-budget.ts';
import type { PhoneNumberId } from '../domain/phone-number.ts';
import type { AttemptOutcome, Refusal, Reservation } from '../domain/register-protocol.ts';
import type { InTurn } from './database.ts';
import { withoutNulls, type Schema } from './schema.ts';
import type { AttemptResult, AttemptRow, NewAttempt, Attempts } from './store.ts';

/** Meta counts these kinds of requests apart, so each has a ledger of its own. */
type LedgerTable = 'registrationAttempts' | 'deregistrationAttempts' | 'nameChangeAttempts';

interface LedgerDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly nowMs: () => number;
  readonly table: LedgerTable;
  readonly rule: BudgetRule;
}

type Attempt = Selectable<Schema['registrationAttempts']>;

interface AttemptKey {
  readonly phoneNumberId: PhoneNumberId;
  readonly n: number;
}

/** From which states a row may be closed as what. `unknown` becomes `ok` when a read proves it. */
const CLOSED_FROM: Readonly<Record<AttemptResult['state'], readonly AttemptRow['state'][]>> = {
  ok: ['sending', 'unknown'],
  refused: ['sending'],
  unknown: ['sending'],
  not_sent: ['open', 'sending'],
};

const OPEN: readonly AttemptRow['state'][] = ['open', 'sending'];

export function createAttempts(deps: LedgerDeps): Attempts {
  return {
    reserve: (attempt) => reserve(deps, attempt),
    startSending: (phoneNumberId, n) => startSending(deps, { phoneNumberId, n }),
    close: (phoneNumberId, n, result) => close(deps, { phoneNumberId, n }, result),
    prove: (phoneNumberId) => prove(deps, phoneNumberId),
    settle: (phoneNumberId, n) => settle(deps, { phoneNumberId, n }),
    of: async (phoneNumberId) => {
      const rows = await attemptsOf(deps.db, deps.table, phoneNumberId);
      return rows.map(({ n, kind, state, openedAtMs, code, cause }) =>
        withoutNulls({ n, kind, state, openedAtMs, code, cause }),
      );
    },
  };
}

/** Whatever changes a number's ledger takes its turn: who sends and who reserves next must not both believe to be the one. */
function inTurnOf<Answer>(
  { inTurn, table }: LedgerDeps,
  phoneNumberId: PhoneNumberId,
  work: (transaction: Transaction<Schema>) => Promise<Answer>,
): Promise<Answer> {
  return inTurn(`${table}/${phoneNumberId}`, work);
}

function reserve(deps: LedgerDeps, attempt: NewAttempt): Promise<Reservation> {
  const { nowMs, table, rule } = deps;
  const { phoneNumberId, requestKey, kind } = attempt;
  return inTurnOf(deps, phoneNumberId, async (transaction) => {
    // Read the clock with the lock in hand: waiting for it may have taken seconds.
    const now = nowMs();
    const before = await attemptsOf(transaction, table, phoneNumberId);
    const repeated = before.find((row) => row.requestKey === requestKey);
    if (repeated) {
      const { left } = budgetUnder(rule, sentAtMsOf(before, rule), { kind, nowMs: now });
      return { kind: 'reserved', n: repeated.n, left };
    }
    const untilMs = inFlightUntilMs(before, attempt.inFlightMs);
    if (untilMs > now) return { kind: 'in-flight', untilMs };

    await settleOpen({ db: transaction, table }, { phoneNumberId }, now);
    const sentAtMs = sentAtMsOf(await attemptsOf(transaction, table, phoneNumberId), rule);
    const budget = budgetUnder(rule, sentAtMs, { kind, nowMs: now });
    if (budget.kind === 'spent') {
      return { kind: 'budget-spent', nextAtMs: budget.nextAtMs, left: budget.left };
    }
    const n = (before.at(-1)?.n ?? 0) + 1;
    await transaction
      .insertInto(table)
      .values({ phoneNumberId, n, requestKey, kind, state: 'open', openedAtMs: now })
      .execute();
    return {
      kind: 'reserved',
      n,
      left: budgetUnder(rule, [...sentAtMs, now], { kind, nowMs: now }).left,
    };
  });
}

function attemptsOf(
  db: Kysely<Schema>,
  table: LedgerTable,
  phoneNumberId: PhoneNumberId,
): Promise<Attempt[]> {
  return db
    .selectFrom(table)
    .selectAll()
    .where('phoneNumberId', '=', phoneNumberId)
    .orderBy('n')
    .execute();
}

/** What Meta may have counted, and since when: it counts when a request comes, which may be long after we opened the row. */
function sentAtMsOf(rows: readonly Attempt[], { isRefusedCounted }: BudgetRule): number[] {
  const isCounted = ({ state }: Attempt): boolean =>
    state !== 'not_sent' && (isRefusedCounted || state !== 'refused');
  return rows.filter(isCounted).map(startedAtMsOf);
}

function startedAtMsOf(row: Attempt): number {
  return row.sendingAtMs ?? row.openedAtMs;
}

function inFlightUntilMs(rows: readonly Attempt[], inFlightMs: number): number {
  const open = rows.filter(({ state }) => OPEN.includes(state));
  return Math.max(...open.map((row) => startedAtMsOf(row) + inFlightMs));
}

function startSending(deps: LedgerDeps, key: AttemptKey): Promise<boolean> {
  const { nowMs, table } = deps;
  return inTurnOf(deps, key.phoneNumberId, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable(table)
      .set({ state: 'sending', sendingAtMs: nowMs() })
      .where('phoneNumberId', '=', key.phoneNumberId)
      .where('n', '=', key.n)
      .where('state', '=', 'open')
      .where('n', '=', (query) =>
        query
          .selectFrom(table)
          .select((newest) => newest.fn.max('n').as('newest'))
          .where('phoneNumberId', '=', key.phoneNumberId),
      )
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  });
}

function close(deps: LedgerDeps, key: AttemptKey, result: AttemptResult): Promise<boolean> {
  const { nowMs, table } = deps;
  return inTurnOf(deps, key.phoneNumberId, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable(table)
      .set({
        state: result.state,
        closedAtMs: nowMs(),
        http: result.http ?? null,
        code: result.code ?? null,
        subcode: result.subcode ?? null,
        traceId: result.traceId ?? null,
        cause: result.cause ?? null,
        toldWaitMs: result.toldWaitMs ?? null,
      })
      .where('phoneNumberId', '=', key.phoneNumberId)
      .where('n', '=', key.n)
      .where('state', 'in', CLOSED_FROM[result.state])
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  });
}

async function prove({ db, table }: LedgerDeps, phoneNumberId: PhoneNumberId): Promise<void> {
  const newest = (await attemptsOf(db, table, phoneNumberId)).at(-1);
  if (newest?.state !== 'unknown') return;
  await db
    .updateTable(table)
    .set({ state: 'ok' })
    .where('phoneNumberId', '=', phoneNumberId)
    .where('n', '=', newest.n)
    .where('state', '=', 'unknown')
    .execute();
}

function settle(deps: LedgerDeps, key: AttemptKey): Promise<AttemptOutcome> {
  const { nowMs, table } = deps;
  return inTurnOf(deps, key.phoneNumberId, async (transaction) => {
    await settleOpen({ db: transaction, table }, key, nowMs());
    const row = await transaction
      .selectFrom(table)
      .selectAll()
      .where('phoneNumberId', '=', key.phoneNumberId)
      .where('n', '=', key.n)
      .executeTakeFirst();
    // A row that is gone, as after a restored backup, proves nothing.
    return row ? outcomeOf(row) : { kind: 'unknown' };
  });
}

async function settleOpen(
  { db, table }: Pick<LedgerDeps, 'db' | 'table'>,
  key: { readonly phoneNumberId: PhoneNumberId; readonly n?: number },
  closedAtMs: number,
): Promise<void> {
  const open = db
    .updateTable(table)
    .set({
      state: sql`case state when 'open' then 'not_sent' else 'unknown' end`,
      closedAtMs,
    })
    .where('phoneNumberId', '=', key.phoneNumberId)
    .where('state', 'in', OPEN);
  await (key.n === undefined ? open : open.where('n', '=', key.n)).execute();
}

function outcomeOf(row: Attempt): AttemptOutcome {
  switch (row.state) {
    case 'ok':
      return { kind: 'ok' };
    case 'refused':
      return { kind: 'refused', refusal: refusalOf(row) };
    case 'not_sent':
      return { kind: 'not-sent' };
    case 'open':
    case 'sending':
    case 'unknown':
      return row.cause === null
        ? { kind: 'unknown' }
        : { kind: 'unknown', refusal: refusalOf(row) };
  }
}

function refusalOf({ cause, code, subcode, traceId, toldWaitMs }: Attempt): Refusal {
  return withoutNulls({ cause: cause ?? 'unknown_refusal', code, subcode, traceId, toldWaitMs });
}

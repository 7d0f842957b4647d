import type { Kysely, Transaction } from 'kysely';
import { COUNTED_MS, permitOf, type AccountPace, type Permit } from '../domain/pacing.ts';
import type { WabaId } from '../domain/phone-number.ts';
import { setAccount } from './accounts.ts';
import type { InTurn } from './database.ts';
import type { Schema } from './schema.ts';
import type { Pacing, PermitRequest } from './store.ts';

interface PacingDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly nowMs: () => number;
}

/** Whoever was told to come back and has not by then is gone, and no longer stands before others. */
const LATE_MS = 120_000;

export function createPacing(deps: PacingDeps): Pacing {
  const { db, inTurn, nowMs } = deps;
  return {
    permit: (request) =>
      inTurn(turnOf(request.wabaId), async (transaction) => {
        const askedAtMs = nowMs();
        const answer = await permit(transaction, request, askedAtMs);
        return answer.kind === 'go' ? answer : { ...answer, waitMs: answer.untilMs - askedAtMs };
      }),
    noteUse: (wabaId, pct) => noteUse(deps, wabaId, pct),
    pause: (wabaId, forMs) => setAccount(db, wabaId, { pausedUntilMs: nowMs() + forMs }),
  };
}

async function noteUse({ db, nowMs }: PacingDeps, wabaId: WabaId, pct: number): Promise<void> {
  const useAtMs = nowMs();
  const { ours } = await db
    .selectFrom('accountCalls')
    .select((eb) => eb.fn.countAll().as('ours'))
    .where('wabaId', '=', wabaId)
    .where('atMs', '>', useAtMs - COUNTED_MS)
    .executeTakeFirstOrThrow();
  await setAccount(db, wabaId, { usePct: Math.ceil(pct), useOurs: Number(ours), useAtMs });
}

const turnOf = (wabaId: WabaId): string => `calls/${wabaId}`;

async function permit(
  db: Transaction<Schema>,
  request: PermitRequest,
  nowMs: number,
): Promise<Permit> {
  const { wabaId, who, urgencyMs, calls, atOnce = false } = request;
  const pace = await paceOf(db, wabaId, nowMs);
  const ahead = await callsAhead(db, request, nowMs);
  const answer: Permit = atOnce ? { kind: 'go' } : permitOf(pace, { calls, ahead }, nowMs);
  if (answer.kind === 'go') {
    await leaveQueue(db, request);
    const counted = Array.from({ length: calls }, () => ({ wabaId, atMs: nowMs }));
    if (calls > 0) await db.insertInto('accountCalls').values(counted).execute();
    return answer;
  }
  const place = { urgencyMs, calls, untilMs: answer.untilMs };
  await db
    .insertInto('accountQueue')
    .values({ wabaId, who, ...place })
    .onConflict((conflict) => conflict.columns(['wabaId', 'who']).doUpdateSet(place))
    .execute();
  return answer;
}

async function leaveQueue(
  db: Transaction<Schema>,
  { wabaId, who }: Pick<PermitRequest, 'wabaId' | 'who'>,
): Promise<void> {
  await db.deleteFrom('accountQueue').where('wabaId', '=', wabaId).where('who', '=', who).execute();
}

async function paceOf(db: Kysely<Schema>, wabaId: WabaId, nowMs: number): Promise<AccountPace> {
  await db
    .deleteFrom('accountCalls')
    .where('wabaId', '=', wabaId)
    .where('atMs', '<=', nowMs - COUNTED_MS)
    .execute();
  const calls = await db
    .selectFrom('accountCalls')
    .select('atMs')
    .where('wabaId', '=', wabaId)
    .execute();
  const account = await db
    .selectFrom('accounts')
    .select(['pausedUntilMs', 'usePct', 'useOurs', 'useAtMs'])
    .where('wabaId', '=', wabaId)
    .executeTakeFirst();
  const { pausedUntilMs, usePct, useOurs, useAtMs } = account ?? {};
  return {
    callsAtMs: calls.map(({ atMs }) => atMs),
    hasRegisteredNumber: await hasRegisteredNumber(db, wabaId),
    ...(pausedUntilMs == null ? {} : { pausedUntilMs }),
    ...(usePct == null || useOurs == null || useAtMs == null
      ? {}
      : { figure: { pct: usePct, ours: useOurs, atMs: useAtMs } }),
  };
}

async function hasRegisteredNumber(db: Kysely<Schema>, wabaId: WabaId): Promise<boolean> {
  const row = await db
    .selectFrom('numberReads')
    .select('phoneNumberId')
    .where('wabaId', '=', wabaId)
    .where('isRegistered', '=', 1)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How many calls of the account wait and are more urgent; of two as urgent, the lower name. */
async function callsAhead(
  db: Transaction<Schema>,
  { wabaId, who, urgencyMs }: PermitRequest,
  nowMs: number,
): Promise<number> {
  const { ahead } = await db
    .selectFrom('accountQueue')
    .select((eb) => eb.fn.sum<number | null>('calls').as('ahead'))
    .where('wabaId', '=', wabaId)
    .where('untilMs', '>', nowMs - LATE_MS)
    .where((eb) =>
      eb.or([
        eb('urgencyMs', '<', urgencyMs),
        eb.and([eb('urgencyMs', '=', urgencyMs), eb('who', '<', who)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return ahead ?? 0;
}

import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { EVENTS_TURN, type InTurn } from './database.ts';
import type { Schema } from './schema.ts';
import type { Deliveries, DeliveryRow } from './store.ts';

interface DeliveriesDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly nowMs: () => number;
}

/** A delivery ends after three days, one way or the other. A run that somebody terminated would hold its number up for ever. */
const LOST_AFTER_MS = 4 * 86_400_000;
const ON_ITS_WAY: readonly DeliveryRow['state'][] = ['due', 'started'];

export function createDeliveries(deps: DeliveriesDeps): Deliveries {
  const { db, nowMs } = deps;
  return {
    byId: (id) => deliveries(db).where('deliveries.id', '=', id).executeTakeFirst(),
    due: (limit) =>
      deliveries(db)
        .where((where) =>
          where.or([
            where('state', '=', 'due'),
            where.and([
              where('state', '=', 'started'),
              where('changedAtMs', '<=', nowMs() - LOST_AFTER_MS),
            ]),
          ]),
        )
        .limit(limit)
        .execute(),
    markStarted: async (id) => {
      await db
        .updateTable('deliveries')
        .set({ state: 'started', changedAtMs: nowMs() })
        .where('id', '=', id)
        .where('state', 'in', ON_ITS_WAY)
        .execute();
    },
    settle: (id, state) => settle(deps, id, state),
    undelivered: () => deliveries(db).where('state', '=', 'undelivered').execute(),
    redeliver: (id) => redeliver(deps, id),
  };
}

const deliveries = (db: Kysely<Schema>) =>
  db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select([
      ...(['deliveries.id', 'deliveries.phoneNumberId', 'wabaId', 'type', 'state'] as const),
      ...(['atMs', 'text'] as const),
    ])
    .orderBy('eventId');

/** Within the transaction that writes the event. */
export async function keepDelivery(
  transaction: Kysely<Schema>,
  {
    eventId,
    phoneNumberId,
    wabaId,
    type,
    atMs,
  }: {
    readonly eventId: number;
    readonly phoneNumberId: PhoneNumberId;
    readonly wabaId: WabaId;
    readonly type: string;
    readonly atMs: number;
  },
): Promise<void> {
  // Drawn, not counted: another database would count from the beginning, and the partner would take its events for repeats.
  const id = `evt_${randomUUID()}`;
  await transaction
    .insertInto('deliveries')
    .values({ id, eventId, phoneNumberId, wabaId, type, state: 'waiting', changedAtMs: atMs })
    .execute();
  await letNextOut(transaction, phoneNumberId, atMs);
}

function settle(
  { inTurn, nowMs }: DeliveriesDeps,
  id: string,
  state: 'delivered' | 'undelivered',
): Promise<void> {
  return inTurn(EVENTS_TURN, async (transaction) => {
    const row = await transaction
      .updateTable('deliveries')
      .set({ state, changedAtMs: nowMs() })
      .where('id', '=', id)
      .where('state', '!=', 'delivered')
      .returning('phoneNumberId')
      .executeTakeFirst();
    if (row !== undefined) await letNextOut(transaction, row.phoneNumberId, nowMs());
  });
}

/** One that waits for its turn comes by itself; sent now it would overtake others. */
async function redeliver({ db, nowMs }: DeliveriesDeps, id: string): Promise<boolean> {
  await db
    .updateTable('deliveries')
    .set({ state: 'due', changedAtMs: nowMs() })
    .where('id', '=', id)
    .where('state', '!=', 'waiting')
    .execute();
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

async function letNextOut(
  transaction: Kysely<Schema>,
  phoneNumberId: PhoneNumberId,
  changedAtMs: number,
): Promise<void> {
  const open = await transaction
    .selectFrom('deliveries')
    .select(['id', 'state'])
    .where('phoneNumberId', '=', phoneNumberId)
    .where('state', 'in', ['waiting', ...ON_ITS_WAY])
    .orderBy('eventId')
    .execute();
  const [next] = open;
  if (next === undefined || open.some(({ state }) => ON_ITS_WAY.includes(state))) return;
  await transaction
    .updateTable('deliveries')
    .set({ state: 'due', changedAtMs })
    .where('id', '=', next.id)
    .execute();
}

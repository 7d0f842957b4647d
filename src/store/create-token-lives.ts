import type { Kysely } from 'kysely';
import type { WabaId } from '../domain/phone-number.ts';
import type { TokenLife } from '../domain/token-life.ts';
import { setAccount } from './accounts.ts';
import { tokenPlaceOf } from './credentials.ts';
import { EVENTS_TURN, type InTurn } from './database.ts';
import { keepDelivery } from './deliveries.ts';
import { withoutNulls, type Schema } from './schema.ts';
import type { KnownTokenLife, TokenLives, TokenWarning } from './token-lives.ts';

interface TokenLivesDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly nowMs: () => number;
}

export function createTokenLives({ db, inTurn, nowMs }: TokenLivesDeps): TokenLives {
  return {
    of: (wabaId) => lifeOf(db, wabaId),
    keep: async (wabaId, life) => {
      await keepLife(db, wabaId, { life, readAtMs: nowMs() });
      const { owner, field } = tokenPlaceOf(wabaId);
      await db
        .updateTable('credentials')
        .set({ expiresAtMs: life.expiresAtMs ?? null })
        .where('owner', '=', owner)
        .where('field', '=', field)
        .execute();
    },
    warn: (wabaId, dueAtMs, event) =>
      inTurn(EVENTS_TURN, async (transaction) => {
        const { toldAtMs = 0 } = (await lifeOf(transaction, wabaId)) ?? {};
        if (toldAtMs >= dueAtMs) return;
        await setAccount(transaction, wabaId, { tokenToldAtMs: dueAtMs });
        await tellRunning(transaction, wabaId, event);
      }),
  };
}

async function lifeOf(db: Kysely<Schema>, wabaId: WabaId): Promise<KnownTokenLife | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select([
      ...(['tokenExpiresAtMs as expiresAtMs', 'tokenToldAtMs as toldAtMs'] as const),
      'tokenReadAtMs as readAtMs',
      'tokenDataAccessExpiresAtMs as dataAccessExpiresAtMs',
    ])
    .where('wabaId', '=', wabaId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { readAtMs, toldAtMs = 0, ...life } = withoutNulls(row);
  return readAtMs === undefined ? undefined : { ...life, readAtMs, toldAtMs };
}

/** Of a new token also within the transaction that keeps it. */
export async function keepLife(
  db: Kysely<Schema>,
  wabaId: WabaId,
  {
    life,
    ...known
  }: { readonly life: TokenLife; readonly readAtMs: number; readonly toldAtMs?: 0 },
): Promise<void> {
  await setAccount(db, wabaId, {
    tokenReadAtMs: known.readAtMs,
    tokenExpiresAtMs: life.expiresAtMs ?? null,
    tokenDataAccessExpiresAtMs: life.dataAccessExpiresAtMs ?? null,
    ...(known.toldAtMs === undefined ? {} : { tokenToldAtMs: known.toldAtMs }),
  });
}

async function tellRunning(
  db: Kysely<Schema>,
  wabaId: WabaId,
  { deliverAs, ...event }: TokenWarning,
): Promise<void> {
  const numbers = await db
    .selectFrom('numbers')
    .select('phoneNumberId')
    .where('wabaId', '=', wabaId)
    .where('outcome', 'is', null)
    .execute();
  for (const { phoneNumberId } of numbers) {
    const { id } = await db
      .insertInto('events')
      .values({ ...event, phoneNumberId })
      .returning('id')
      .executeTakeFirstOrThrow();
    if (deliverAs === undefined) continue;
    const { atMs } = event;
    await keepDelivery(db, { eventId: id, phoneNumberId, wabaId, type: deliverAs, atMs });
  }
}

import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Source } from '../domain/onboarding.ts';
import { digitsOf, type WabaId } from '../domain/phone-number.ts';
import type { TokenLife } from '../domain/token-life.ts';
import { keepSealed, tokenPlaceOf } from './credentials.ts';
import { keepLife } from './create-token-lives.ts';
import { EVENTS_TURN, type InTurn } from './database.ts';
import { deadlineColumnOf, withDeadline } from './deadline-column.ts';
import { withoutNulls, type Schema } from './schema.ts';
import type { Sealing } from './sealing.ts';
import type { NewEvent, NewSignup, SignupRow, Signups } from './store.ts';

interface SignupsDeps {
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
  readonly sealing: Sealing;
  readonly nowMs: () => number;
}

const COLUMNS = [
  'id',
  'idempotencyKey',
  'bodyHash',
  'phoneNumberId',
  'wabaId',
  'acceptedAtMs',
  'deadlineAtMs',
  'platform',
  'codeMethod',
  'dataLocalizationRegion',
  'source',
] as const;

type Row = Pick<Selectable<Schema['signups']>, (typeof COLUMNS)[number]>;

export function createSignups(deps: SignupsDeps): Signups {
  const { db, nowMs } = deps;
  return {
    byIdempotencyKey: (key) => byIdempotencyKey(db, key),
    accept: (signup) => accept(deps, signup),
    keepAccess: async (wabaId, { token, tokenLife }) => {
      const sealed = await deps.sealing.seal(tokenPlaceOf(wabaId), token);
      await deps.inTurn(EVENTS_TURN, (transaction) =>
        keepToken(transaction, wabaId, { sealed, life: tokenLife, atMs: nowMs() }),
      );
    },
    pending: async (limit) => {
      const rows = await db
        .selectFrom('signups')
        .select(COLUMNS)
        .where('startedAtMs', 'is', null)
        .orderBy('acceptedAtMs')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(signupOf);
    },
    markStarted: async (id) => {
      await db
        .updateTable('signups')
        .set({ startedAtMs: nowMs() })
        .where('id', '=', id)
        .where('startedAtMs', 'is', null)
        .execute();
    },
  };
}

async function byIdempotencyKey(db: Kysely<Schema>, key: string): Promise<SignupRow | undefined> {
  const row = await db
    .selectFrom('signups')
    .select(COLUMNS)
    .where('idempotencyKey', '=', key)
    .executeTakeFirst();
  return row && signupOf(row);
}

function signupOf({ platform, codeMethod, dataLocalizationRegion, ...row }: Row): SignupRow {
  return {
    ...withDeadline(row),
    how: withoutNulls({ platform, codeMethod, dataLocalizationRegion }),
  };
}

async function accept(deps: SignupsDeps, signup: NewSignup): Promise<SignupRow> {
  const sealed = await deps.sealing.seal(tokenPlaceOf(signup.wabaId), signup.token);
  return deps.inTurn(EVENTS_TURN, async (transaction) => {
    const twin = await byIdempotencyKey(transaction, signup.idempotencyKey);
    if (twin) return twin;
    const acceptedAtMs = deps.nowMs();
    const { wabaId, tokenLife: life = {} } = signup;
    await keepToken(transaction, wabaId, { sealed, life, atMs: acceptedAtMs });
    await startNumber(transaction, signup, acceptedAtMs);
    await noteBeginning(transaction, signup.phoneNumberId, {
      ...{ kind: 'signed-up', atMs: acceptedAtMs, actor: 'signup' },
      text: 'Embedded Signup completed; onboarding accepted',
    });
    return insertSignup(transaction, signup, acceptedAtMs);
  });
}

async function keepToken(
  db: Kysely<Schema>,
  wabaId: WabaId,
  {
    sealed,
    life,
    atMs,
  }: { readonly sealed: string; readonly life: TokenLife; readonly atMs: number },
): Promise<void> {
  const { expiresAtMs } = life;
  const place = tokenPlaceOf(wabaId);
  await keepSealed(db, { place, sealed, expiresAtMs, updatedAtMs: atMs });
  await keepLife(db, wabaId, { life, readAtMs: atMs, toldAtMs: 0 });
}

/**
 * A number whose onboarding has ended begins anew: what that one said no longer holds. A running one keeps what is known of it;
 * its customer has only renewed our access.
 */
export async function startNumber(
  db: Kysely<Schema>,
  number: Pick<NewSignup, 'phoneNumberId' | 'wabaId' | 'displayPhoneNumber' | 'verifiedName'> & {
    readonly deadlineAtMs?: number;
  },
  atMs: number,
): Promise<void> {
  const { phoneNumberId, wabaId, displayPhoneNumber, verifiedName } = number;
  const identity = {
    wabaId,
    displayPhoneNumber,
    digits: digitsOf(displayPhoneNumber),
    ...(verifiedName === undefined ? {} : { verifiedName }),
  };
  const beginning = {
    stage: 'verifying',
    waitingFor: 'meta',
    deadlineAtMs: deadlineColumnOf(number.deadlineAtMs),
    cause: null,
    outcome: null,
    task: null,
    progressJson: null,
    updatedAtMs: atMs,
  };
  await db
    .updateTable('numbers')
    .set(beginning)
    .where('phoneNumberId', '=', phoneNumberId)
    .where('outcome', 'is not', null)
    .execute();
  await db
    .insertInto('numbers')
    .values({ phoneNumberId, ...identity, ...beginning })
    .onConflict((conflict) => conflict.column('phoneNumberId').doUpdateSet(identity))
    .execute();
}

export async function noteBeginning(
  db: Kysely<Schema>,
  phoneNumberId: NewSignup['phoneNumberId'],
  event: Omit<NewEvent, 'deliverAs'>,
): Promise<void> {
  await db
    .insertInto('events')
    .values({ ...event, phoneNumberId })
    .execute();
}

export async function insertSignup(
  db: Kysely<Schema>,
  signup: Pick<NewSignup, 'idempotencyKey' | 'bodyHash' | 'phoneNumberId' | 'wabaId' | 'how'> & {
    readonly deadlineAtMs?: number;
    readonly source?: Source;
  },
  acceptedAtMs: number,
): Promise<SignupRow> {
  const { idempotencyKey, bodyHash, phoneNumberId, wabaId } = signup;
  const { how = { platform: 'cloud' }, source = 'embedded-signup' } = signup;
  const deadlineAtMs = deadlineColumnOf(signup.deadlineAtMs);
  const row = await db
    .insertInto('signups')
    .values({
      id: randomUUID(),
      ...{ idempotencyKey, bodyHash, phoneNumberId, wabaId, acceptedAtMs, deadlineAtMs, source },
      ...how,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return signupOf(row);
}

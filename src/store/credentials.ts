import { createHash, randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { isAcceptablePin } from '../domain/pin.ts';
import { Secret } from '../domain/secret.ts';
import type { Schema } from './schema.ts';
import type { Place, Sealing } from './sealing.ts';
import type { Credentials } from './store.ts';

interface CredentialsDeps {
  readonly db: Kysely<Schema>;
  readonly sealing: Sealing;
  readonly nowMs: () => number;
}

export function createCredentials(deps: CredentialsDeps): Credentials {
  return {
    tokenOf: (wabaId) => openAt(deps, tokenPlaceOf(wabaId)),
    ensurePin: (phoneNumberId) => ensurePin(deps, placeOf(phoneNumberId, 'pin')),
    pinOf: (phoneNumberId) => openAt(deps, placeOf(phoneNumberId, 'pin')),
    keepCertificate: (phoneNumberId, certificate) =>
      keepCertificate(deps, placeOf(phoneNumberId, 'certificate'), certificate),
    certificateOf: (phoneNumberId) => openAt(deps, placeOf(phoneNumberId, 'certificate')),
  };
}

export function tokenPlaceOf(wabaId: WabaId): Place {
  return { table: 'credentials', owner: `account/${wabaId}`, field: 'token' };
}

interface SealedRow {
  readonly place: Place;
  readonly sealed: string;
  readonly expiresAtMs?: number | undefined;
  readonly updatedAtMs: number;
}

/** Writes a sealed value over the one before. */
export async function keepSealed(db: Kysely<Schema>, row: SealedRow): Promise<void> {
  const { sealed, expiresAtMs = null, updatedAtMs } = row;
  const { owner, field } = row.place;
  await db
    .insertInto('credentials')
    .values({ owner, field, sealed, expiresAtMs, updatedAtMs })
    .onConflict((conflict) =>
      conflict.columns(['owner', 'field']).doUpdateSet({ sealed, expiresAtMs, updatedAtMs }),
    )
    .execute();
}

function placeOf(phoneNumberId: PhoneNumberId, field: 'pin' | 'certificate'): Place {
  return { table: 'credentials', owner: `number/${phoneNumberId}`, field };
}

async function openAt({ db, sealing }: CredentialsDeps, place: Place): Promise<Secret | undefined> {
  const row = await db
    .selectFrom('credentials')
    .select('sealed')
    .where('owner', '=', place.owner)
    .where('field', '=', place.field)
    .executeTakeFirst();
  return row && sealing.open(place, row.sealed);
}

/** The first PIN stays, whoever draws another at the same time: a second one would lock the number at Meta. */
async function ensurePin({ db, sealing, nowMs }: CredentialsDeps, place: Place): Promise<void> {
  const { owner, field } = place;
  const sealed = await sealing.seal(place, drawPin());
  await db
    .insertInto('credentials')
    .values({ owner, field, sealed, updatedAtMs: nowMs() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function drawPin(): Secret {
  for (;;) {
    const pin = String(randomInt(0, 1_000_000)).padStart(6, '0');
    if (isAcceptablePin(pin)) return new Secret(pin);
  }
}

async function keepCertificate(
  deps: CredentialsDeps,
  place: Place,
  certificate: Secret,
): Promise<string> {
  const kept = await openAt(deps, place);
  if (kept?.reveal() !== certificate.reveal()) {
    const sealed = await deps.sealing.seal(place, certificate);
    await keepSealed(deps.db, { place, sealed, updatedAtMs: deps.nowMs() });
  }
  return createHash('sha256').update(certificate.reveal()).digest('hex');
}

import { createHash, randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';
import { isAcceptablePin } from '../domain/pin.ts';
import { Secret } from '../domain/secret.ts';
import type { Schema } from './schema.ts';
import type { Place, Sealing } from './sealing.ts';
import type { Credentials, OnPremisesAccess, ProposedPin } from './store.ts';

interface CredentialsDeps {
  readonly db: Kysely<Schema>;
  readonly sealing: Sealing;
  readonly nowMs: () => number;
}

export function createCredentials(deps: CredentialsDeps): Credentials {
  return {
    tokenOf: (wabaId) => openAt(deps, tokenPlaceOf(wabaId)),
    ensurePin: async (phoneNumberId) => {
      await sealIfNone(deps, placeOf(phoneNumberId, 'pin'), drawPin());
    },
    pinOf: (phoneNumberId) => openAt(deps, placeOf(phoneNumberId, 'pin')),
    proposePin: (phoneNumberId, pin) => proposePin(deps, phoneNumberId, pin),
    adoptPin: (phoneNumberId, pin) => adoptPin(deps, phoneNumberId, pin),
    dropProposedPin: async (phoneNumberId, pin) => {
      const place = placeOf(phoneNumberId, 'next-pin');
      if (isSameSecret(await openAt(deps, place), pin)) await drop(deps.db, place);
    },
    isPinStale: async (phoneNumberId) =>
      (await openAt(deps, placeOf(phoneNumberId, 'next-pin'))) !== undefined,
    markPinStale: (phoneNumberId) => markPinStale(deps, phoneNumberId),
    keepPin: async (phoneNumberId, pin) => {
      await sealAt(deps, placeOf(phoneNumberId, 'pin'), pin);
      await drop(deps.db, placeOf(phoneNumberId, 'next-pin'));
    },
    keepCertificate: (phoneNumberId, certificate) =>
      keepCertificate(deps, placeOf(phoneNumberId, 'certificate'), certificate),
    certificateOf: (phoneNumberId) => openAt(deps, placeOf(phoneNumberId, 'certificate')),
    keepOnPremises: async (wabaId, { password, ...access }) => {
      const text = JSON.stringify({ ...access, password: password.reveal() });
      await sealAt(deps, onPremisesPlaceOf(wabaId), new Secret(text));
    },
    onPremisesOf: async (wabaId) => {
      const text = await openAt(deps, onPremisesPlaceOf(wabaId));
      return text && onPremisesSchema.parse(JSON.parse(text.reveal()));
    },
  };
}

export function tokenPlaceOf(wabaId: WabaId): Place {
  return { table: 'credentials', owner: `account/${wabaId}`, field: 'token' };
}

function onPremisesPlaceOf(wabaId: WabaId): Place {
  return { table: 'credentials', owner: `account/${wabaId}`, field: 'on-premises' };
}

const onPremisesSchema: z.ZodType<OnPremisesAccess> = z.object({
  baseUrl: z.string(),
  userName: z.string(),
  password: z.string().transform((password) => new Secret(password)),
  ca: z.string().exactOptional(),
});

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

type NumberField = 'pin' | 'next-pin' | 'certificate';

function placeOf(phoneNumberId: PhoneNumberId, field: NumberField): Place {
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

async function sealAt(deps: CredentialsDeps, place: Place, secret: Secret): Promise<void> {
  const sealed = await deps.sealing.seal(place, secret);
  await keepSealed(deps.db, { place, sealed, updatedAtMs: deps.nowMs() });
}

async function drop(db: Kysely<Schema>, { owner, field }: Place): Promise<void> {
  await db
    .deleteFrom('credentials')
    .where('owner', '=', owner)
    .where('field', '=', field)
    .execute();
}

/** Who is first stays: a second PIN would lock the number at Meta. True if it was this one. */
async function sealIfNone(
  { db, sealing, nowMs }: CredentialsDeps,
  place: Place,
  secret: Secret,
): Promise<boolean> {
  const { owner, field } = place;
  const sealed = await sealing.seal(place, secret);
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('credentials')
    .values({ owner, field, sealed, updatedAtMs: nowMs() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}

/**
 * The one proposed before may be Meta's already, its answer lost: it is told again rather than another. One that only repeats
 * the number's own PIN, as after a change in WhatsApp Manager, makes way.
 */
async function proposePin(
  deps: CredentialsDeps,
  phoneNumberId: PhoneNumberId,
  given: Secret | undefined,
): Promise<ProposedPin> {
  const place = placeOf(phoneNumberId, 'next-pin');
  const own = await openAt(deps, placeOf(phoneNumberId, 'pin'));
  const before = await openAt(deps, place);
  if (given !== undefined && isSameSecret(before, own)) await drop(deps.db, place);
  const wanted = given ?? drawPin();
  const isNew = await sealIfNone(deps, place, wanted);
  const pin = isNew ? wanted : await openAt(deps, place);
  if (pin === undefined || (given !== undefined && !isSameSecret(pin, given))) {
    return { kind: 'busy' };
  }
  return { kind: 'proposed', pin, isNew };
}

async function adoptPin(
  deps: CredentialsDeps,
  phoneNumberId: PhoneNumberId,
  pin: Secret,
): Promise<boolean> {
  const place = placeOf(phoneNumberId, 'next-pin');
  if (!isSameSecret(await openAt(deps, place), pin)) return false;
  await sealAt(deps, placeOf(phoneNumberId, 'pin'), pin);
  await drop(deps.db, place);
  return true;
}

function isSameSecret(one: Secret | undefined, other: Secret | undefined): boolean {
  return one !== undefined && one.reveal() === other?.reveal();
}

async function markPinStale(deps: CredentialsDeps, phoneNumberId: PhoneNumberId): Promise<void> {
  const proposed = placeOf(phoneNumberId, 'next-pin');
  const pin = await openAt(deps, placeOf(phoneNumberId, 'pin'));
  const isProposed = (await openAt(deps, proposed)) !== undefined;
  if (pin !== undefined && !isProposed) await sealAt(deps, proposed, pin);
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
  if (kept?.reveal() !== certificate.reveal()) await sealAt(deps, place, certificate);
  return createHash('sha256').update(certificate.reveal()).digest('hex');
}

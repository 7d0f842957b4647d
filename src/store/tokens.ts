import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { Secret } from '../domain/secret.ts';
import type { Grant, TokenRow, Tokens } from './access.ts';
import { drawWord, hashOf, isSameHash } from './one-way.ts';
import { withoutNulls, type Schema } from './schema.ts';

interface TokensDeps {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}

const FORM = /^won_(?<prefix>[0-9a-f]{10})_[\w-]{43}$/;
const USE_GRAIN_MS = 300_000;
const COLUMNS = [
  ...(['prefix', 'role', 'owner', 'createdAtMs'] as const),
  ...(['expiresAtMs', 'revokedAtMs', 'lastUsedAtMs'] as const),
] as const;

export function createTokens(deps: TokensDeps): Tokens {
  const { db } = deps;
  return {
    issue: (grant) => issue(deps, grant),
    grantOf: (token) => grantOf(deps, token),
    list: async () => {
      const rows = await db
        .selectFrom('apiTokens')
        .select(COLUMNS)
        .orderBy('createdAtMs')
        .execute();
      return rows.map(withoutNulls);
    },
    revoke: (prefix) => revoke(deps, prefix),
    any: async () => {
      const row = await db.selectFrom('apiTokens').select('prefix').limit(1).executeTakeFirst();
      return row !== undefined;
    },
  };
}

async function issue(
  { db, nowMs }: TokensDeps,
  { role, owner, expiresAtMs }: Grant,
): Promise<{ readonly prefix: string; readonly token: Secret }> {
  const prefix = randomBytes(5).toString('hex');
  const token = `won_${prefix}_${drawWord(32)}`;
  const row = { prefix, hash: hashOf(token), role, owner, createdAtMs: nowMs() };
  await db
    .insertInto('apiTokens')
    .values({ ...row, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) })
    .execute();
  return { prefix, token: new Secret(token) };
}

async function grantOf(deps: TokensDeps, token: Secret): Promise<TokenRow | undefined> {
  const text = token.reveal();
  const prefix = FORM.exec(text)?.groups?.['prefix'] ?? '';
  const found = await deps.db
    .selectFrom('apiTokens')
    .select([...COLUMNS, 'hash'])
    .where('prefix', '=', prefix)
    .executeTakeFirst();
  const isIt = isSameHash(hashOf(text), found?.hash ?? hashOf(''));
  if (found === undefined || !isIt) return undefined;
  const row = withoutNulls(found);
  if (!works(row, deps.nowMs())) return undefined;
  await noteUse(deps, row);
  return row;
}

function works({ revokedAtMs, expiresAtMs = Infinity }: TokenRow, nowMs: number): boolean {
  return revokedAtMs === undefined && expiresAtMs > nowMs;
}

async function noteUse(
  { db, nowMs }: TokensDeps,
  { prefix, lastUsedAtMs = 0 }: TokenRow,
): Promise<void> {
  if (lastUsedAtMs > nowMs() - USE_GRAIN_MS) return;
  await db
    .updateTable('apiTokens')
    .set({ lastUsedAtMs: nowMs() })
    .where('prefix', '=', prefix)
    .execute();
}

async function revoke({ db, nowMs }: TokensDeps, prefix: string): Promise<boolean> {
  const row = await db
    .updateTable('apiTokens')
    .set({ revokedAtMs: nowMs() })
    .where('prefix', '=', prefix)
    .where('revokedAtMs', 'is', null)
    .returning('prefix')
    .executeTakeFirst();
  await db.deleteFrom('sessions').where('tokenPrefix', '=', prefix).execute();
  return row !== undefined;
}

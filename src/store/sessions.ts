import type { Kysely } from 'kysely';
import { Secret } from '../domain/secret.ts';
import type { Grant, Sessions } from './access.ts';
import { drawWord, hashOf } from './one-way.ts';
import { withoutNulls, type Schema } from './schema.ts';

interface SessionsDeps {
  readonly db: Kysely<Schema>;
  readonly nowMs: () => number;
}

const SESSION_MS = 12 * 3_600_000;
const TICKET_MS = 600_000;

export function createSessions(deps: SessionsDeps): Sessions {
  const { db, nowMs } = deps;
  return {
    open: (grant) => open(deps, grant),
    byKey: async (key) => {
      const id = hashOf(key.reveal());
      const row = await db
        .selectFrom('sessions')
        .select(['role', 'owner', 'expiresAtMs'])
        .where('hash', '=', id)
        .where('expiresAtMs', '>', nowMs())
        .executeTakeFirst();
      return row && { id, ...row };
    },
    end: async (id) => {
      await db.deleteFrom('sessions').where('hash', '=', id).execute();
    },
    offerLogin: async ({ role, owner }) => {
      const word = drawWord(32);
      await keepTicket(deps, word, { kind: 'login', role, owner });
      return new Secret(word);
    },
    takeLogin: async (word) => {
      const taken = await useTicket(deps, word.reveal(), { kind: 'login' });
      if (taken?.role === undefined) return undefined;
      return { role: taken.role, owner: taken.owner };
    },
    newState: async (owner) => {
      const state = drawWord(16);
      await keepTicket(deps, state, { kind: 'signup', owner });
      return state;
    },
    useState: async (owner, state) =>
      (await useTicket(deps, state, { kind: 'signup', owner })) !== undefined,
  };
}

async function open(
  { db, nowMs }: SessionsDeps,
  grant: Grant & { readonly tokenPrefix?: string },
): Promise<Secret> {
  const { role, owner, tokenPrefix = null, expiresAtMs: untilMs = Infinity } = grant;
  const key = drawWord(32);
  const expiresAtMs = Math.min(nowMs() + SESSION_MS, untilMs);
  await db.deleteFrom('sessions').where('expiresAtMs', '<=', nowMs()).execute();
  await db
    .insertInto('sessions')
    .values({ hash: hashOf(key), role, owner, tokenPrefix, expiresAtMs })
    .execute();
  return new Secret(key);
}

type Ticket = Pick<Schema['tickets'], 'kind' | 'owner'> & Partial<Pick<Grant, 'role'>>;

async function keepTicket({ db, nowMs }: SessionsDeps, word: string, of: Ticket): Promise<void> {
  await db.deleteFrom('tickets').where('expiresAtMs', '<=', nowMs()).execute();
  await db
    .insertInto('tickets')
    .values({ ...of, hash: hashOf(word), expiresAtMs: nowMs() + TICKET_MS })
    .execute();
}

/** Taken in one statement: of two at a time one has it. */
async function useTicket(
  { db, nowMs }: SessionsDeps,
  word: string,
  { kind, owner }: Pick<Ticket, 'kind'> & Partial<Pick<Ticket, 'owner'>>,
): Promise<Ticket | undefined> {
  const row = await db
    .deleteFrom('tickets')
    .where('hash', '=', hashOf(word))
    .where('kind', '=', kind)
    .where('expiresAtMs', '>', nowMs())
    .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? ''))
    .returning(['kind', 'role', 'owner'])
    .executeTakeFirst();
  return row && withoutNulls(row);
}

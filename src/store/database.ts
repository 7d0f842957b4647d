import type { Kysely, Transaction } from 'kysely';
import type { StorePlace } from './place.ts';
import type { Schema } from './schema.ts';

/** What SQLite and PostgreSQL do not have in common. Every query is the same for both. */
export interface Database {
  readonly kind: StorePlace['kind'];
  readonly db: Kysely<Schema>;
  readonly inTurn: InTurn;
}

/**
 * Runs `work` in a transaction. Of all transactions that name the same turn, in all processes, one runs at a time, and sees
 * what those before it have written. SQLite knows one turn for everything. A transaction takes one turn only, so that no two
 * wait for each other.
 */
export type InTurn = <Answer>(
  turn: string,
  work: (transaction: Transaction<Schema>) => Promise<Answer>,
) => Promise<Answer>;

/**
 * Whoever writes events takes this turn, so that their ids are in the order in which they can be read: a reader that has seen
 * event 5 must not miss an event 4 that is committed later.
 */
export const EVENTS_TURN = 'events';

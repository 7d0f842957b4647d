import { setTimeout } from 'node:timers/promises';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Pool, TypeOverrides, types, type PoolClient, type PoolConfig } from 'pg';
import type { PostgresAddress } from './place.ts';
import { closed, failureOf, isLost, unreachable } from './postgres-errors.ts';

/** Ten programs fit into the hundred connections of a new server with room to spare. */
const CONNECTIONS = 8;
const CONNECT_MS = 3000;
const LOOK_AGAIN_MS = 10;
/** Our statements take milliseconds; the HTTP edge and the activities would rather be told. */
const STATEMENT_MS = 5000;
/** After the server had its chance to say so itself: it, or the network to it, is gone without a word. */
const SILENCE_MS = 6000;
/** A process that stands still with a turn in hand loses it, and finds its transaction undone. */
const IDLE_IN_TRANSACTION_MS = 10_000;

interface Limits {
  /** How long a statement waits for the locks of others. */
  readonly lockMs: number;
}

/** Connections of `pg` for Kysely. What fails in them fails as `StoreUnavailable`, but for our own mistakes. */
export function createPool(address: PostgresAddress, limits: Limits): PostgresPool {
  const pool = new Pool(settingsOf(address, limits));
  // Whoever uses the connection is told by the statement that fails; without a listener the process would end as well.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  let ending: Promise<void> | undefined;
  return {
    options: {},
    connect: async () => {
      if (ending !== undefined) throw closed();
      try {
        return new GuardedClient(await pool.connect());
      } catch (error) {
        throw unreachable(error);
      }
    },
    end: () => (ending ??= endOf(pool)),
  };
}

/** A pool that ends forgets who still waits for a connection. They wait for `CONNECT_MS` at most. */
async function endOf(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await setTimeout(LOOK_AGAIN_MS);
  await pool.end();
}

function ignore(): void {
  // See where it is used.
}

/** Everything is said here: what is left out, the client library takes from variables and files of its own. */
function settingsOf(address: PostgresAddress, { lockMs }: Limits): PoolConfig {
  const { host, port, database, user, password, tls } = address;
  return {
    ...{ host, port, database, user },
    password: () => password?.reveal() ?? '',
    ssl: tls !== false && {
      // An address in digits has no name to ask for, but one to compare.
      host,
      rejectUnauthorized: true,
      ...(tls.ca !== undefined && { ca: tls.ca }),
      ...(tls.cert !== undefined && { cert: tls.cert }),
      ...(tls.key !== undefined && { key: tls.key.reveal() }),
    },
    application_name: 'whatsapp-number-onboarding',
    client_encoding: 'UTF8',
    // «Durable» would be a lie after a power cut without it.
    options: '-c synchronous_commit=on',
    types: wholeNumbers(),
    max: CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    lock_timeout: lockMs,
    statement_timeout: STATEMENT_MS,
    query_timeout: SILENCE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
}

/** Milliseconds fit into a number; the library would make texts of them. */
function wholeNumbers(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  return overrides;
}

class GuardedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #failure: Error | undefined;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('The store reads without cursors.');
    return this.#query(sql, parameters);
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#failure !== undefined);
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    // On a connection that is silent, a rollback would only wait as long again.
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await this.#client.query(sql, parameters.map(bindable));
    } catch (error) {
      const failure = failureOf(error);
      if (isLost(failure)) this.#failure = failure;
      throw failure;
    }
  }
}

/** As SQLite takes them: PostgreSQL knows no NUL in a text, and no fraction in a whole number, such as one of Meta's waits. */
function bindable(parameter: unknown): unknown {
  if (typeof parameter === 'string') return parameter.replaceAll('\0', '\uFFFD');
  return typeof parameter === 'number' ? Math.round(parameter) : parameter;
}

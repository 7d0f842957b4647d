import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type QueryResult,
  type SqliteDatabase,
} from 'kysely';
import { orUnavailable } from './sqlite-errors.ts';
import { whenFree } from './when-free.ts';

/** Kysely on Node's own SQLite. One connection; Kysely queues what this process asks of it. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;
  readonly #busyTimeoutMs: number;

  /** A statement, and the begin of a transaction, waits for other connections up to `busyTimeoutMs`. */
  constructor(database: DatabaseSync, busyTimeoutMs: number) {
    super({ database: kyselyViewOf(database) });
    this.#database = database;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override createDriver(): SqliteDriver {
    return new SerialWritesDriver(this.#database, this.#busyTimeoutMs);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

class SerialWritesDriver extends SqliteDriver {
  readonly #database: DatabaseSync;
  readonly #busyTimeoutMs: number;

  constructor(database: DatabaseSync, busyTimeoutMs: number) {
    super({ database: kyselyViewOf(database) });
    this.#database = database;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: <Row>(query: CompiledQuery) => {
        const execute = (): Promise<QueryResult<Row>> => connection.executeQuery<Row>(query);
        // Within a transaction the lock is ours already.
        return this.#isInTransaction() ? execute() : whenFree(this.#busyTimeoutMs, execute);
      },
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }

  /** Takes the write lock at once: what a transaction has read is still true when it writes. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk has rolled back already, and a second rollback would hide that error behind its own. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#isInTransaction()) await super.rollbackTransaction(connection);
  }

  #isInTransaction(): boolean {
    return this.#database.isOpen && this.#database.isTransaction;
  }
}

/** Kysely says no here; SQLite does it, and two processes that migrate at once need it. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function kyselyViewOf(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => {
      database.close();
    },
    prepare: (sql) => {
      const statement = orUnavailable(() => database.prepare(sql));
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => orUnavailable(() => statement.all(...bindable(parameters))),
        run: (parameters) => orUnavailable(() => statement.run(...bindable(parameters))),
        iterate: (parameters) => orUnavailable(() => statement.iterate(...bindable(parameters))),
      };
    },
  };
}

function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((parameter) => {
    if (!isBindable(parameter)) throw new TypeError(`SQLite cannot keep a ${typeof parameter}.`);
    return parameter;
  });
}

function isBindable(value: unknown): value is SQLInputValue {
  return value === null || ['string', 'number', 'bigint'].includes(typeof value);
}

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

import type { EngineResult, Param } from "./database.js";
import type { Schema } from "./schema.js";

/** Carries out one statement where a session does: on a connection of the pool or inside a transaction. */
export type Query = (text: string, params: readonly Param[]) => Promise<EngineResult>;

/** The query builder over a session. It opens and closes nothing of its own. */
export function createKysely(kind: "sqlite" | "postgres", query: Query): Kysely<Schema> {
  const sqlite = kind === "sqlite";
  const dialect: Dialect = {
    createDriver: () => new SessionDriver(query),
    createQueryCompiler: () => (sqlite ? new SqliteQueryCompiler() : new PostgresQueryCompiler()),
    createAdapter: () => (sqlite ? new SqliteAdapter() : new PostgresAdapter()),
    createIntrospector: (db) => (sqlite ? new SqliteIntrospector(db) : new PostgresIntrospector(db)),
  };
  return new Kysely<Schema>({ dialect });
}

class SessionDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(query: Query) {
    this.#connection = {
      async executeQuery(compiled: CompiledQuery) {
        const { rows, changed } = await query(compiled.sql, compiled.parameters as readonly Param[]);
        return { rows: rows as never[], numAffectedRows: BigInt(changed) };
      },
      streamQuery() {
        throw new Error("streams are not used: every long read is paged");
      },
    };
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }

  async releaseConnection(): Promise<void> {}

  beginTransaction(): Promise<void> {
    return Promise.reject(new Error("transactions go through Database"));
  }

  commitTransaction(): Promise<void> {
    return this.beginTransaction();
  }

  rollbackTransaction(): Promise<void> {
    return this.beginTransaction();
  }

  async destroy(): Promise<void> {}
}

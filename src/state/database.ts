import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

import type { Schema, SchemaDatabase } from "./schema.js";

export type Param = string | number | null;

export interface EngineResult {
  readonly rows: readonly object[];
  /** How many rows a statement changed. */
  readonly changed: number;
}

/** One connection to a database, for one user at a time. Errors are psync's own where they are foreseen. */
export interface EngineConnection {
  query(text: string, params: readonly Param[]): Promise<EngineResult>;
  release(): void;
}

/** What differs between the databases. */
export interface Engine {
  readonly kind: "sqlite" | "postgres";
  /** For messages; free of secrets. */
  readonly place: string;
  connect(): Promise<EngineConnection>;
  /** What begins a transaction that writes. With `durable` its commit survives a loss of power. */
  begin(durable: boolean): readonly string[];
  /** Milliseconds since 1970 by the clock that all users of the store share. */
  now(session: Session): Promise<number>;
  close(): Promise<void>;
}

/** Asks the database, inside or outside a transaction. */
export class Session {
  readonly engine: Engine;
  readonly kysely: SchemaDatabase;

  constructor(engine: Engine, kysely: SchemaDatabase) {
    this.engine = engine;
    this.kysely = kysely;
  }

  /** Rows of a query in plain SQL, whose parameters are written as `?` on both databases. */
  async all<Row>(text: string, params: readonly Param[]): Promise<readonly Row[]> {
    const result = await this.kysely.executeQuery(CompiledQuery.raw(this.#numbered(text), [...params]));
    return result.rows as readonly Row[];
  }

  /** Carries out a statement in plain SQL; the number of rows that it changed. */
  async run(text: string, params: readonly Param[]): Promise<number> {
    const result = await this.kysely.executeQuery(CompiledQuery.raw(this.#numbered(text), [...params]));
    return Number(result.numAffectedRows ?? 0);
  }

  async count(text: string, params: readonly Param[]): Promise<number> {
    const [row] = await this.all<{ readonly count: number }>(text, params);
    return row?.count ?? 0;
  }

  #numbered(text: string): string {
    if (this.engine.kind === "sqlite") return text;
    let number = 0;
    return text.replaceAll("?", () => `$${++number}`);
  }
}

/** A database behind the store. */
export class Database extends Session {
  constructor(engine: Engine) {
    super(engine, new Kysely<Schema>({ dialect: new EngineDialect(engine) }));
  }

  /** Runs `work` in one transaction; everything in it goes through the session that it is given. */
  transaction<T>(durable: boolean, work: (session: Session) => Promise<T>): Promise<T> {
    return this.kysely.connection().execute(async (kysely) => {
      const session = new Session(this.engine, kysely);
      for (const text of this.engine.begin(durable)) await session.run(text, []);
      try {
        const result = await work(session);
        await session.run("commit", []);
        return result;
      } catch (error) {
        // A failed rollback adds nothing: the first error is the reason.
        await session.run("rollback", []).catch(() => undefined);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.kysely.destroy();
  }
}

/** Kysely over an engine. */
class EngineDialect implements Dialect {
  readonly #engine: Engine;
  readonly createQueryCompiler: Dialect["createQueryCompiler"];
  readonly createAdapter: Dialect["createAdapter"];
  readonly createIntrospector: Dialect["createIntrospector"];

  constructor(engine: Engine) {
    this.#engine = engine;
    const sqlite = engine.kind === "sqlite";
    this.createQueryCompiler = () => (sqlite ? new SqliteQueryCompiler() : new PostgresQueryCompiler());
    this.createAdapter = () => (sqlite ? new SqliteAdapter() : new PostgresAdapter());
    this.createIntrospector = (db) => (sqlite ? new SqliteIntrospector(db) : new PostgresIntrospector(db));
  }

  createDriver(): Driver {
    const engine = this.#engine;
    const connections = new WeakMap<DatabaseConnection, EngineConnection>();
    return {
      init: () => Promise.resolve(),
      acquireConnection: async () => {
        const inner = await engine.connect();
        const connection: DatabaseConnection = {
          executeQuery: <R>(query: CompiledQuery) => execute<R>(inner, query),
          streamQuery: () => {
            throw new Error("streams are not used: every long read is paged");
          },
        };
        connections.set(connection, inner);
        return connection;
      },
      releaseConnection: (connection) => {
        connections.get(connection)?.release();
        return Promise.resolve();
      },
      beginTransaction: unused,
      commitTransaction: unused,
      rollbackTransaction: unused,
      destroy: () => engine.close(),
    };
  }
}

function unused(): Promise<never> {
  return Promise.reject(new Error("transactions go through Database"));
}

async function execute<R>(connection: EngineConnection, query: CompiledQuery): Promise<QueryResult<R>> {
  const { rows, changed } = await connection.query(query.sql, query.parameters as readonly Param[]);
  return { rows: rows as R[], numAffectedRows: BigInt(changed) };
}

/**
 * Makes a text storable: neither database keeps a NUL inside a text. The two lowest characters become pairs, which
 * keeps different texts different and the order of their bytes.
 */
export function toStored(value: Param): Param {
  if (typeof value !== "string" || !(value.includes("\0") || value.includes("\u0001"))) return value;
  return value.replaceAll("\u0001", "\u0001\u0002").replaceAll("\0", "\u0001\u0001");
}

/** Undoes `toStored` in every column of a row, in place. */
export function fromStored(row: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== "string" || !value.includes("\u0001")) continue;
    row[name] = value.replaceAll("\u0001\u0001", "\0").replaceAll("\u0001\u0002", "\u0001");
  }
}

/** How many rows one statement takes. Few sizes, so that few statements are prepared and each is used often. */
const chunkSizes = [100, 25, 5, 1] as const;

/** Cuts rows into pieces of a few fixed sizes, in order. */
export function* chunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  let start = 0;
  for (const size of chunkSizes) {
    for (; rows.length - start >= size; start += size) yield rows.slice(start, start + size);
  }
}

/** `(?,?),(?,?)` for a number of rows. */
export function tuples(rows: number, columns: number): string {
  const tuple = `(${Array.from({ length: columns }, () => "?").join(",")})`;
  return Array.from({ length: rows }, () => tuple).join(",");
}

/** `(?,?,?)` for a number of values. */
export function list(values: number): string {
  return tuples(1, values);
}

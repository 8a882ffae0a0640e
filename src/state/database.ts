import type { Kysely } from "kysely";

import { createKysely } from "./kysely.js";
import type { Schema } from "./schema.js";

export type Param = string | number | null;

export interface EngineResult {
  readonly rows: readonly object[];
  /** How many rows a statement changed. */
  readonly changed: number;
}

/** One connection to a database, for one user at a time. Errors are psync's own where they are foreseen. */
export interface EngineConnection {
  /** Parameters are written as `?` on both databases. */
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

/**
 * Asks the database, inside or outside a transaction: through kysely's builder where a row or two are meant, in plain
 * SQL where whole sets are (docs/decisions/0005-sql-for-sets.md).
 */
export abstract class Session {
  readonly engine: Engine;
  #kysely: Kysely<Schema> | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get kysely(): Kysely<Schema> {
    return (this.#kysely ??= createKysely(this.engine.kind, (text, params) => this.query(text, params)));
  }

  protected abstract query(text: string, params: readonly Param[]): Promise<EngineResult>;

  /** Rows of a query. */
  async all<Row>(text: string, params: readonly Param[]): Promise<readonly Row[]> {
    return (await this.query(text, params)).rows as readonly Row[];
  }

  /** Carries out a statement; the number of rows that it changed. */
  async run(text: string, params: readonly Param[]): Promise<number> {
    return (await this.query(text, params)).changed;
  }

  async count(text: string, params: readonly Param[]): Promise<number> {
    const [row] = await this.all<{ readonly count: number }>(text, params);
    return row?.count ?? 0;
  }
}

/** A database behind the store. */
export class Database extends Session {
  /** Runs `work` in one transaction; everything in it goes through the session that it is given. */
  async transaction<T>(durable: boolean, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.engine.connect();
    try {
      const session = new ConnectedSession(this.engine, connection);
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
    } finally {
      connection.release();
    }
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  protected async query(text: string, params: readonly Param[]): Promise<EngineResult> {
    const connection = await this.engine.connect();
    try {
      return await connection.query(text, params);
    } finally {
      connection.release();
    }
  }
}

/** Asks over one connection. */
class ConnectedSession extends Session {
  readonly #connection: EngineConnection;

  constructor(engine: Engine, connection: EngineConnection) {
    super(engine);
    this.#connection = connection;
  }

  protected query(text: string, params: readonly Param[]): Promise<EngineResult> {
    return this.#connection.query(text, params);
  }
}

/**
 * Makes texts storable: neither database keeps a NUL inside a text. The two lowest characters become pairs, which keeps
 * different texts different and the order of their bytes. Gives the same list where there is nothing to do.
 */
export function toStored(params: readonly Param[]): readonly Param[] {
  for (const value of params) {
    if (typeof value === "string" && (value.includes("\0") || value.includes("\u0001")))
      return params.map(escape);
  }
  return params;
}

function escape(value: Param): Param {
  if (typeof value !== "string") return value;
  return value.replaceAll("\u0001", "\u0001\u0002").replaceAll("\0", "\u0001\u0001");
}

/** Undoes `toStored` in every column of a row, in place. */
export function fromStored(row: Record<string, unknown>): void {
  for (const name in row) {
    const value = row[name];
    if (typeof value !== "string" || !value.includes("\u0001")) continue;
    row[name] = value.replaceAll("\u0001\u0001", "\0").replaceAll("\u0001\u0002", "\u0001");
  }
}

/** How many rows one statement takes. Few sizes, so that few statements are prepared and each is used often. */
const chunkSizes = [100, 50, 25, 10, 5, 2, 1] as const;

/** Cuts rows into pieces of a few fixed sizes, in order. */
export function* chunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  let start = 0;
  for (const size of chunkSizes) {
    for (; rows.length - start >= size; start += size) yield rows.slice(start, start + size);
  }
}

/** As `chunks`, for values that may be asked for twice: the last piece is filled up to a size with its last value. */
export function* paddedChunks<T>(values: readonly T[]): Generator<readonly T[]> {
  const [most] = chunkSizes;
  for (let start = 0; start < values.length; start += most) {
    const piece = values.slice(start, start + most);
    const size = chunkSizes.findLast((each) => each >= piece.length) ?? most;
    const last = piece.slice(-1);
    while (piece.length < size) piece.push(...last);
    yield piece;
  }
}

/** The text of a statement for each size of a chunk, made once. */
export function textBySize(textOf: (size: number) => string): (size: number) => string {
  const texts = new Map<number, string>();
  for (const size of chunkSizes) texts.set(size, textOf(size));
  return (size) => texts.get(size) ?? textOf(size);
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

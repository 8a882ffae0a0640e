import type { Pool, PoolClient, PoolConfig } from "pg";

import { AuthError, ConfigError, TransientError } from "../errors.js";
import {
  type Engine,
  type EngineConnection,
  type EngineResult,
  fromStored,
  type Param,
  toStored,
} from "./database.js";
import { notOurs } from "./sqlite-file.js";

type Pg = typeof import("pg").default;

/** A run asks one thing at a time; its heartbeat and a reader beside it want two more. */
const poolSize = 4;

const connectTimeoutMs = 10_000;

/** The type of `bigint` in answers; its values here fit into a number. */
const bigintOid = 20;

/**
 * Connects to a PostgreSQL server. Throws ConfigError when the driver is not installed or the URL or database is
 * wrong, AuthError when the user is refused, TransientError when nobody answers.
 */
export async function connectPostgres(url: string): Promise<PostgresEngine> {
  const place = placeOf(url);
  const pg = await loadPg();
  const engine = new PostgresEngine(place, new pg.Pool(poolConfig(pg, url)));
  try {
    await engine.check();
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/**
 * PostgreSQL behind the store. Nothing outlives a transaction on a connection (no session locks, no prepared
 * statements), so a pooler in between does no harm.
 */
export class PostgresEngine implements Engine {
  readonly kind = "postgres";
  readonly place: string;
  readonly #pool: Pool;

  constructor(place: string, pool: Pool) {
    this.place = place;
    this.#pool = pool;
    // An idle connection that the server cuts is no error: the next question opens another one.
    pool.on("error", () => undefined);
  }

  async connect(): Promise<EngineConnection> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw toPostgresFault(this.place, error);
    }
    let broken = false;
    return {
      query: async (text, params) => {
        try {
          return await query(client, text, params);
        } catch (error) {
          const fault = toPostgresFault(this.place, error);
          broken ||= fault instanceof TransientError;
          throw fault;
        }
      },
      release: () => client.release(broken),
    };
  }

  begin(durable: boolean): readonly string[] {
    return durable ? ["begin"] : ["begin", "set local synchronous_commit = off"];
  }

  async now(session: Parameters<Engine["now"]>[0]): Promise<number> {
    const [row] = await session.all<{ readonly now: number }>(
      "select cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint) as now",
      [],
    );
    return row?.now ?? 0;
  }

  /** Proves that the server answers and keeps every text as it is. */
  async check(): Promise<void> {
    const connection = await this.connect();
    try {
      const { rows } = await connection.query("select current_setting('server_encoding') as encoding", []);
      const encoding = (rows as { readonly encoding: string }[])[0]?.encoding;
      if (encoding === "UTF8") return;
      const hint = "create the database with encoding UTF8";
      const message = `the database ${this.place} has the encoding ${encoding}, which does not hold every text`;
      throw new ConfigError("state-encoding", message, [], { hint });
    } finally {
      connection.release();
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

async function query(client: PoolClient, text: string, params: readonly Param[]): Promise<EngineResult> {
  let number = 0;
  const numbered = text.replaceAll("?", () => `$${++number}`);
  const { rows, rowCount } = await client.query<Record<string, unknown>>(numbered, [...toStored(params)]);
  for (const row of rows) fromStored(row);
  return { rows, changed: rowCount ?? 0 };
}

async function loadPg(): Promise<Pg> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    const hint = "npm install pg";
    const message = "the state's URL says postgres, and the package pg is not installed";
    throw new ConfigError("state-driver", message, [], { hint, cause });
  }
}

function poolConfig(pg: Pg, url: string): PoolConfig {
  return {
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: "psync",
    // A forgotten store must not keep the process alive.
    allowExitOnIdle: true,
    types: {
      getTypeParser: ((oid: number, format?: "text") =>
        oid === bigintOid ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}

/** Host, port and database; the user, the password and the parameters may be secrets. */
function placeOf(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch (cause) {
    const hint =
      "postgres://USER:PASSWORD@HOST:PORT/DATABASE; special characters of a password are written as %40";
    const message = "the state's URL cannot be read";
    throw new ConfigError("state-url", message, [{ path: "state", message, hint }], { hint, cause });
  }
}

/** Error codes of the network, and classes and codes of PostgreSQL (appendix A of its manual). */
const silentCodes = /^(?:E(?!RR_)[A-Z]+|(?:08|40|53)[0-9A-Z]{3}|57P0\d|55P03)$/;
const refusedCodes = /^(?:28[0-9A-Z]{3}|42501)$/;
const missingCodes = /^(?:3D000|3F000)$/;
/** Tables of psync's names that psync did not make. */
const foreignCodes = /^(?:42P07|42P01|42703)$/;

/** What an error of the driver means for the operator; any other error comes back as it is. */
function toPostgresFault(place: string, error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("message" in error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const reason = String(error.message) || code;
  if (refusedCodes.test(code)) {
    const hint = "check the user, its password and its rights to create and use tables";
    return new AuthError("state-refused", `the state store ${place} refused: ${reason}`, {
      hint,
      cause: error,
    });
  }
  if (missingCodes.test(code)) {
    const hint = "create it, or correct the URL under `state`";
    return new ConfigError("state-missing", `the state store ${place}: ${reason}`, [], {
      hint,
      cause: error,
    });
  }
  if (foreignCodes.test(code)) return notOurs(place, reason);
  if (silentCodes.test(code) || /^(?:Connection terminated|timeout e|The server does not)/.test(reason)) {
    const hint = "check that the server runs and can be reached from here";
    return new TransientError("state-unreachable", `the state store ${place} does not answer: ${reason}`, {
      hint,
      cause: error,
    });
  }
  return error;
}

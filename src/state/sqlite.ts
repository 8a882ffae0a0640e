import { setTimeout } from "node:timers/promises";

import { ConfigError, TransientError } from "../errors.js";
import {
  type Engine,
  type EngineConnection,
  type EngineResult,
  fromStored,
  type Param,
  toStored,
} from "./database.js";
import { corruptState } from "./seal.js";

interface Statement {
  all(...params: readonly Param[]): object[];
  run(...params: readonly Param[]): { readonly changes: number | bigint };
  columns(): readonly object[];
}

/** What `node:sqlite` and `@photostructure/sqlite` have in common, as far as it is used. */
export interface SqliteHandle {
  exec(text: string): void;
  prepare(text: string): Statement;
  close(): void;
}

type SqliteModule = { readonly DatabaseSync: new (path: string) => SqliteHandle };

/** Before it, two processes that check-point at once could damage a WAL (sqlite.org, "WAL-reset bug", 2026-03-13). */
const soundVersion = [3, 51, 3] as const;

/** How long others may keep the file busy. */
const busyTimeoutMs = 5000;

/** How often a busy file is asked again. */
const busyPauseMs = 5;

/**
 * Loads SQLite: Node's own from 24 on, otherwise the package, which needs no flag and no warning, and Node's own again
 * where the package is not installed. Throws ConfigError where there is none.
 */
export async function loadSqlite(): Promise<SqliteModule> {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 24) return process.getBuiltinModule("node:sqlite") as SqliteModule;
  try {
    return await import("@photostructure/sqlite");
  } catch (cause) {
    const builtin = process.getBuiltinModule("node:sqlite") as SqliteModule | undefined;
    if (builtin !== undefined) return builtin;
    const hint =
      "npm install @photostructure/sqlite, use Node 22.13 or later, or set state to a postgres:// URL";
    const message = "SQLite is not there: its optional package was not installed";
    throw new ConfigError("state-driver", message, [], { hint, cause });
  }
}

/** Opens a connection to a file or to `:memory:`. Throws ConfigError when the file cannot be used. */
export function openHandle(sqlite: SqliteModule, path: string, place: string): SqliteHandle {
  try {
    const handle = new sqlite.DatabaseSync(path);
    try {
      handle.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
      // Reads the header: what is no database is refused here.
      handle.exec("pragma schema_version");
      return handle;
    } catch (error) {
      handle.close();
      throw error;
    }
  } catch (error) {
    throw toSqliteFault(place, error);
  }
}

/** Lets others read while one writes. The file keeps it, so this comes when it is certain that the file is psync's. */
export function useWal(handle: SqliteHandle, place: string): void {
  try {
    handle.exec("pragma journal_mode = wal");
  } catch (error) {
    throw toSqliteFault(place, error);
  }
}

/** A warning when a version of SQLite has a known fault that can damage a shared file. */
export function versionWarning(version: string): string | undefined {
  const parts = version.split(".").map(Number);
  for (const [index, least] of soundVersion.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return undefined;
    if (part < least) {
      return `SQLite ${version} has a fault that can damage a shared file; update Node to get ${soundVersion.join(".")} or later`;
    }
  }
  return undefined;
}

/**
 * SQLite behind the store. One connection serves everybody in turn: inside a process SQLite writes one at a time
 * anyway, and between processes it waits for up to 5 s.
 */
export class SqliteEngine implements Engine {
  readonly kind = "sqlite";
  readonly place: string;
  readonly #handle: SqliteHandle;
  readonly #now: () => number;
  /** By text. The store has a few dozen texts, so nothing is ever evicted. */
  readonly #statements = new Map<string, { readonly statement: Statement; readonly reads: boolean }>();
  #turn: Promise<void> = Promise.resolve();
  /** The pragma that said last how commits are made. */
  #synchronous = "";

  constructor(handle: SqliteHandle, place: string, now: () => number) {
    this.#handle = handle;
    // From here on waiting is done in #query: SQLite's own way of waiting stops the whole process, heartbeats too.
    handle.exec("pragma busy_timeout = 0");
    this.place = place;
    this.#now = now;
  }

  /** How many statements are prepared. */
  get prepared(): number {
    return this.#statements.size;
  }

  async connect(): Promise<EngineConnection> {
    const before = this.#turn;
    const { promise, release } = openTurn();
    this.#turn = promise;
    await before;
    return { query: (text, params) => this.#query(text, params), release };
  }

  begin(durable: boolean): readonly string[] {
    // Immediate: a transaction that reads first and writes later would fail at once when somebody wrote in between.
    return [`pragma synchronous = ${durable ? "full" : "normal"}`, "begin immediate"];
  }

  now(): Promise<number> {
    return Promise.resolve(this.#now());
  }

  close(): Promise<void> {
    try {
      // The package's connection lives on until its statements are collected; what it left in the WAL is moved into
      // the file here, so that a closed store is one file. Somebody else at work may prevent it, which does no harm.
      this.#handle.exec("pragma wal_checkpoint(truncate)");
    } catch {
      // A damaged file cannot be tidied up; that it is damaged has been told.
    }
    this.#statements.clear();
    this.#handle.close();
    return Promise.resolve();
  }

  async #query(text: string, params: readonly Param[]): Promise<EngineResult> {
    const start = performance.now();
    for (;;) {
      try {
        return this.#carryOut(text, params);
      } catch (error) {
        const fault = toSqliteFault(this.place, error);
        const busy = fault instanceof TransientError && performance.now() - start < busyTimeoutMs;
        if (!busy) throw fault;
        await setTimeout(busyPauseMs);
      }
    }
  }

  #carryOut(text: string, params: readonly Param[]): EngineResult {
    if (params.length === 0 && commands.test(text)) {
      const isPragma = text.startsWith("pragma synchronous");
      if (isPragma && text === this.#synchronous) return nothing;
      this.#handle.exec(text);
      if (isPragma) this.#synchronous = text;
      return nothing;
    }
    const { statement, reads } = this.#prepare(text);
    const stored = toStored(params);
    if (!reads) return { rows: [], changed: Number(statement.run(...stored).changes) };
    const rows = statement.all(...stored) as Record<string, unknown>[];
    for (const row of rows) fromStored(row);
    return { rows, changed: 0 };
  }

  #prepare(text: string): { readonly statement: Statement; readonly reads: boolean } {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#handle.prepare(text);
    const prepared = { statement, reads: statement.columns().length > 0 };
    this.#statements.set(text, prepared);
    return prepared;
  }
}

const nothing: EngineResult = { rows: [], changed: 0 };

function openTurn(): { readonly promise: Promise<void>; readonly release: () => void } {
  const turn = { release: (): void => undefined };
  const promise = new Promise<void>((resolve) => {
    turn.release = resolve;
  });
  return { promise, release: () => turn.release() };
}

/**
 * What is carried out without being prepared: it has neither parameters nor rows. The pragma acts already when it is
 * prepared, and a prepared statement would keep a file that was just created open behind its connection's back.
 */
const commands = /^(?:pragma synchronous|begin|commit|rollback|create|alter|drop|insert|update)\b/;

/** Result codes of SQLite and their texts (sqlite.org/rescode.html), by what they mean for an operator. */
const busyCodes = { codes: [5, 6], text: /is locked/ };
const corruptCodes = { codes: [11, 26], text: /malformed|not a database/ };
const accessCodes = { codes: [3, 8, 10, 13, 14, 23], text: /readonly|disk I\/O|is full|unable to open/ };

/** What SQLite's error means for the operator; any other error comes back as it is. */
function toSqliteFault(place: string, error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("code" in error) || !("message" in error))
    return error;
  if (error.code !== "ERR_SQLITE_ERROR") return error;
  const reason = String(error.message);
  // The package leaves the number out of errors that come up between two rows.
  const code = "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  const is = (kind: typeof busyCodes): boolean =>
    code === undefined ? kind.text.test(reason) : kind.codes.includes(code);
  if (is(busyCodes)) {
    const hint = "another psync writes to it for long; try again later";
    return new TransientError("state-busy", `the state store ${place} is busy`, { hint, cause: error });
  }
  // psync's own statements are right, so one that does not fit tells of a damaged table of contents.
  if (is(corruptCodes) || (code === 1 && !reason.includes("syntax error"))) {
    return corruptState(place, reason, error);
  }
  if (!is(accessCodes)) return error;
  const hint = "check the folder's owner and rights and the free space, or name another place under `state`";
  const message = `the state store ${place} cannot be written: ${reason}`;
  return new ConfigError("state-unwritable", message, [], { hint, cause: error });
}

import { ConfigError } from "../errors.js";
import { createCipher } from "./cipher.js";
import { Database } from "./database.js";
import { type ProcessLook, systemProcesses } from "./holder.js";
import { createSchema, migrate, type Migrations, migrations, readVersion } from "./migrations.js";
import { connectPostgres } from "./postgres.js";
import { corruptState } from "./seal.js";
import { createFile, inspectFile, notOurs } from "./sqlite-file.js";
import { loadSqlite, openHandle, SqliteEngine, type SqliteHandle, useWal, versionWarning } from "./sqlite.js";
import { createStore } from "./store-sql.js";
import type { StateStore } from "./store.js";

/** All of it is optional; the defaults are this machine's clocks and processes. */
export interface StateOptions {
  /** What channels keep is encrypted with it. Default: kept readable. */
  readonly key?: string;
  /** Told what does not stop the store from working, once each, at open. */
  readonly onWarning?: (message: string) => void;
  /** Milliseconds since 1970: the clock of leases on SQLite, and of written times. */
  readonly now?: () => number;
  /** Milliseconds that never go back, by which a holder sees its own lease run out. */
  readonly monotonic?: () => number;
  readonly processes?: ProcessLook;
  /** For tests of upgrades; the newest schema is as many steps away from nothing as there are. */
  readonly migrations?: Migrations;
}

/** Files up to this size are checked through and through when they are opened; it takes some ten milliseconds. */
const fullCheckBytes = 16 * 1024 * 1024;

/** Files up to this size are checked, without comparing indexes with their tables. */
const quickCheckBytes = 64 * 1024 * 1024;

/**
 * Opens the state store that a URL names: `sqlite:PATH` (`sqlite::memory:` lives as long as the store), `postgres://…`
 * or `postgresql://…`. Creates a file or a schema that is not there and brings an older one up to date, a file after a
 * backup beside it. Throws ConfigError when the URL, the place or what stands there cannot be used; what cannot be read
 * is never replaced by something empty. Throws TransientError or AuthError when a PostgreSQL server does not answer or
 * refuses.
 */
export async function openStateStore(url: string, options: StateOptions = {}): Promise<StateStore> {
  const senses = {
    processes: options.processes ?? systemProcesses,
    monotonicMs: options.monotonic ?? (() => performance.now()),
    wallMs: options.now ?? (() => Date.now()),
  };
  const database = await openDatabase(url, options);
  return createStore(database, senses, createCipher(database.engine.place, options.key));
}

/** As `openStateStore`, one floor below. */
export async function openDatabase(url: string, options: StateOptions = {}): Promise<Database> {
  const steps = options.migrations ?? migrations;
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, steps);
  if (!url.startsWith("sqlite:")) {
    const hint = "sqlite:PATH or postgres://USER@HOST/DATABASE";
    const message = "the state's URL begins with neither sqlite: nor postgres://";
    throw new ConfigError("state-url", message, [{ path: "state", message, hint }], { hint });
  }
  const path = url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") {
    const hint = "sqlite:PATH, with the path of the file";
    const message = "the state's URL names no file";
    throw new ConfigError("state-url", message, [{ path: "state", message, hint }], { hint });
  }
  return openSqlite(path, steps, options);
}

async function openPostgres(url: string, steps: Migrations): Promise<Database> {
  const database = new Database(await connectPostgres(url));
  try {
    if ((await readVersion(database, steps)) !== steps.length) await migrate(database, steps);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openSqlite(path: string, steps: Migrations, options: StateOptions): Promise<Database> {
  const sqlite = await loadSqlite();
  const warn = options.onWarning ?? (() => undefined);
  const now = options.now ?? (() => Date.now());
  const connect = (at: string): { readonly handle: SqliteHandle; readonly database: Database } => {
    const handle = openHandle(sqlite, at, at === ":memory:" ? at : path);
    return { handle, database: new Database(new SqliteEngine(handle, path, now)) };
  };
  if (path !== ":memory:" && inspectFile(path) === undefined) {
    await createFile(path, async (draft) => {
      const { handle, database } = connect(draft);
      useWal(handle, path);
      await closing(database, () => database.transaction(true, (session) => createSchema(session, steps)));
    });
  }
  const facts = path === ":memory:" ? undefined : inspectFile(path);
  const { handle, database } = connect(path);
  try {
    const [sqliteIs] = await database.all<{ readonly version: string }>(
      "select sqlite_version() as version",
      [],
    );
    const unsound = versionWarning(sqliteIs?.version ?? "0");
    if (unsound !== undefined) warn(unsound);
    if (facts?.readableByOthers === true) {
      warn(`other users of this machine can read the state store ${path}; run: chmod 600 '${path}'`);
    }
    if (facts === undefined) {
      await migrate(database, steps);
      return database;
    }
    const version = await readVersion(database, steps);
    if (version === undefined) throw notOurs(path, "it is a SQLite file, but without psync's tables");
    await check(database, path, facts.size);
    useWal(handle, path);
    if (version < steps.length) await upgrade(database, path, version, steps);
    // A file that may only be read is noticed now and not in the middle of a run.
    else await database.transaction(false, () => Promise.resolve());
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function upgrade(database: Database, path: string, version: number, steps: Migrations): Promise<void> {
  await createFile(`${path}.backup-v${version}`, async (draft) => {
    await database.run("vacuum into ?", [draft]);
  });
  await migrate(database, steps);
}

/** Notices what a failing disk or a careless copy did. SQLite itself would notice only where it happens to read. */
async function check(database: Database, path: string, size: number): Promise<void> {
  if (size > quickCheckBytes) return;
  const pragma = size > fullCheckBytes ? "quick_check" : "integrity_check";
  const rows = await database.all<Readonly<Record<string, string>>>(`pragma ${pragma}(1)`, []);
  const finding = Object.values(rows[0] ?? {})[0] ?? "no answer";
  if (finding !== "ok") throw corruptState(path, finding);
}

async function closing(database: Database, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await database.close();
  }
}

import { ConfigError } from "../errors.js";
import type { Database, Session } from "./database.js";
import { createVersion1, createVersion2, createVersion3, type SchemaWords } from "./schema.js";
import { notOurs } from "./sqlite-file.js";

/** The steps from nothing to the newest schema: the first makes version 1, the second makes 2 out of it. */
export type Migrations = readonly ((session: Session) => Promise<void>)[];

/** What this program's schema is made by. */
export const migrations: Migrations = [
  (session) => runAll(session, createVersion1(wordsOf(session))),
  (session) => runAll(session, createVersion2(wordsOf(session))),
  (session) => runAll(session, createVersion3(wordsOf(session))),
];

function wordsOf(session: Session): SchemaWords {
  return session.engine.kind === "sqlite"
    ? { text: "text", id: "integer", clustered: " without rowid" }
    : { text: `text collate "C"`, id: "bigint", clustered: "" };
}

async function runAll(session: Session, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.run(statement, []);
}

/** Any number will do that no other program takes: "psync" on a telephone. */
const migrationLock = 77_962;

/**
 * The version of the schema that stands there; undefined where there is none. Throws ConfigError "state-newer" when it
 * is of a later program.
 */
export async function readVersion(session: Session, steps: Migrations): Promise<number | undefined> {
  if (!(await hasTable(session))) return undefined;
  const rows = await session.all<{ readonly version: number }>("select version from psync_schema", []);
  const version = rows[0]?.version;
  const { place } = session.engine;
  if (version === undefined || version < 1) throw notOurs(place, "its table psync_schema holds no version");
  if (version > steps.length) {
    const message = `the state store ${place} has version ${version} of the schema; this psync knows up to ${steps.length}`;
    const hint = "update psync, or name another place under `state`";
    throw new ConfigError("state-newer", message, [], { hint });
  }
  return version;
}

/** Brings the schema to the newest version, once, also when several processes try. */
export async function migrate(database: Database, steps: Migrations): Promise<void> {
  await database.transaction(true, async (session) => {
    if (session.engine.kind === "postgres")
      await session.all("select pg_advisory_xact_lock(?)", [migrationLock]);
    const version = await readVersion(session, steps);
    if (version === undefined) return createSchema(session, steps);
    for (const step of steps.slice(version)) await step(session);
    await session.run(`update psync_schema set version = ${steps.length}`, []);
  });
}

/** Makes everything in a database that has nothing yet. */
export async function createSchema(session: Session, steps: Migrations): Promise<void> {
  for (const step of steps) await step(session);
  await session.run("create table psync_schema (version integer not null)", []);
  await session.run(`insert into psync_schema (version) values (${steps.length})`, []);
}

async function hasTable(session: Session): Promise<boolean> {
  const text =
    session.engine.kind === "sqlite"
      ? "select name from sqlite_schema where type = 'table' and name = 'psync_schema'"
      : // Not to_regclass, which may answer from a cache what was true before another program made the table.
        `select relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where relname = 'psync_schema' and nspname = any (current_schemas(false))`;
  return (await session.all(text, [])).length > 0;
}

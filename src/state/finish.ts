import type { RunIssue, RunReport } from "../model/report.js";
import { dropCandidates } from "./candidates.js";
import type { Database, Session } from "./database.js";
import type { Names, StageIds } from "./ids.js";
import { seal } from "./seal.js";
import type { ConnectionState, StageKey } from "./store.js";

/** How many finished runs a connection keeps. */
const runsKept = 200;

/** How many issues a connection keeps beside those of its last run: a catalogue's drafts are told by every full read. */
const issuesKept = 100_000;

/** How many rows are in memory at once. */
const pageSize = 500;

/** Yields the issues of a run: of its records while it runs, afterwards those that were kept. */
export async function* readIssues(
  database: Database,
  names: Names,
  stage: StageKey,
): AsyncGenerator<RunIssue> {
  const { connection, records, run } = await names.find(stage);
  const ended = await database.kysely
    .selectFrom("psync_runs")
    .select("id")
    .where("id", "=", stage.run)
    .where("phase", "=", "done")
    .executeTakeFirst();
  const [table, id, skuColumn] =
    ended !== undefined
      ? ["psync_issues", connection, "sku"]
      : ["psync_records", records, "coalesce(sku, sku_key)"];
  const text = `
    select key, outcome, coalesce(code, outcome) as code, ${skuColumn} as sku, coalesce(message, '') as message
    from ${table} where connection = ? and run = ? and outcome in ('skipped', 'rejected', 'failed') and key > ?
    order by key limit ${pageSize}`;
  let after = "";
  for (;;) {
    const rows = await database.all<RunIssue>(text, [id, run, after]);
    for (const { outcome, code, key, sku, message } of rows) yield { outcome, code, key, sku, message };
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.key;
  }
}

/** Ends a run, as `StateStore.finishRun` promises, and forgets the oldest ones. */
export async function finishRun(
  database: Database,
  names: Names,
  stage: StageKey,
  report: RunReport,
  complete: { readonly state: ConnectionState; readonly full: boolean } | undefined,
): Promise<void> {
  const ids = await names.find(stage);
  const { connection, run } = stage;
  const namesDropped = await database.transaction(true, async (session) => {
    await keepIssues(session, ids);
    await session.kysely
      .updateTable("psync_runs")
      .set({ phase: "done", report: seal(report, run), resume: null })
      .where("id", "=", run)
      .execute();
    if (complete !== undefined) {
      const state = seal(complete.state, connection);
      await session.kysely
        .insertInto("psync_connections")
        .values({ connection, state })
        .onConflict((conflict) => conflict.column("connection").doUpdateSet({ state }))
        .execute();
      if (complete.full) await forgetUnseen(session, ids);
    }
    return prune(session, connection, ids.connection);
  });
  if (namesDropped) names.forget();
}

/** Forgets all records that are kept under a name, as `StateStore.discard` promises. */
export async function discardRecords(database: Database, names: Names, records: string): Promise<void> {
  const id = await names.findOne(records);
  await database.transaction(false, async (session) => {
    await dropCandidates(session, "r.connection = ?", [id]);
    // A dry run leaves nothing that is known by its name.
    await session.run(
      `delete from psync_names where id = ?
        or (id in (select run from psync_records where connection = ?) and name not in (select id from psync_runs))`,
      [id, id],
    );
    await session.run("delete from psync_records where connection = ?", [id]);
    await session.run("delete from psync_sorted where connection = ?", [id]);
  });
  names.forget();
}

async function keepIssues(session: Session, { connection, records, run }: StageIds): Promise<void> {
  await session.run("delete from psync_issues where connection = ? and run = ?", [connection, run]);
  await session.run(
    `insert into psync_issues (connection, run, key, outcome, code, sku, message)
      select cast(? as bigint), run, key, outcome, coalesce(code, outcome), coalesce(sku, sku_key),
      coalesce(message, '') from psync_records
      where connection = ? and run = ? and outcome in ('skipped', 'rejected', 'failed')`,
    [connection, records, run],
  );
}

async function forgetUnseen(session: Session, { records, run }: StageIds): Promise<void> {
  await dropCandidates(session, "r.connection = ? and r.run <> ?", [records, run]);
  await session.run("delete from psync_records where connection = ? and run <> ?", [records, run]);
  await session.run("delete from psync_sorted where connection = ? and run <> ?", [records, run]);
}

/**
 * Forgets old runs and, of those that stay, issues that are too many. The newest run keeps all of its own. True when
 * names went with them.
 */
async function prune(session: Session, connection: string, connectionId: number): Promise<boolean> {
  const runs = await session.all<{
    readonly id: string;
    readonly name: number | null;
    readonly issues: number;
  }>(
    `select r.id as id, n.id as name,
      (select count(*) from psync_issues i where i.connection = ? and i.run = n.id) as issues
      from psync_runs r left join psync_names n on n.name = r.id where r.connection = ? order by r.id desc`,
    [connectionId, connection],
  );
  let issues = 0;
  const dropped: number[] = [];
  for (const [index, { id, name, issues: own }] of runs.entries()) {
    const dropRun = index >= runsKept;
    issues += own;
    if (dropRun || (index > 0 && own > 0 && issues > issuesKept)) {
      await session.run("delete from psync_issues where connection = ? and run = ?", [connectionId, name]);
    }
    if (dropRun) await session.kysely.deleteFrom("psync_runs").where("id", "=", id).execute();
    if (dropRun && name !== null) dropped.push(name);
  }
  if (dropped.length === 0) return false;
  // A run's name stays as long as a product or a record bears it.
  for (const name of dropped) {
    await session.run(
      `delete from psync_names where id = ? and not exists (select 1 from psync_products where run = ?)
        and not exists (select 1 from psync_records where run = ?)`,
      [name, name, name],
    );
  }
  return true;
}

import type { RunIssue, RunReport } from "../model/report.js";
import type { Database, Session } from "./database.js";
import { corruptState, seal, unseal } from "./seal.js";
import type { ConnectionState, RunPatch, RunPhase, RunRow, StageKey, StageProgress } from "./store.js";

/** How many finished runs a connection keeps. */
const runsKept = 200;

/** How many issues a connection keeps beside those of its last run: a catalogue's drafts are told by every full read. */
const issuesKept = 100_000;

/** How many rows are in memory at once. */
const pageSize = 500;

const phases = ["read", "plan", "write", "settle", "done"] as const satisfies readonly RunPhase[];

/** What of a run has no column of its own, because nothing asks for it alone. */
type Progress = Omit<RunRow, "id" | "connection" | "command" | "startedAt" | "setup" | "phase" | "report">;

export async function readConnection(
  database: Database,
  connection: string,
): Promise<ConnectionState | undefined> {
  const row = await database.kysely
    .selectFrom("psync_connections")
    .select("state")
    .where("connection", "=", connection)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return unseal(database.engine.place, row.state, connection) as ConnectionState;
}

export async function findUnfinishedRun(
  database: Database,
  connection: string,
  command: string,
): Promise<RunRow | undefined> {
  const row = await database.kysely
    .selectFrom("psync_runs")
    .selectAll()
    .where("connection", "=", connection)
    .where("command", "=", command)
    .where("phase", "<>", "done")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { place } = database.engine;
  return {
    id: row.id,
    connection: row.connection,
    command: row.command,
    startedAt: row.started_at,
    setup: row.setup,
    phase: readPhase(place, row.phase),
    ...(unseal(place, row.progress, row.id) as Progress),
    ...(row.report === null ? {} : { report: unseal(place, row.report, row.id) as RunReport }),
  };
}

function readPhase(place: string, text: string): RunPhase {
  const phase = phases.find((name) => name === text);
  if (phase === undefined) throw corruptState(place, "a run's phase is unknown");
  return phase;
}

export async function insertRun(database: Database, run: RunRow): Promise<void> {
  const { id, connection, command, startedAt, setup, phase, report, ...progress } = run;
  const row = {
    id,
    connection,
    command,
    started_at: startedAt,
    setup,
    phase,
    progress: seal(progress, id),
    report: report === undefined ? null : seal(report, id),
  };
  await database.transaction(false, (session) =>
    session.kysely.insertInto("psync_runs").values(row).execute(),
  );
}

export async function patchRun(database: Database, id: string, patch: RunPatch): Promise<void> {
  await database.transaction(false, async (session) => {
    const { phase, report, ...progress } = patch;
    if (Object.keys(progress).length > 0)
      await changeProgress(session, id, (old) => ({ ...old, ...progress }));
    const columns = {
      ...(phase === undefined ? {} : { phase }),
      ...(report === undefined ? {} : { report: seal(report, id) }),
    };
    if (Object.keys(columns).length === 0) return;
    await session.kysely.updateTable("psync_runs").set(columns).where("id", "=", id).execute();
  });
}

/** Keeps how far the read has come. A run without a row, a dry run, has no progress. */
export async function saveProgress(session: Session, id: string, progress: StageProgress): Promise<void> {
  await changeProgress(session, id, (old) => ({
    ...progress,
    ...(old.incomplete === undefined ? {} : { incomplete: old.incomplete }),
  }));
}

async function changeProgress(
  session: Session,
  id: string,
  change: (old: Progress) => Progress,
): Promise<void> {
  const [row] = await session.all<{ readonly progress: string }>(
    "select progress from psync_runs where id = ?",
    [id],
  );
  if (row === undefined) return;
  const progress = change(unseal(session.engine.place, row.progress, id) as Progress);
  await session.run("update psync_runs set progress = ? where id = ?", [seal(progress, id), id]);
}

/** Yields the issues of a run: of its records while it runs, afterwards those that were kept. */
export async function* readIssues(database: Database, stage: StageKey): AsyncGenerator<RunIssue> {
  const run = await database.kysely
    .selectFrom("psync_runs")
    .select("phase")
    .where("id", "=", stage.run)
    .executeTakeFirst();
  const [table, name] =
    run?.phase === "done" ? ["psync_issues", stage.connection] : ["psync_records", stage.records];
  const text = `
    select key, outcome, coalesce(code, outcome) as code, sku, coalesce(message, '') as message from ${table}
    where connection = ? and run = ? and outcome in ('skipped', 'rejected', 'failed') and key > ?
    order by key limit ${pageSize}`;
  let after = "";
  for (;;) {
    const rows = await database.all<RunIssue>(text, [name, stage.run, after]);
    for (const { outcome, code, key, sku, message } of rows) yield { outcome, code, key, sku, message };
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.key;
  }
}

/** Ends a run, as `StateStore.finishRun` promises, and forgets the oldest ones. */
export async function finishRun(
  database: Database,
  stage: StageKey,
  report: RunReport,
  complete: { readonly state: ConnectionState; readonly full: boolean } | undefined,
): Promise<void> {
  const { connection, records, run } = stage;
  await database.transaction(true, async (session) => {
    await session.run("delete from psync_issues where connection = ? and run = ?", [connection, run]);
    await session.run(
      `insert into psync_issues (connection, run, key, outcome, code, sku, message)
        select cast(? as text), run, key, outcome, coalesce(code, outcome), sku, coalesce(message, '')
        from psync_records
        where connection = ? and run = ? and outcome in ('skipped', 'rejected', 'failed')`,
      [connection, records, run],
    );
    await session.kysely
      .updateTable("psync_runs")
      .set({ phase: "done", report: seal(report, run) })
      .where("id", "=", run)
      .execute();
    if (complete !== undefined) {
      const state = seal(complete.state, connection);
      await session.kysely
        .insertInto("psync_connections")
        .values({ connection, state })
        .onConflict((conflict) => conflict.column("connection").doUpdateSet({ state }))
        .execute();
      if (complete.full) {
        await session.run("delete from psync_records where connection = ? and run <> ?", [records, run]);
      }
    }
    await prune(session, connection);
  });
}

/** Forgets old runs and, of those that stay, issues that are too many. The newest run keeps all of its own. */
async function prune(session: Session, connection: string): Promise<void> {
  const runs = await session.all<{ readonly id: string; readonly issues: number }>(
    `select id, (select count(*) from psync_issues i where i.connection = r.connection and i.run = r.id) as issues
      from psync_runs r where connection = ? order by id desc`,
    [connection],
  );
  let issues = 0;
  for (const [index, { id, issues: own }] of runs.entries()) {
    const dropRun = index >= runsKept;
    issues += own;
    if (dropRun || (index > 0 && own > 0 && issues > issuesKept)) {
      await session.run("delete from psync_issues where connection = ? and run = ?", [connection, id]);
    }
    if (dropRun) await session.kysely.deleteFrom("psync_runs").where("id", "=", id).execute();
  }
}

import type { RunReport } from "../model/report.js";
import type { Database, Session } from "./database.js";
import { corruptState, seal, sealText, unseal, unsealText } from "./seal.js";
import type { ConnectionState, RunPatch, RunPhase, RunRow, StageProgress } from "./store.js";

const phases = ["read", "plan", "write", "settle", "done"] as const satisfies readonly RunPhase[];

/** What of a run has no column of its own, because nothing asks for it alone. */
type Progress = Pick<RunRow, "cursor" | "basis" | "absent" | "recordsRead">;

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
    ...(row.resume === null ? {} : { resume: unsealText(place, row.resume, row.id) }),
    ...(row.incomplete === null ? {} : { incomplete: unsealText(place, row.incomplete, row.id) }),
    ...(row.report === null ? {} : { report: unseal(place, row.report, row.id) as RunReport }),
  };
}

function readPhase(place: string, text: string): RunPhase {
  const phase = phases.find((name) => name === text);
  if (phase === undefined) throw corruptState(place, "a run's phase is unknown");
  return phase;
}

export async function insertRun(database: Database, run: RunRow): Promise<void> {
  const { id, connection, command, startedAt, setup, phase, incomplete, report, resume, ...progress } = run;
  const row = {
    id,
    connection,
    command,
    started_at: startedAt,
    setup,
    phase,
    progress: seal(progress, id),
    incomplete: incomplete === undefined ? null : sealText(incomplete, id),
    report: report === undefined ? null : seal(report, id),
    resume: resume === undefined ? null : sealText(resume, id),
  };
  await database.transaction(false, (session) =>
    session.kysely.insertInto("psync_runs").values(row).execute(),
  );
}

export async function patchRun(database: Database, id: string, patch: RunPatch): Promise<void> {
  const { phase, incomplete, report, resume, ...progress } = patch;
  const columns = {
    ...(phase === undefined ? {} : { phase }),
    ...(incomplete === undefined ? {} : { incomplete: sealText(incomplete, id) }),
    ...(report === undefined ? {} : { report: seal(report, id) }),
    ...(resume === undefined ? {} : { resume: sealText(resume, id) }),
  };
  await database.transaction(false, async (session) => {
    if (Object.keys(progress).length > 0) await changeProgress(session, id, progress);
    if (Object.keys(columns).length === 0) return;
    await session.kysely.updateTable("psync_runs").set(columns).where("id", "=", id).execute();
  });
}

async function changeProgress(session: Session, id: string, patch: Progress): Promise<void> {
  const row = await session.kysely
    .selectFrom("psync_runs")
    .select("progress")
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return;
  const old = unseal(session.engine.place, row.progress, id) as Progress;
  const progress = seal({ ...old, ...patch }, id);
  await session.kysely.updateTable("psync_runs").set({ progress }).where("id", "=", id).execute();
}

/** Keeps how far the read has come. A run without a row, a dry run, has no progress. */
export async function saveProgress(
  session: Session,
  id: string,
  { resume, ...progress }: StageProgress,
): Promise<void> {
  await session.run("update psync_runs set progress = ?, resume = ? where id = ?", [
    seal(progress satisfies Progress, id),
    resume === undefined ? null : sealText(resume, id),
    id,
  ]);
}

import { type Outcome, outcomes } from "../model/report.js";
import { chunks, type Database, list } from "./database.js";
import type { StageIds } from "./ids.js";
import { corruptState } from "./seal.js";

/** How many records of the run came to each outcome. A candidate that is what was last written counts as unchanged. */
export async function countOutcomes(
  database: Database,
  { records, run }: StageIds,
): Promise<Readonly<Record<Outcome, number>>> {
  const rows = await database.all<{ readonly outcome: string; readonly count: number }>(
    "select outcome, count(*) as count from psync_records where connection = ? and run = ? group by outcome",
    [records, run],
  );
  const counts: Record<string, number> = Object.fromEntries(outcomes.map((outcome) => [outcome, 0]));
  for (const { outcome, count } of rows) {
    if (outcome === "staged") continue;
    const name = outcome === "same" ? "unchanged" : outcome;
    if (counts[name] === undefined) throw corruptState(database.engine.place, "an outcome is unknown");
    counts[name] += count;
  }
  return counts as Record<Outcome, number>;
}

/** What became of some records when they were read last, as `StateStore.outcomesOf` promises. */
export async function findOutcomes(
  database: Database,
  records: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Outcome>> {
  const found = new Map<string, Outcome>();
  for (const chunk of chunks(keys)) {
    const rows = await database.all<{ readonly key: string; readonly outcome: string }>(
      `select key, outcome from psync_records where connection = ? and key in ${list(chunk.length)}`,
      [records, ...chunk],
    );
    for (const { key, outcome } of rows) {
      const settled = outcomes.find((name) => name === (outcome === "same" ? "unchanged" : outcome));
      if (settled !== undefined) found.set(key, settled);
    }
  }
  return found;
}

export function countKnown(database: Database, { destination, connection }: StageIds): Promise<number> {
  return database.count(
    "select count(*) as count from psync_products where destination = ? and connection = ?",
    [destination, connection],
  );
}

export function countMissing(
  database: Database,
  { destination, connection, records, run }: StageIds,
): Promise<number> {
  return database.count(
    `select count(*) as count from (
        select sku_key from psync_products where destination = ? and connection = ?
        except select sku_key from psync_records where connection = ? and run = ?) missing`,
    [destination, connection, records, run],
  );
}

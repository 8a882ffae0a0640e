import { dropCandidates, fromCandidates, candidateParams, sortCandidates } from "./candidates.js";
import { chunks, type Database, list, type Param, type Session } from "./database.js";
import { type StageIds, takeIds } from "./ids.js";
import { seal } from "./seal.js";
import type { KnownProduct, Mark } from "./store.js";
import { putTexts } from "./texts.js";

/** How many candidates are marked in one transaction. */
const batchSize = 500;

/** Settles records of a run that need no write. */
export async function markRecords(
  database: Database,
  ids: StageIds,
  keys: readonly string[],
  mark: Mark,
): Promise<void> {
  if (keys.length === 0) return;
  await database.transaction(false, async (session) => {
    for (const chunk of chunks(keys)) {
      const params = [ids.records, ids.run, ...chunk];
      const keyList = list(chunk.length);
      await dropCandidates(session, `r.connection = ? and r.run = ? and r.key in ${keyList}`, params);
      await session.run(
        `update psync_records set outcome = ?, code = ?, message = ?, product = null
          where connection = ? and run = ? and key in ${keyList}`,
        [mark.outcome, mark.code ?? null, mark.message ?? null, ...params],
      );
    }
  });
}

/**
 * Settles every candidate that is what was last written. Those that were so when they were staged have no product and
 * are none any more; what is left are those that somebody else has written since.
 */
export async function markUnchanged(database: Database, ids: StageIds): Promise<void> {
  await sortCandidates(database, ids);
  for (;;) {
    const rows = await database.all<{ readonly key: string }>(
      `select c.key as key ${fromCandidates} and p.fingerprint = c.fingerprint limit ${batchSize}`,
      candidateParams(ids),
    );
    await markRecords(
      database,
      ids,
      rows.map((row) => row.key),
      { outcome: "unchanged" },
    );
    if (rows.length < batchSize) return;
  }
}

/** Remembers what the destination holds under the SKUs of candidates. */
export async function noteRemote(
  database: Database,
  ids: StageIds,
  items: readonly { readonly key: string; readonly known: KnownProduct }[],
): Promise<void> {
  if (items.length === 0) return;
  await sortCandidates(database, ids);
  const known = new Map(items.map((item) => [item.key, item.known]));
  await database.transaction(false, async (session) => {
    for (const chunk of chunks([...known.keys()])) await noteChunk(session, ids, chunk, known);
  });
}

async function noteChunk(
  session: Session,
  ids: StageIds,
  keys: readonly string[],
  known: ReadonlyMap<string, KnownProduct>,
): Promise<void> {
  const places = await session.all<{
    readonly sku_key: string;
    readonly key: string;
    readonly remote: number | null;
  }>(
    `select c.sku_key as sku_key, c.key as key, c.remote as remote from psync_records r
      join psync_candidates c on c.connection = r.connection and c.run = r.run and c.sku_key = r.sku_key
      and c.key = r.key where r.connection = ? and r.run = ? and r.key in ${list(keys.length)}`,
    [ids.records, ids.run, ...keys],
  );
  let next = await takeIds(session, places.length);
  const notes = places.map((place) => ({ ...place, id: place.remote ?? next++ }));
  await putTexts(
    session,
    notes.map(({ key, id }) => [id, seal(known.get(key), key)]),
  );
  for (const chunk of chunks(notes)) {
    const params: Param[] = [];
    for (const { sku_key: skuKey, key, id } of chunk) params.push(skuKey, key, id);
    const values = chunk.map(() => "(?, ?, cast(? as bigint))").join(", ");
    await session.run(
      `with note (sku_key, key, remote) as (values ${values})
        update psync_candidates set remote = note.remote from note where connection = ? and run = ?
        and psync_candidates.sku_key = note.sku_key and psync_candidates.key = note.key`,
      [...params, ids.records, ids.run],
    );
  }
}

/** Forgets the rejected records of a run. They have no product, so nothing else belongs to them. */
export async function dropRejected(database: Database, ids: StageIds): Promise<void> {
  await database.transaction(false, (session) =>
    session.run("delete from psync_records where connection = ? and run = ? and outcome = 'rejected'", [
      ids.records,
      ids.run,
    ]),
  );
}

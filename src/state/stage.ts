import { chunks, type Database, list, type Param, tuples } from "./database.js";
import { saveProgress } from "./runs.js";
import { seal } from "./seal.js";
import type { KnownProduct, Mark, StagedRecord, StageKey, StageProgress } from "./store.js";

const columns = 11;

/** Keeps a page, as `StateStore.stage` promises. */
export async function stageRecords(
  database: Database,
  stage: StageKey,
  records: readonly StagedRecord[],
  progress: StageProgress,
): Promise<void> {
  // A key that comes twice in a page: the later row counts, as it does over pages.
  const rows = [...new Map(records.map((record) => [record.key, record])).values()];
  await database.transaction(false, async (session) => {
    for (const chunk of chunks(rows)) {
      const params: Param[] = [];
      for (const record of chunk) pushRecord(params, stage, record);
      await session.run(upsertRecords(chunk.length), params);
    }
    await saveProgress(session, stage.run, progress);
  });
}

function upsertRecords(rows: number): string {
  return `insert into psync_records
    (connection, key, run, outcome, sku, sku_key, fingerprint, code, message, address, product)
    values ${tuples(rows, columns)}
    on conflict (connection, key) do update set
    run = excluded.run, outcome = excluded.outcome, sku = excluded.sku, sku_key = excluded.sku_key,
    fingerprint = excluded.fingerprint, code = excluded.code, message = excluded.message,
    address = excluded.address, remote = null, product = excluded.product`;
}

function pushRecord(params: Param[], stage: StageKey, record: StagedRecord): void {
  const { key, outcome, sku, skuKey, fingerprint, code, message, address } = record;
  params.push(stage.records, key, stage.run, outcome, sku ?? null, skuKey ?? null, fingerprint ?? null);
  params.push(code ?? null, message ?? null, address ?? null, sealedProduct(record));
}

/** The product of a candidate; of any other record nothing ever asks for it. */
function sealedProduct(record: StagedRecord): string | null {
  const { key, outcome, sku, skuKey, product, fingerprint } = record;
  if (outcome !== "staged") return null;
  if (sku === undefined || skuKey === undefined || product === undefined || fingerprint === undefined) {
    throw new TypeError(`record ${key} is staged without SKU, product or fingerprint`);
  }
  return seal(JSON.parse(product), skuKey, sku, fingerprint);
}

/** Settles records of a run that need no write. */
export async function markRecords(
  database: Database,
  stage: StageKey,
  keys: readonly string[],
  mark: Mark,
): Promise<void> {
  if (keys.length === 0) return;
  await database.transaction(false, async (session) => {
    for (const chunk of chunks(keys)) {
      await session.run(
        `update psync_records set outcome = ?, code = ?, message = ?, remote = null, product = null
          where connection = ? and run = ? and key in ${list(chunk.length)}`,
        [mark.outcome, mark.code ?? null, mark.message ?? null, stage.records, stage.run, ...chunk],
      );
    }
  });
}

/** Settles every candidate that is what was last written, in one statement. */
export async function markUnchanged(database: Database, stage: StageKey): Promise<void> {
  await database.transaction(false, (session) =>
    session.run(
      `update psync_records set outcome = 'unchanged', remote = null, product = null
        where connection = ? and run = ? and outcome = 'staged' and exists (
          select 1 from psync_products p where p.destination = ? and p.sku_key = psync_records.sku_key
          and p.fingerprint = psync_records.fingerprint)`,
      [stage.records, stage.run, stage.destination],
    ),
  );
}

/** Remembers what the destination holds under the SKUs of candidates. */
export async function noteRemote(
  database: Database,
  stage: StageKey,
  items: readonly { readonly key: string; readonly known: KnownProduct }[],
): Promise<void> {
  if (items.length === 0) return;
  const rows = [...new Map(items.map((item) => [item.key, item])).values()];
  await database.transaction(false, async (session) => {
    for (const chunk of chunks(rows)) {
      await session.run(
        `with note (key, remote) as (values ${tuples(chunk.length, 2)})
          update psync_records set remote = note.remote from note
          where connection = ? and run = ? and psync_records.key = note.key`,
        [...chunk.flatMap(({ key, known }) => [key, seal(known, key)]), stage.records, stage.run],
      );
    }
  });
}

export async function discardRecords(database: Database, records: string): Promise<void> {
  await database.transaction(false, (session) =>
    session.run("delete from psync_records where connection = ?", [records]),
  );
}

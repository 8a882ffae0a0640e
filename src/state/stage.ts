import { dropCandidates } from "./candidates.js";
import {
  chunks,
  type Database,
  list,
  paddedChunks,
  type Param,
  type Session,
  textBySize,
  tuples,
} from "./database.js";
import { type StageIds, takeIds } from "./ids.js";
import { saveProgress } from "./runs.js";
import { sealText } from "./seal.js";
import type { StagedRecord, StageProgress } from "./store.js";
import { type NumberedText, putTexts } from "./texts.js";

/** Keeps a page, as `StateStore.stage` promises. */
export async function stageRecords(
  database: Database,
  ids: StageIds,
  run: string,
  records: readonly StagedRecord[],
  progress: StageProgress,
): Promise<void> {
  // A key that comes twice in a page: the later row counts, as it does over pages.
  const rows = [...new Map(records.map((record) => [record.key, record])).values()];
  await database.transaction(false, async (session) => {
    await dropReplaced(session, ids, rows);
    const known = await readFingerprints(session, ids, rows);
    const products = await putProducts(session, rows, known);
    for (const chunk of chunks(rows)) {
      const params: Param[] = [];
      for (const record of chunk) pushRecord(params, ids, record, products.get(record.key));
      await session.run(upsertRecords(chunk.length), params);
    }
    await session.run("delete from psync_sorted where connection = ? and run = ?", [ids.records, ids.run]);
    await saveProgress(session, run, progress);
  });
}

/** So many staged records are looked through one by one; when there are more, the database is asked for a page's. */
const fewStaged = 100;

/** Forgets what is kept of records as candidates of this run or of one that did not end. */
async function dropReplaced(session: Session, ids: StageIds, rows: readonly StagedRecord[]): Promise<void> {
  const staged = await session.all<{ readonly key: string }>(
    `select key from psync_records where connection = ? and outcome = 'staged' limit ${fewStaged + 1}`,
    [ids.records],
  );
  if (staged.length <= fewStaged) {
    const keys = new Set(staged.map((row) => row.key));
    if (!rows.some((row) => keys.has(row.key))) return;
  }
  for (const chunk of paddedChunks(rows.map((row) => row.key))) {
    const where = `r.connection = ? and r.key in ${list(chunk.length)}`;
    const params = [ids.records, ...chunk];
    const [replaced] = await session.all(
      `select 1 as one from psync_records r where ${where} and r.outcome = 'staged' limit 1`,
      params,
    );
    if (replaced !== undefined) await dropCandidates(session, where, params);
  }
}

const selectFingerprints = textBySize(
  (size) =>
    `select sku_key, fingerprint from psync_products where destination = ? and sku_key in ${list(size)}`,
);

/** What was last written, by SKU key: of a record that is the same no product needs to be kept. */
async function readFingerprints(
  session: Session,
  ids: StageIds,
  rows: readonly StagedRecord[],
): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  const wanted: string[] = [];
  for (const { outcome, skuKey } of rows) {
    if (outcome === "staged" && skuKey !== undefined) wanted.push(skuKey);
  }
  for (const chunk of paddedChunks(wanted)) {
    const found = await session.all<{ readonly sku_key: string; readonly fingerprint: string }>(
      selectFingerprints(chunk.length),
      [ids.destination, ...chunk],
    );
    for (const { sku_key: skuKey, fingerprint } of found) known.set(skuKey, fingerprint);
  }
  return known;
}

/** Keeps the products of the candidates that are not what was last written; their numbers by record key. */
async function putProducts(
  session: Session,
  rows: readonly StagedRecord[],
  known: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, number>> {
  const fresh: { readonly key: string; readonly text: string }[] = [];
  for (const { key, outcome, sku, skuKey, product, fingerprint } of rows) {
    if (outcome !== "staged") continue;
    if (sku === undefined || skuKey === undefined || product === undefined || fingerprint === undefined) {
      throw new TypeError(`record ${key} is staged without SKU, product or fingerprint`);
    }
    if (known.get(skuKey) === fingerprint) continue;
    fresh.push({ key, text: sealText(product, skuKey, sku, fingerprint) });
  }
  const numbers = new Map<string, number>();
  if (fresh.length === 0) return numbers;
  let id = await takeIds(session, fresh.length);
  const texts: NumberedText[] = [];
  for (const { key, text } of fresh) {
    numbers.set(key, id);
    texts.push([id, text]);
    id += 1;
  }
  await putTexts(session, texts);
  return numbers;
}

const columns = 11;

const upsertRecords = textBySize(
  (size) => `insert into psync_records
    (connection, key, run, outcome, sku, sku_key, fingerprint, code, message, address, product)
    values ${tuples(size, columns)}
    on conflict (connection, key) do update set
    run = excluded.run, outcome = excluded.outcome, sku = excluded.sku, sku_key = excluded.sku_key,
    fingerprint = excluded.fingerprint, code = excluded.code, message = excluded.message,
    address = excluded.address, product = excluded.product`,
);

function pushRecord(params: Param[], ids: StageIds, record: StagedRecord, product: number | undefined): void {
  const { key, sku, skuKey, code, message, address } = record;
  // Without a product it is what was last written, which has the fingerprint.
  const isSame = record.outcome === "staged" && product === undefined;
  const fingerprint = product === undefined ? undefined : record.fingerprint;
  params.push(ids.records, key, ids.run, isSame ? "same" : record.outcome);
  params.push(sku === skuKey ? null : (sku ?? null), skuKey ?? null, fingerprint ?? null);
  params.push(code ?? null, message ?? null, address ?? null, product ?? null);
}

import type { Product } from "../model/product.js";
import type { StageIds } from "./ids.js";
import type { Database, Param, Session } from "./database.js";
import { unseal } from "./seal.js";
import type { KnownProduct, StagedItem, UnknownItem } from "./store.js";

/** The candidates `c` of a run with what is known of each, `p`. Parameters: destination, connection, run. */
export const fromCandidates = `from psync_candidates c
  left join psync_products p on p.destination = ? and p.sku_key = c.sku_key
  where c.connection = ? and c.run = ?`;

export function candidateParams({ destination, records, run }: StageIds): Param[] {
  return [destination, records, run];
}

const skuColumns = "c.key as key, coalesce(c.sku, c.sku_key) as sku, c.sku_key as sku_key";

/** What `toItem` reads of a candidate `c`, with its texts `ct` and `rt`. A text that is lost must not look like none. */
export const itemColumns = `${skuColumns}, c.fingerprint as fingerprint, ct.text as product,
  case when c.remote is null then null else coalesce(rt.text, '') end as remote`;

/** What `toKnown` reads of a product `p`, with its text `pt`. */
export const knownColumns = `coalesce(p.sku, p.sku_key) as known_sku, p.fingerprint as known_fingerprint,
  p.remote_id as known_remote_id, p.reserved as known_reserved, pt.text as known_product`;

/** The texts that `itemColumns` and `knownColumns` name. */
export const joinTexts = `left join psync_texts ct on ct.id = c.product
  left join psync_texts rt on rt.id = c.remote left join psync_texts pt on pt.id = p.product`;

export interface KnownRow {
  readonly sku_key: string;
  readonly known_sku: string | null;
  readonly known_fingerprint: string | null;
  readonly known_remote_id: string | null;
  readonly known_reserved: string | null;
  readonly known_product: string | null;
}

export interface ItemRow extends KnownRow {
  readonly key: string;
  readonly sku: string;
  readonly fingerprint: string;
  readonly remote: string | null;
  readonly product: string | null;
}

/**
 * Puts the staged records of a run in order of SKU, unless that has been done. While pages come in they are not kept in
 * order: SKUs come in any order, so each page would change nearly every page of an index.
 */
export async function sortCandidates(database: Database, ids: StageIds): Promise<void> {
  const params = [ids.records, ids.run];
  const sorted = await database.all(
    "select 1 as one from psync_sorted where connection = ? and run = ?",
    params,
  );
  if (sorted.length > 0) return;
  await database.transaction(false, async (session) => {
    await session.run(
      "insert into psync_sorted (connection, run) values (?, ?) on conflict (connection, run) do nothing",
      params,
    );
    // Those that stand there already keep what the destination told of them.
    await session.run(
      `insert into psync_candidates (connection, run, sku_key, key, sku, fingerprint, product)
        select connection, run, sku_key, key, sku, fingerprint, product from psync_records
        where connection = ? and run = ? and outcome = 'staged' order by sku_key
        on conflict (connection, run, sku_key, key) do nothing`,
      params,
    );
  });
}

/**
 * Deletes what is kept of records as candidates: their products, what was noted of them, and their places in the order.
 * `where` chooses the records, as `r`. To be followed by what takes their products from them.
 */
export async function dropCandidates(
  session: Session,
  where: string,
  params: readonly Param[],
): Promise<void> {
  const staged = `${where} and r.outcome = 'staged'`;
  await session.run(
    `delete from psync_texts where id in (select r.product from psync_records r where ${staged})`,
    params,
  );
  await session.run(
    `delete from psync_texts where id in (select c.remote from psync_records r
      join psync_candidates c on c.connection = r.connection and c.run = r.run and c.sku_key = r.sku_key
      and c.key = r.key where ${staged} and c.remote is not null)`,
    params,
  );
  await session.run(
    `delete from psync_candidates where (connection, run, sku_key, key) in (
      select r.connection, r.run, r.sku_key, r.key from psync_records r where ${staged})`,
    params,
  );
}

/** Which candidates: all, those that something is known of, or those that nothing is known of. */
function contestedClause(contested: boolean | undefined): string {
  if (contested === undefined) return "";
  return contested
    ? "and (p.sku_key is not null or c.remote is not null)"
    : "and p.sku_key is null and c.remote is null";
}

/** Candidates that nothing is known of, behind the SKU key `after`. */
export async function readUnknown(
  database: Database,
  ids: StageIds,
  after: string | undefined,
  limit: number,
): Promise<readonly UnknownItem[]> {
  await sortCandidates(database, ids);
  const rows = await database.all<{ readonly key: string; readonly sku: string; readonly sku_key: string }>(
    `select ${skuColumns} ${fromCandidates} ${contestedClause(false)}
      ${after === undefined ? "" : "and c.sku_key > ?"} order by c.sku_key limit ?`,
    [...candidateParams(ids), ...(after === undefined ? [] : [after]), limit],
  );
  return rows.map(({ key, sku, sku_key: skuKey }) => ({ key, sku, skuKey }));
}

/** Candidates with what is known of them, behind the SKU key `after`. */
export async function readStaged(
  database: Database,
  ids: StageIds,
  contested: boolean | undefined,
  after: string | undefined,
  limit: number,
): Promise<readonly StagedItem[]> {
  await sortCandidates(database, ids);
  const rows = await database.all<ItemRow>(
    `select ${itemColumns}, ${knownColumns} ${fromCandidates.replace("where", `${joinTexts} where`)}
      ${contestedClause(contested)} ${after === undefined ? "" : "and c.sku_key > ?"}
      order by c.sku_key limit ?`,
    [...candidateParams(ids), ...(after === undefined ? [] : [after]), limit],
  );
  return rows.map((row) => toItem(database.engine.place, row));
}

export async function countCandidates(
  database: Database,
  ids: StageIds,
  contested: boolean,
): Promise<number> {
  await sortCandidates(database, ids);
  return database.count(
    `select count(*) as count ${fromCandidates} ${contestedClause(contested)}`,
    candidateParams(ids),
  );
}

export function toItem(place: string, row: ItemRow): StagedItem {
  const { key, sku, sku_key: skuKey, fingerprint } = row;
  const remote = row.remote === null ? undefined : (unseal(place, row.remote, key) as KnownProduct);
  // What the destination told in this run is newer than what psync remembers.
  const known = remote ?? toKnown(place, row);
  return {
    key,
    sku,
    skuKey,
    product: unseal(place, row.product ?? "", skuKey, sku, fingerprint) as Product,
    fingerprint,
    ...(known === undefined ? {} : { known }),
    adopted: remote !== undefined && row.known_sku === null,
  };
}

export function toKnown(place: string, row: KnownRow): KnownProduct | undefined {
  const { sku_key: skuKey, known_sku: sku, known_remote_id: remoteId, known_reserved: reserved } = row;
  if (sku === null) return undefined;
  const fingerprint = row.known_fingerprint ?? "";
  return {
    sku,
    product: unseal(place, row.known_product ?? "", skuKey, sku, fingerprint) as Product,
    ...(remoteId === null ? {} : { remoteId: unseal(place, remoteId, skuKey) as string }),
    ...(reserved === null ? {} : { reserved: unseal(place, reserved, skuKey) as readonly string[] }),
  };
}

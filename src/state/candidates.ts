import type { Product } from "../model/product.js";
import { type Outcome, outcomes } from "../model/report.js";
import { type Database, list } from "./database.js";
import { corruptState, unseal } from "./seal.js";
import type { KnownProduct, SkuGroup, StagedItem, StageKey, UnknownItem } from "./store.js";

/** How many rows are in memory at once, where the asker does not say. */
const pageSize = 500;

/** How many groups of a SKU are read at once. */
const groupsAtOnce = 25;

/** The candidates of a run. The outcome stands in the text: only so the index over candidates is used. */
const isCandidate = "r.connection = ? and r.run = ? and r.outcome = 'staged'";

const joinProducts = "left join psync_products p on p.destination = ? and p.sku_key = r.sku_key";

const itemColumns = `r.key as key, r.sku as sku, r.sku_key as sku_key, r.fingerprint as fingerprint,
  r.remote as remote, r.product as product`;

const knownColumns = `p.sku as known_sku, p.fingerprint as known_fingerprint, p.remote_id as known_remote_id,
  p.product as known_product`;

interface KnownRow {
  readonly sku_key: string;
  readonly known_sku: string | null;
  readonly known_fingerprint: string | null;
  readonly known_remote_id: string | null;
  readonly known_product: string | null;
}

interface ItemRow extends KnownRow {
  readonly key: string;
  readonly sku: string;
  readonly fingerprint: string;
  readonly remote: string | null;
  readonly product: string;
}

/** Which candidates: all, those that something is known of, or those that nothing is known of. */
function contestedClause(contested: boolean | undefined): string {
  if (contested === undefined) return "";
  return contested
    ? "and (p.sku_key is not null or r.remote is not null)"
    : "and p.sku_key is null and r.remote is null";
}

/** Yields SKUs with several candidates, as `StateStore.skuGroups` promises. */
export async function* findSkuGroups(database: Database, stage: StageKey): AsyncGenerator<SkuGroup> {
  let after: string | undefined;
  for (;;) {
    const keys = await database.all<{ readonly sku_key: string }>(
      `select r.sku_key as sku_key from psync_records r
        where ${isCandidate} ${after === undefined ? "" : "and r.sku_key > ?"}
        group by r.sku_key having count(*) > 1 order by r.sku_key limit ${groupsAtOnce}`,
      [stage.records, stage.run, ...(after === undefined ? [] : [after])],
    );
    const last = keys.at(-1);
    if (last === undefined) return;
    // The last one repeats up to a fixed number, so that the statement stays one and the same.
    const asked = Array.from({ length: groupsAtOnce }, (_, index) => (keys[index] ?? last).sku_key);
    const rows = await database.all<{ readonly key: string; readonly sku: string; readonly sku_key: string }>(
      `select r.key as key, r.sku as sku, r.sku_key as sku_key from psync_records r
        where ${isCandidate} and r.sku_key in ${list(groupsAtOnce)}`,
      [stage.records, stage.run, ...asked],
    );
    const groups = new Map<string, { key: string; sku: string }[]>();
    for (const { key, sku, sku_key: skuKey } of rows) {
      const group = groups.get(skuKey);
      if (group === undefined) groups.set(skuKey, [{ key, sku }]);
      else group.push({ key, sku });
    }
    for (const [skuKey, members] of groups) yield { skuKey, rows: members };
    if (keys.length < groupsAtOnce) return;
    after = last.sku_key;
  }
}

/** Candidates that nothing is known of, behind the SKU key `after`. */
export async function readUnknown(
  database: Database,
  stage: StageKey,
  after: string | undefined,
  limit: number,
): Promise<readonly UnknownItem[]> {
  const rows = await database.all<{ readonly key: string; readonly sku: string; readonly sku_key: string }>(
    `select r.key as key, r.sku as sku, r.sku_key as sku_key from psync_records r ${joinProducts}
      where ${isCandidate} ${contestedClause(false)} ${after === undefined ? "" : "and r.sku_key > ?"}
      order by r.sku_key limit ?`,
    [stage.destination, stage.records, stage.run, ...(after === undefined ? [] : [after]), limit],
  );
  return rows.map(({ key, sku, sku_key: skuKey }) => ({ key, sku, skuKey }));
}

/** Candidates with what is known of them, behind the SKU key `after`. */
export async function readStaged(
  database: Database,
  stage: StageKey,
  contested: boolean | undefined,
  after: string | undefined,
  limit: number,
): Promise<readonly StagedItem[]> {
  const rows = await database.all<ItemRow>(
    `select ${itemColumns}, ${knownColumns} from psync_records r ${joinProducts}
      where ${isCandidate} ${contestedClause(contested)} ${after === undefined ? "" : "and r.sku_key > ?"}
      order by r.sku_key limit ?`,
    [stage.destination, stage.records, stage.run, ...(after === undefined ? [] : [after]), limit],
  );
  return rows.map((row) => toItem(database.engine.place, row));
}

export function countCandidates(database: Database, stage: StageKey, contested: boolean): Promise<number> {
  return database.count(
    `select count(*) as count from psync_records r ${joinProducts}
      where ${isCandidate} ${contestedClause(contested)}`,
    [stage.destination, stage.records, stage.run],
  );
}

/** Yields what is known and what is staged side by side, as `StateStore.catalogue` promises. */
export async function* readCatalogue(
  database: Database,
  stage: StageKey,
): AsyncGenerator<{ readonly known?: KnownProduct; readonly staged?: StagedItem }> {
  const { place } = database.engine;
  let after: string | undefined;
  for (;;) {
    const behind = (column: string): string => (after === undefined ? "" : `and ${column} > ?`);
    const from = after === undefined ? [] : [after];
    const rows = await database.all<KnownRow & Partial<ItemRow> & { readonly key: string | null }>(
      `with place (sku_key) as (
          select sku_key from (select p.sku_key from psync_products p
            where p.destination = ? ${behind("p.sku_key")} order by p.sku_key limit ${pageSize}) known
          union
          select sku_key from (select r.sku_key from psync_records r
            where ${isCandidate} ${behind("r.sku_key")} order by r.sku_key limit ${pageSize}) staged)
        select ${itemColumns.replace("r.sku_key", "place.sku_key")}, ${knownColumns} from place
        left join psync_products p on p.destination = ? and p.sku_key = place.sku_key
        left join psync_records r on ${isCandidate} and r.sku_key = place.sku_key
        order by place.sku_key limit ${pageSize}`,
      [
        stage.destination,
        ...from,
        stage.records,
        stage.run,
        ...from,
        stage.destination,
        stage.records,
        stage.run,
      ],
    );
    for (const row of rows) {
      const staged = row.key === null ? undefined : toItem(place, row as ItemRow);
      const known = staged?.known ?? toKnown(place, row);
      yield { ...(known === undefined ? {} : { known }), ...(staged === undefined ? {} : { staged }) };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.sku_key;
  }
}

/** How many records of the run came to each outcome. */
export async function countOutcomes(
  database: Database,
  stage: StageKey,
): Promise<Readonly<Record<Outcome, number>>> {
  const rows = await database.all<{ readonly outcome: string; readonly count: number }>(
    "select outcome, count(*) as count from psync_records where connection = ? and run = ? group by outcome",
    [stage.records, stage.run],
  );
  const counts: Record<string, number> = Object.fromEntries(outcomes.map((outcome) => [outcome, 0]));
  for (const { outcome, count } of rows) {
    if (outcome === "staged") continue;
    if (counts[outcome] === undefined) throw corruptState(database.engine.place, "an outcome is unknown");
    counts[outcome] = count;
  }
  return counts as Record<Outcome, number>;
}

export function countKnown(database: Database, stage: StageKey): Promise<number> {
  return database.count(
    "select count(*) as count from psync_products where destination = ? and connection = ?",
    [stage.destination, stage.connection],
  );
}

export function countMissing(database: Database, stage: StageKey): Promise<number> {
  return database.count(
    `select count(*) as count from (
        select sku_key from psync_products where destination = ? and connection = ?
        except select sku_key from psync_records where connection = ? and run = ?) missing`,
    [stage.destination, stage.connection, stage.records, stage.run],
  );
}

function toItem(place: string, row: ItemRow): StagedItem {
  const { key, sku, sku_key: skuKey, fingerprint } = row;
  const remote = row.remote === null ? undefined : (unseal(place, row.remote, key) as KnownProduct);
  // What the destination told in this run is newer than what psync remembers.
  const known = remote ?? toKnown(place, row);
  return {
    key,
    sku,
    skuKey,
    product: unseal(place, row.product, skuKey, sku, fingerprint) as Product,
    fingerprint,
    ...(known === undefined ? {} : { known }),
    adopted: remote !== undefined && row.known_sku === null,
  };
}

function toKnown(place: string, row: KnownRow): KnownProduct | undefined {
  const { sku_key: skuKey, known_sku: sku, known_remote_id: remoteId } = row;
  if (sku === null) return undefined;
  const fingerprint = row.known_fingerprint ?? "";
  return {
    sku,
    product: unseal(place, row.known_product ?? "", skuKey, sku, fingerprint) as Product,
    ...(remoteId === null ? {} : { remoteId: unseal(place, remoteId, skuKey) as string }),
  };
}

import {
  type ItemRow,
  itemColumns,
  joinTexts,
  knownColumns,
  type KnownRow,
  sortCandidates,
  toItem,
  toKnown,
} from "./candidates.js";
import type { Database } from "./database.js";
import type { Names } from "./ids.js";
import type { KnownProduct, StagedItem, StageKey } from "./store.js";

/** How many rows are in memory at once. */
const pageSize = 500;

/** Yields what is known and what is staged side by side, as `StateStore.catalogue` promises. */
export async function* readCatalogue(
  database: Database,
  names: Names,
  stage: StageKey,
): AsyncGenerator<{ readonly known?: KnownProduct; readonly staged?: StagedItem }> {
  const ids = await names.find(stage);
  await sortCandidates(database, ids);
  const { destination, records, run } = ids;
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
          select sku_key from (select c.sku_key from psync_candidates c
            where c.connection = ? and c.run = ? ${behind("c.sku_key")}
            order by c.sku_key limit ${pageSize}) staged)
        select ${itemColumns.replace("c.sku_key as", "place.sku_key as")}, ${knownColumns} from place
        left join psync_products p on p.destination = ? and p.sku_key = place.sku_key
        left join psync_candidates c on c.connection = ? and c.run = ? and c.sku_key = place.sku_key
        ${joinTexts}
        order by place.sku_key limit ${pageSize}`,
      [destination, ...from, records, run, ...from, destination, records, run],
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

import type { Database } from "./database.js";
import type { Names } from "./ids.js";
import type { SkuGroup, StageKey } from "./store.js";

/** How many groups of a SKU are read at once. */
const groupsAtOnce = 500;

const isCandidate = "r.connection = ? and r.run = ? and r.outcome in ('staged', 'same')";

/**
 * Yields SKUs with several candidates, as `StateStore.skuGroups` promises. They are found in one pass over the records:
 * groups are few, and an index would cost more with every page that is staged.
 */
export async function* findSkuGroups(
  database: Database,
  names: Names,
  stage: StageKey,
): AsyncGenerator<SkuGroup> {
  const { records, run } = await names.find(stage);
  let after: string | undefined;
  for (;;) {
    const behind = after === undefined ? "" : "and r.sku_key > ?";
    const rows = await database.all<{ readonly key: string; readonly sku: string; readonly sku_key: string }>(
      `select r.key as key, coalesce(r.sku, r.sku_key) as sku, r.sku_key as sku_key from psync_records r
        where ${isCandidate} and r.sku_key in (
          select r.sku_key from psync_records r where ${isCandidate} ${behind}
          group by r.sku_key having count(*) > 1 order by r.sku_key limit ${groupsAtOnce})
        order by r.sku_key`,
      [records, run, records, run, ...(after === undefined ? [] : [after])],
    );
    const groups = new Map<string, { key: string; sku: string }[]>();
    for (const { key, sku, sku_key: skuKey } of rows) {
      const group = groups.get(skuKey);
      if (group === undefined) groups.set(skuKey, [{ key, sku }]);
      else group.push({ key, sku });
    }
    for (const [skuKey, members] of groups) yield { skuKey, rows: members };
    if (groups.size < groupsAtOnce) return;
    after = rows.at(-1)?.sku_key;
  }
}

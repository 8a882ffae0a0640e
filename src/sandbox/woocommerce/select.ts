import { isVariation, textOf, type Body, type WooRow } from "./model.js";
import type { ListQuery } from "./parameters.js";
import { collate, type WooStore } from "./store.js";

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byBody(store: WooStore, of: (body: Body) => string | number): (a: WooRow, b: WooRow) => number {
  return (a, b) => {
    const [x, y] = [of(store.item(a).body), of(store.item(b).body)];
    return typeof x === "number" && typeof y === "number" ? x - y : compareText(String(x), String(y));
  };
}

// Ties in the orders beyond id, date and modified are unverified, and so is the collation of titles. Dates are ordered
// by instant; a real shop orders by its wall clock, which differs in the hour that a clock change repeats.
function comparison(store: WooStore, query: ListQuery): (a: WooRow, b: WooRow) => number {
  switch (query.orderby) {
    case "id":
      return () => 0;
    case "include": {
      const place = new Map(query.include.map((id, index) => [id, index]));
      return (a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0);
    }
    case "modified":
      return (a, b) => (a.modified ?? 0) - (b.modified ?? 0);
    case "title":
      return byBody(store, (body) => collate(textOf(body["name"])));
    case "slug":
      return byBody(store, (body) => textOf(body["slug"]));
    case "price":
      return byBody(store, (body) => Number(body["price"]) || 0);
    case "popularity":
      return byBody(store, (body) => Number(body["total_sales"]) || 0);
    case "rating":
      return byBody(store, (body) => Number(body["average_rating"]) || 0);
    case "menu_order":
      return byBody(store, (body) => Number(body["menu_order"]) || 0);
    default:
      return (a, b) => (a.created ?? 0) - (b.created ?? 0);
  }
}

function matchesBody(store: WooStore, query: ListQuery): ((row: WooRow) => boolean) | undefined {
  const { searchSku, gtins, search, virtual, downloadable, stockStatus } = query;
  const tests: ((body: Body) => boolean)[] = [];
  if (searchSku !== "") tests.push((body) => collate(textOf(body["sku"])).includes(collate(searchSku)));
  if (gtins.length > 0) tests.push((body) => gtins.includes(textOf(body["global_unique_id"])));
  if (search !== "") tests.push((body) => collate(textOf(body["name"])).includes(collate(search)));
  if (virtual !== undefined) tests.push((body) => body["virtual"] === virtual);
  if (downloadable !== undefined) tests.push((body) => body["downloadable"] === downloadable);
  if (stockStatus !== "") tests.push((body) => body["stock_status"] === stockStatus);
  if (tests.length === 0) return undefined;
  return (row) => {
    const { body } = store.item(row);
    return tests.every((test) => test(body));
  };
}

/**
 * Finds the rows that a list counts, in its order, all pages. Rows of variations without a parent are among them:
 * the shop counts them and then cannot show them.
 */
export function selectRows(
  store: WooStore,
  query: ListQuery,
  of: "products" | "variations",
): readonly WooRow[] {
  const { statuses, types, modifiedAfter, modifiedBefore } = query;
  const include = query.include.length > 0 ? new Set(query.include) : undefined;
  const exclude = new Set(query.exclude);
  const parents = query.parents.length > 0 ? new Set(query.parents) : undefined;
  const skuIds =
    query.skus.length > 0 ? new Set(query.skus.flatMap((sku) => store.findBySku(sku))) : undefined;
  const body = matchesBody(store, query);
  // The products list shows variations only to those who look for a number that a variation may carry.
  const mixed = skuIds !== undefined || query.searchSku !== "" || query.gtins.length > 0;
  const wall = (row: WooRow): number | undefined =>
    row.modified === null ? undefined : query.gmt ? row.modified : store.toWall(row.modified);

  const found = store.rows.filter((row) => {
    const child = isVariation(row);
    if (of === "variations" ? !child : child && !mixed) return false;
    if (!statuses.has(row.status)) return false;
    if (types !== undefined && !types.has(row.type)) return false;
    if (include !== undefined && !include.has(row.id)) return false;
    if (exclude.has(row.id)) return false;
    if (parents !== undefined && !parents.has(row.parent)) return false;
    if (skuIds !== undefined && !skuIds.has(row.id)) return false;
    // Strict on both sides, by the second. A row without a date matches no window (by shop time: unverified).
    if (modifiedAfter !== undefined && !((wall(row) ?? -Infinity) > modifiedAfter)) return false;
    if (modifiedBefore !== undefined && !((wall(row) ?? Infinity) < modifiedBefore)) return false;
    return body === undefined || body(row);
  });
  if (query.orderby === "include") return found.sort(comparison(store, query));
  const compare = comparison(store, query);
  const sign = query.descending ? -1 : 1;
  return found.sort((a, b) => sign * (compare(a, b) || a.id - b.id));
}

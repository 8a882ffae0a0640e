import { apiLink, fatal, type Answer, type WooRequest } from "./answer.js";
import type { FaultScript, FaultSettings } from "./fault.js";
import { bodiesOf, isVariation, type Body } from "./model.js";
import type { WooStore } from "./store.js";

/** Whether a list of products or variations is asked for. */
export function isList(request: WooRequest): boolean {
  return /\/(?:products|variations)$/.test(request.path);
}

/** Whether the list of all products is asked for. */
export function isProductList(request: WooRequest): boolean {
  return request.path.endsWith("/wc/v3/products");
}

/** The page that is asked for. */
export function pageOf(request: WooRequest): number {
  return Number(new Map(request.query).get("page") ?? 1);
}

/** An answer made in WordPress's place, with the link that WordPress would have put on it. */
export function withLink(answer: Answer, store: WooStore): Answer {
  return { ...answer, headers: { ...apiLink(store.home), ...answer.headers } };
}

// Whole shops are thousands of calls: a fault that is about one record takes the one in the middle.
function middleProduct(store: WooStore): number {
  const rows = store.rows.filter((row) => row.type === "simple" && row.status === "publish");
  return rows[Math.floor(rows.length / 2)]?.id ?? 0;
}

/** The same request with one parameter set. */
export function setQuery(request: WooRequest, name: string, value: string): WooRequest {
  return { ...request, query: [...request.query.filter(([key]) => key !== name), [name, value]] };
}

/** One product ends every answer that would hold it and its description with a PHP fatal error. */
export function crashRecord(store: WooStore, settings: FaultSettings): FaultScript {
  const id = settings.id ?? middleProduct(store);
  const crash = withLink(fatal("legacy_theme_hook"), store);
  const answer = (given: Answer, request: WooRequest): Answer => {
    const fields = new Map(request.query).get("_fields") ?? "";
    // The crash sits in a filter on the description, which is not run when nobody asks for the description.
    const runs = fields === "" || fields.split(",").includes("description");
    return runs && given.ids?.includes(id) === true ? crash : given;
  };
  return { onRequest: () => ({ name: "crash-record", answer }) };
}

function spoilPrice(record: Body): Body {
  return "price" in record ? { ...record, price: { amount: record["price"] } } : record;
}

/** One product has a price of the wrong type. */
export function badRecord(store: WooStore, settings: FaultSettings): FaultScript {
  const id = settings.id ?? middleProduct(store);
  const answer = (given: Answer): Answer => {
    const place = given.ids?.indexOf(id) ?? -1;
    if (place < 0) return given;
    const json = Array.isArray(given.json)
      ? bodiesOf(given.json).map((record, index) => (index === place ? spoilPrice(record) : record))
      : spoilPrice(given.json as Body);
    return { ...given, json };
  };
  return { onRequest: () => ({ name: "bad-record", answer }) };
}

/** Before each further page of products, a product of an earlier page is deleted for good. */
export function drift(store: WooStore, settings: FaultSettings): FaultScript {
  let left = settings.times ?? Infinity;
  const request = (given: WooRequest): WooRequest => {
    const victim = store.rows.find((row) => !isVariation(row) && row.type === "simple");
    if (victim !== undefined) store.remove(victim.id);
    return given;
  };
  return {
    onRequest: (_n, asked) => {
      if (!isProductList(asked) || pageOf(asked) < 2 || left <= 0) return undefined;
      left -= 1;
      return { name: "drift", request };
    },
  };
}

import { join } from "node:path";
import { readDate } from "../../src/sandbox/woocommerce/dates.js";
import {
  bodiesOf,
  textOf,
  type Body,
  type WooCatalogue,
  type WooItem,
  type WooRow,
} from "../../src/sandbox/woocommerce/model.js";
import { loadExchange } from "./contracts.js";

async function list(dir: string, ...files: readonly string[]): Promise<Body[]> {
  const pages = await Promise.all(files.map((file) => loadExchange(join(dir, "catalog", `${file}.json`))));
  return pages.flatMap((page) => [...bodiesOf(page.response.body)]);
}

function rowOf(body: Body): WooRow {
  return {
    id: Number(body["id"]),
    parent: body["type"] === "variation" ? Number(body["parent_id"]) : 0,
    type: textOf(body["type"]),
    status: textOf(body["status"]),
    created: readDate(body["date_created_gmt"]),
    modified: readDate(body["date_modified_gmt"]),
  };
}

/**
 * What a variation holds itself, worked back from what the shop showed of it: a value that equals its parent's is
 * taken for inherited. The recordings cannot tell the two apart, and neither can a client.
 */
function ownValues(shown: Body, parent: Body, images: ReadonlyMap<unknown, Body>): Body {
  const own: Body = { ...shown };
  for (const key of ["sku", "weight"]) if (shown[key] === parent[key]) own[key] = "";
  const [sides, parentSides] = [shown["dimensions"] as Body, parent["dimensions"] as Body];
  own["dimensions"] = Object.fromEntries(
    Object.entries(sides).map(([side, value]) => [side, value === parentSides[side] ? "" : value]),
  );
  if (shown["manage_stock"] === "parent") own["manage_stock"] = false;
  const image = (shown["image"] ?? {}) as Body;
  const featured = bodiesOf(parent["images"])[0];
  // Variations show fewer keys of an image than products do.
  own["image"] = image["id"] === featured?.["id"] ? null : (images.get(image["id"]) ?? shown["image"]);
  return own;
}

/** Loads the recorded shop: all its products, its trash and all variations, as they were before the recorded edits. */
export async function catalogueFromRecordings(dir: string): Promise<WooCatalogue> {
  const products = [
    ...(await list(dir, "products-page-1", "products-page-2", "products-page-3")),
    ...(await list(dir, "products-trash")),
  ];
  const variations = await list(dir, "variations-page-1", "variations-page-2", "variations-page-3");
  const edit = await loadExchange(join(dir, "single", "html-description-edit.json"));
  const ownZero = await loadExchange(join(dir, "single", "variation-own-zero-weight-edit-context.json"));

  const byId = new Map(products.map((body) => [body["id"], body]));
  const images = new Map(
    products.flatMap((body) => bodiesOf(body["images"])).map((image) => [image["id"], image]),
  );
  const items = new Map<number, WooItem>(products.map((body) => [Number(body["id"]), { body }]));
  for (const shown of variations) {
    const parent = byId.get(shown["parent_id"]) ?? {};
    items.set(Number(shown["id"]), { body: ownValues(shown, parent, images) });
  }
  for (const { id, description } of bodiesOf(edit.response.body)) {
    const item = items.get(Number(id));
    if (item !== undefined) items.set(Number(id), { ...item, raw: { description: textOf(description) } });
  }
  const zero = (ownZero.response.body ?? {}) as Body;
  const zeroItem = items.get(Number(zero["id"]));
  if (zeroItem !== undefined) {
    items.set(Number(zero["id"]), { body: { ...zeroItem.body, weight: zero["weight"] } });
  }

  const recordedHome = new URL(edit.request.url).origin;
  return {
    facts: {
      name: "Brambleford Outfitters",
      timeZone: "America/New_York",
      weightUnit: "lbs",
      dimensionUnit: "in",
      currency: "USD",
    },
    rows: [...products, ...variations].map(rowOf).sort((a, b) => a.id - b.id),
    item: (row, home) => {
      const item = items.get(row.id);
      if (item === undefined) throw new RangeError(`nothing was recorded of ${row.id}`);
      if (home === recordedHome) return item;
      return JSON.parse(JSON.stringify(item).replaceAll(recordedHome, home)) as WooItem;
    },
  };
}

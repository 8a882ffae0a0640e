import type { WooSettings } from "../../src/channels/woocommerce/index.js";
import { textOf } from "../../src/sandbox/woocommerce/model.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";
import { openWoo } from "../support/woo-bed.js";
import { type Cart, openCartRig, type Rig, type RigOptions } from "./rig.js";

/** Every body is made anew when it is asked for, so what was worked out is kept while the shop stays the same. */
const offers = new WeakMap<
  WooShop,
  { readonly version: number; readonly fit: ReadonlyMap<string, string> }
>();

const soldElsewhere = new Set(["variable", "grouped", "external"]);

/**
 * The SKUs that an import of the shop has to write, worked out from the shop's own rows and by the rules of the manual
 * alone: published, sellable by itself, shipped, with an SKU of its own that no other such record carries. By key.
 */
export function importable(shop: WooShop): Map<string, string> {
  const { store } = shop;
  const known = offers.get(shop);
  if (known?.version === store.version) return new Map(known.fit);
  const fit = new Map<string, string>();
  for (const row of store.rows) {
    const { body } = store.item(row);
    const parent = row.type === "variation" ? store.find(row.parent) : undefined;
    if (row.type === "variation") {
      const isNamed = parent?.type === "variable" && store.childIds(parent.id).includes(row.id);
      if (!isNamed || parent.status !== "publish") continue;
    }
    if (row.status !== "publish" || soldElsewhere.has(row.type)) continue;
    if (body["virtual"] === true || body["downloadable"] === true) continue;
    const sku = textOf(body["sku"]).trim();
    const parents = parent === undefined ? undefined : textOf(store.item(parent).body["sku"]).trim();
    if (sku === "" || sku === parents) continue;
    fit.set(String(row.id), sku);
  }
  const counts = new Map<string, number>();
  for (const sku of fit.values()) counts.set(sku, (counts.get(sku) ?? 0) + 1);
  const unique = new Map([...fit].filter(([, sku]) => counts.get(sku) === 1));
  offers.set(shop, { version: store.version, fit: unique });
  return new Map(unique);
}

const woocommerce: Cart<WooShop> = {
  table: "woocommerce",
  open(shop, { clock, logs, settings, http }) {
    const { consumerKey, consumerSecret } = shop.key;
    const all = { consumerKey, consumerSecret, auth: "basic", ...settings } as Partial<WooSettings>;
    const trace = (line: string): void => void logs.push(line);
    return openWoo(shop.url, { clock, settings: all, http: { trace, ...http } }).channel;
  },
  secrets({ key: { consumerKey, consumerSecret } }) {
    return [consumerKey, consumerSecret, Buffer.from(`${consumerKey}:${consumerSecret}`).toString("base64")];
  },
  importable,
};

/** A rig on a WooCommerce shop. The shop lives on; the folder goes with `close`. */
export function openRig(shop: WooShop, options: RigOptions = {}): Rig<WooShop> {
  return openCartRig(woocommerce, shop, options);
}

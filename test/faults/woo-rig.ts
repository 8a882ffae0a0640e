import type { WooSettings } from "../../src/channels/woocommerce/index.js";
import type { Answer, WooRequest } from "../../src/sandbox/woocommerce/answer.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { Fault } from "../../src/sandbox/woocommerce/fault.js";
import { type Body, textOf } from "../../src/sandbox/woocommerce/model.js";
import type { WooShop, WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { createWooBed, openWoo } from "../support/woo-bed.js";
import { type Cart, closeAfterEach, openCartRig, type Rig, type RigOptions } from "./rig.js";

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

export interface WooOpened {
  readonly shop: WooShop;
  readonly rig: Rig<WooShop>;
}

export interface ShopOf extends WooOpened {
  /** Of the products, in their order. */
  readonly ids: readonly number[];
}

/** Shops and rigs of a file of tests, closed after each. */
export function createWooRigs() {
  const bed = createWooBed();
  const rigs = closeAfterEach(bed);

  function rigOn(shop: WooShop, options: RigOptions = {}): Rig<WooShop> {
    const rig = openCartRig(woocommerce, shop, { clock: bed.clock, ...options });
    rigs.push(rig);
    return rig;
  }

  async function open(options: WooShopOptions = {}): Promise<WooOpened> {
    const shop = await bed.openShop({ products: 130, ...options });
    return { shop, rig: rigOn(shop) };
  }

  /** A shop in kg and cm that holds exactly these products, and a rig on it. */
  async function openShopOf(products: readonly Body[], options: RigOptions = {}): Promise<ShopOf> {
    const facts = { weightUnit: "kg", dimensionUnit: "cm" } as const;
    const shop = await bed.openShop({ catalogue: sampleCatalogue({ products: 0, facts }) });
    const ids = products.map((body, index) => {
      const { status, ...patch } = body;
      const id = shop.add({ name: `Product ${index}`, sku: `SKU-${index}`, regular_price: "1.00" });
      // As a row of the database, so that nothing is checked or derived on its way in.
      shop.editBySql(id, { ...patch, ...(status === undefined ? {} : { status }) });
      return id;
    });
    return { shop, rig: rigOn(shop, options), ids };
  }

  return { bed, rigOn, open, openShopOf };
}

export const isList = ({ path }: WooRequest): boolean => /\/wc\/v3\/(products|variations)$/.test(path);
export const isProducts = ({ path }: WooRequest): boolean => path.endsWith("/wc/v3/products");
export const pageOf = ({ query }: WooRequest): number => Number(new Map(query).get("page"));

/** An answer of a web server that is no WordPress. */
export function refusal(status: number, headers: Answer["headers"] = {}): Fault {
  return {
    name: String(status),
    instead: () => ({ status, headers: { "Content-Type": "text/plain", ...headers }, text: "No." }),
  };
}

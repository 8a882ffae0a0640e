import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import type { JsonValue, Product } from "../../src/model/product.js";
import { type Body, bodiesOf, type EtsyItem, type EtsyRow, textOf } from "../../src/sandbox/etsy/model.js";
import type { EtsyShop } from "../../src/sandbox/etsy/server.js";
import { openEtsyRig } from "../faults/etsy-rig.js";
import type { Imported, Rig } from "../faults/rig.js";
import { createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";
import { priceText, roundedMeasure, decoded, oneLine } from "../support/rules.js";

/** The article's rules once more, from the shop's own rows, without any of psync's mapping. */
function expectedOf(
  row: EtsyRow,
  item: EtsyItem,
  product: Body,
  priceSync: boolean,
): Record<string, unknown> {
  const { listing, inventory } = item;
  const offering = offeringOf(product);
  const values = bodiesOf(product["property_values"]);
  const products = bodiesOf(inventory?.products).filter((each) => each["is_deleted"] !== true);
  const isShared = products.length > 1 && inventory?.quantity_on_property.length === 0;
  const id = String(product["product_id"]);
  const size = (name: string): number | undefined =>
    roundedMeasure(listing[name], listing["item_dimensions_unit"], "in");
  return withoutNothing({
    sku: textOf(product["sku"]).trim(),
    name: oneLine(decoded(textOf(listing["title"]))),
    description: textOf(listing["description"]),
    product_variant_id: id,
    product_id: String(row.id),
    quantity: offering?.["quantity"],
    tags: (listing["tags"] as string[]).map((tag) => oneLine(decoded(tag))).filter((tag) => tag !== ""),
    weight_lbs: roundedMeasure(listing["item_weight"], listing["item_weight_unit"], "lb"),
    length_in: size("item_length"),
    height_in: size("item_height"),
    width_in: size("item_width"),
    product_type: listing["listing_type"],
    status: row.state,
    custom_fields: withoutNothing({
      listing_id: String(row.id),
      product_id: id,
      is_enabled: offering?.["is_enabled"],
      offering_id: offering === undefined ? undefined : String(offering["offering_id"]),
      property_values: values,
      price: priceSync ? offering?.["price"] : undefined,
      price_on_property: inventory?.price_on_property,
      quantity_on_property: inventory?.quantity_on_property,
      sku_on_property: inventory?.sku_on_property,
      shared_quantity: isShared ? true : undefined,
    }),
    attribute_names: values
      .map((value) => oneLine(decoded(textOf(value["property_name"]))))
      .filter((name) => name !== ""),
    retail_price: priceSync && offering !== undefined ? priceText(offering["price"] as Body) : undefined,
    ...imagesOf(item),
  });
}

/** Deleted offerings do not count; of several the cheapest enabled one, with the quantities of all enabled ones. */
function offeringOf(product: Body): Body | undefined {
  const alive = bodiesOf(product["offerings"]).filter((offering) => offering["is_deleted"] !== true);
  if (alive.length < 2) return alive[0];
  const enabled = alive.filter((offering) => offering["is_enabled"] !== false);
  const price = (offering: Body): number => Number((offering["price"] as Body)["amount"]);
  const [cheapest] = enabled.toSorted((a, b) => price(a) - price(b));
  const quantity = enabled.reduce((sum, offering) => sum + Number(offering["quantity"]), 0);
  return { ...cheapest, quantity };
}

function imagesOf({ images }: EtsyItem): Record<string, unknown> {
  const urls = images
    .toSorted((a, b) => Number(a["rank"]) - Number(b["rank"]))
    .map((image) => textOf(image["url_fullxfull"]));
  return Object.fromEntries(
    [...new Set(urls)].slice(0, 20).map((url, index) => [`image_url_${index + 1}`, url]),
  );
}

/** Absent is what is unknown: null, an empty text, an empty list. */
function withoutNothing(fields: Record<string, unknown>): Record<string, unknown> {
  const isKnown = (value: unknown): boolean =>
    value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isKnown(value)));
}

interface Source {
  readonly row: EtsyRow;
  readonly item: EtsyItem;
  readonly product: Body;
}

/** Every live product of the active listings, by key. */
function sourcesOf({ store }: EtsyShop): ReadonlyMap<string, Source> {
  const all = new Map<string, Source>();
  for (const row of store.listed("active")) {
    const item = store.item(row);
    for (const product of bodiesOf(item.inventory?.products))
      if (product["is_deleted"] !== true)
        all.set(`${row.id}:${String(product["product_id"])}`, { row, item, product });
  }
  return all;
}

let bed: EtsyBed;
let shop: EtsyShop;
let rig: Rig<EtsyShop>;
let run: Imported;
/** With priceSync, by key of the record. */
let products: ReadonlyMap<string, Product>;

function byKey(list: readonly Product[]): ReadonlyMap<string, Product> {
  return new Map(list.map((product) => [`${product.product_id}:${product.product_variant_id}`, product]));
}

beforeAll(async () => {
  bed = createEtsyBed();
  shop = await bed.openShop({ listings: 300 });
  rig = openEtsyRig(shop, { clock: bed.clock });
  run = await rig.import({ priceSync: true });
  products = byKey(rig.products());
});

afterAll(async () => {
  rig.close();
  await bed.close();
});

/** The key of the first product whose listing, or which itself, is so. */
function find(isSo: (source: Source) => boolean): string {
  for (const [key, source] of sourcesOf(shop)) if (isSo(source)) return key;
  throw new Error("the sample catalogue has no such product");
}

const titled = (part: string) => find(({ item }) => textOf(item.listing["title"]).includes(part));
const custom = (key: string): Readonly<Record<string, JsonValue>> => products.get(key)?.custom_fields ?? {};
const issueOf = (key: string) => run.list.find((issue) => issue.key === key);

describe("src/channels/etsy/index.ts", () => {
  function expectExact(written: ReadonlyMap<string, Product>, priceSync: boolean): void {
    const sources = sourcesOf(shop);
    const keys = [...rig.importable().keys()];
    expect([...written.keys()].toSorted()).toEqual(keys.toSorted());
    for (const key of keys) {
      const source = sources.get(key);
      if (source === undefined) throw new Error(`there is no product ${key}`);
      expect(written.get(key)).toEqual(expectedOf(source.row, source.item, source.product, priceSync));
    }
  }

  test("an import of the odd catalogue: every field of every product is what the article says, with prices", () => {
    // Two listings without a product to read are rejected by name.
    expect(run).toMatchObject({ exit: 3, report: { counts: { rejected: 2, created: products.size } } });
    expectExact(products, true);
  });

  test("without priceSync the prices are gone, and everything else is there", async () => {
    const own = openEtsyRig(shop, { clock: bed.clock });
    try {
      const result = await own.import({ settings: { refreshToken: shop.tokens.at(-1) ?? "" } });
      expect(result.exit).toBe(3);
      expectExact(byKey(own.products()), false);
      expect(own.text()).not.toContain("retail_price");
      expect(own.text()).not.toContain('"currency_code"');
    } finally {
      own.close();
    }
  });

  test("every row of the article is met by some product of the sample", () => {
    const met = new Set([...products.values()].flatMap((product) => Object.keys(product)));
    const inCustom = new Set([...products.keys()].flatMap((key) => Object.keys(custom(key))));
    const rows =
      "sku name description product_variant_id product_id quantity tags weight_lbs length_in height_in";
    const more =
      "width_in product_type status custom_fields attribute_names retail_price image_url_1 image_url_20";
    expect(`${rows} ${more}`.split(" ").filter((name) => !met.has(name))).toEqual([]);
    const nine = "listing_id product_id is_enabled offering_id property_values price price_on_property";
    const last = "quantity_on_property sku_on_property shared_quantity";
    expect(`${nine} ${last}`.split(" ").filter((name) => !inCustom.has(name))).toEqual([]);
  });
});

describe("src/channels/etsy/records.ts", () => {
  test("gotcha: entities in text are decoded exactly once, and descriptions stay as they are", () => {
    const product = products.get(titled("Father"));
    expect(product?.name).toBe(`Father's Mug &quot;Harbor&quot; & Saucer - 12 oz`);
    expect(product?.description).toBe("Fish &amp; chips &lt;large&gt;\nO&#39;Connell");
  });

  test("gotcha: no SKU is skipped and told of by the listing's address", () => {
    const key = find(({ product }) => product["sku"] === "");
    expect(issueOf(key)).toMatchObject({ outcome: "skipped", code: "no-sku" });
    expect(issueOf(key)?.message).toContain(`https://www.etsy.com/listing/${key.split(":")[0]}`);
    const blank = find(({ product }) => product["sku"] === "  ");
    expect(issueOf(blank)).toMatchObject({ code: "no-sku" });
  });

  test("gotcha: the same SKU on several products is never written twice", () => {
    const same = run.list.filter(({ code }) => code === "duplicate-sku");
    expect(same).toHaveLength(3);
    expect(new Set(same.map(({ sku }) => sku)).size).toBe(1);
    expect(rig.skus()).not.toContain(same[0]?.sku);
  });

  test("gotcha: deleted products and offerings do not count", () => {
    const deleted = [...shop.store.listed("active")].flatMap((row) =>
      bodiesOf(shop.store.item(row).inventory?.products)
        .filter((product) => product["is_deleted"] === true)
        .map((product) => `${row.id}:${String(product["product_id"])}`),
    );
    expect(deleted.length).toBeGreaterThan(0);
    for (const key of deleted) expect(products.has(key)).toBe(false);
    const key = find(({ product }) => {
      const [first, second] = bodiesOf(product["offerings"]);
      return first?.["is_deleted"] === true && second !== undefined;
    });
    expect(products.get(key)).toMatchObject({ quantity: 3, retail_price: "12.00" });
  });

  test("gotcha: a hidden product is imported, and the flag is kept", () => {
    const key = find(({ product }) => {
      const offerings = bodiesOf(product["offerings"]);
      return offerings.length === 1 && offerings[0]?.["is_enabled"] === false;
    });
    expect(custom(key)["is_enabled"]).toBe(false);
    expect(products.get(key)?.quantity).toBe(3);
  });

  test("gotcha: a download is skipped, physical and download is physical", () => {
    const download = find(({ item }) => item.listing["listing_type"] === "download");
    expect(issueOf(download)).toMatchObject({ outcome: "skipped", code: "not-shippable" });
    const both = find(({ item }) => item.listing["listing_type"] === "both");
    expect(products.get(both)).toMatchObject({ product_type: "both" });
  });

  test("gotcha: a private listing is skipped", () => {
    const key = find(({ item }) => item.listing["is_private"] === true);
    expect(issueOf(key)).toMatchObject({ outcome: "skipped", code: "not-sellable" });
  });

  test("gotcha: an empty quantity_on_property is one stock, and is flagged", () => {
    const key = find(({ product }) => bodiesOf(product["offerings"])[0]?.["quantity"] === 994);
    expect(products.get(key)).toMatchObject({ quantity: 994 });
    expect(custom(key)["shared_quantity"]).toBe(true);
    const single = find(({ item }) => item.inventory?.products.length === 1);
    expect(custom(single)).not.toHaveProperty("shared_quantity");
  });

  test("gotcha: several offerings are added up, the lowest price counts, and that is told once", () => {
    const key = find(({ product }) => {
      const offerings = bodiesOf(product["offerings"]);
      return (
        offerings.length === 2 &&
        offerings.every((offering) => offering["is_deleted"] !== true && offering["is_enabled"] === true)
      );
    });
    expect(products.get(key)).toMatchObject({ quantity: 8, retail_price: "12.00" });
    expect(rig.logs.filter((line) => line.includes("2 offerings")).length).toBe(1);
  });

  test("gotcha: no offering left means that price and quantity are unknown, never zero", () => {
    const key = find(({ product }) =>
      bodiesOf(product["offerings"]).every((offering) => offering["is_deleted"] === true),
    );
    expect(products.get(key)).not.toHaveProperty("quantity");
    expect(products.get(key)).not.toHaveProperty("retail_price");
  });

  test("gotcha: no inventory record, or one without products: nothing is made up, and it is told", () => {
    const rejected = run.list.filter(({ outcome }) => outcome === "rejected");
    expect(rejected.map(({ message }) => message).toSorted()).toEqual([
      expect.stringContaining("no inventory"),
      expect.stringContaining("without a product"),
    ]);
  });

  test("gotcha: the divisor is read and never assumed", () => {
    const priced = (divisor: number) =>
      find(({ product }) =>
        bodiesOf(product["offerings"]).some(({ price }) => (price as Body)["divisor"] === divisor),
      );
    expect(products.get(priced(1))?.retail_price).toBe("2800.00");
    expect(products.get(priced(1000))?.retail_price).toBe("28.125");
    expect(products.get(priced(100))?.retail_price).toMatch(/^\d+\.\d\d$/);
  });

  test("gotcha: ids beyond 32 bits are text, digit by digit", () => {
    const [key = ""] = [...products.keys()].filter((each) => Number(each.split(":")[0]) > 2 ** 32);
    const [listing, product] = key.split(":");
    expect(products.get(key)).toMatchObject({ product_id: listing, product_variant_id: product });
    expect(custom(key)).toMatchObject({ listing_id: listing, product_id: product });
  });

  test("gotcha: three variations and one without a name", () => {
    const three = find(({ product }) => bodiesOf(product["property_values"]).length === 3);
    expect(products.get(three)?.attribute_names).toEqual(["Primary color", "Size", "Material"]);
    const nameless = find(
      ({ product }) => bodiesOf(product["property_values"])[1]?.["property_name"] === null,
    );
    expect(products.get(nameless)?.attribute_names).toEqual(["Engraving"]);
    expect(custom(nameless)["property_values"]).toHaveLength(2);
  });

  test("gotcha: a state of an old name, and every state that is not wanted, never comes as active", async () => {
    const states = ["active", "inactive", "sold_out", "draft", "expired"];
    const all = await rig.import({ settings: { states }, priceSync: true });
    const statuses = new Set(rig.products().map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual([...states, "edit"].toSorted());
    expect(all.list.filter(({ code }) => code === "status")).toEqual([]);
    expect(new Set([...products.values()].map(({ status }) => status))).toEqual(new Set(["active"]));
  });
});

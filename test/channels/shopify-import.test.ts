import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Product } from "../../src/model/product.js";
import type { VariantRow, Weight } from "../../src/sandbox/shopify/model.js";
import type { ShopifyShop } from "../../src/sandbox/shopify/server.js";
import type { Imported, Rig } from "../faults/rig.js";
import { openRig } from "../faults/shopify-rig.js";
import { createShopifyBed } from "../support/shopify-bed.js";

const bed = createShopifyBed();
let shop: ShopifyShop;
let rig: Rig<ShopifyShop>;
let run: Imported;

/** The article's table and the manual's reading of it, written down once more: nothing of the program is called. */
function expectedOf(row: VariantRow, priceSync: boolean): Record<string, unknown> {
  const product = shop.store.product(row.product);
  const variant = shop.store.variant(row);
  const isOnly = product.options.length === 0;
  const title = isOnly ? decode(product.title) : `${decode(product.title)} - ${variant.values.join(" / ")}`;
  const pictures = product.media.filter(({ kind }) => kind === "MediaImage").slice(0, 20);
  const own = variant.media.slice(0, 1).flatMap((place) => product.media[place] ?? []);
  const urls = [...new Set([...own, ...pictures].flatMap(({ url }) => url ?? []))].slice(0, 20);
  const named = product.options.map((name, at) => [name, variant.values[at]] as const);
  const options = Object.fromEntries(named);
  const stock = variant.stock["7001"];
  const barcode = (variant.barcode ?? "").trim();
  const digits = barcode.replaceAll(/[ -]/g, "");
  const all: Record<string, unknown> = {
    sku: variant.sku?.trim(),
    product_id: row.product.id,
    product_variant_id: String(BigInt(row.id) + 2_000_000_000_000n),
    name: title,
    description: product.descriptionHtml,
    UPC: [8, 12, 13, 14].includes(digits.length) && !/\D/.test(digits) ? digits : barcode,
    weight_lbs: variant.weight === null ? undefined : pounds(variant.weight),
    sort_order: row.product.variants.indexOf(row) + 1,
    retail_price: priceSync ? money(variant.price) : undefined,
    product_type: product.productType,
    vendor: product.vendor,
    tags: product.tags,
    attribute_names: product.options,
    custom_fields: { ...options, variant_id: row.id },
    quantity: variant.tracked ? stock : undefined,
    status: product.status,
    allow_backorders: variant.inventoryPolicy === "CONTINUE" ? "Y" : "N",
    ...Object.fromEntries(urls.map((url, at) => [`image_url_${at + 1}`, url])),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => !isUnknown(value)));
}

const isUnknown = (value: unknown): boolean =>
  value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

const decode = (text: string): string => text.replaceAll("&amp;", "&");

const money = (price: string): string => {
  const [whole = "", cents = ""] = price.split(".");
  return `${whole}.${cents.replace(/0+$/, "").padEnd(2, "0")}`;
};

/** Four decimals, half up, in whole numbers; a pound is 453.59237 g. */
function pounds({ value, unit }: Weight): number | undefined {
  const nanograms = { GRAMS: 1n, KILOGRAMS: 1000n, OUNCES: 28_349_523_125n, POUNDS: 453_592_370_000n };
  const factor = unit === "GRAMS" || unit === "KILOGRAMS" ? nanograms[unit] * 10n ** 9n : nanograms[unit];
  const [whole = "0", decimals = ""] = String(value).split(".");
  const scale = 10n ** BigInt(decimals.length);
  const numerator = BigInt(whole + decimals) * factor * 10_000n * 2n;
  const denominator = scale * 453_592_370_000n;
  const units = (numerator + denominator) / (denominator * 2n);
  return units === 0n ? undefined : Number(units) / 10_000;
}

/** The price has seventeen digits, more than psync takes for one. */
const refused = "ODD-COSTLY";

beforeAll(async () => {
  shop = await bed.openShop({ products: 300 });
  rig = openRig(shop, { clock: bed.clock });
  run = await rig.import({ priceSync: true });
});

afterAll(async () => {
  rig.close();
  await bed.close();
});

const of = (sku: string): Product | undefined => rig.products().find((product) => product.sku === sku);
const rowOf = (sku: string): VariantRow => {
  const row = shop.store.variants.find((each) => shop.store.variant(each).sku === sku);
  if (row === undefined) throw new RangeError(sku);
  return row;
};
/** What became of a variant that is no product: the outcome, and the code of why. */
const fateOf = (sku: string): string[] =>
  run.list.filter(({ key }) => key === rowOf(sku).id).map(({ outcome, code }) => `${outcome} ${code}`);

describe("src/channels/shopify/index.ts, through mappings/channels/shopify.yaml", () => {
  test.each([true, false])(
    "all products with all their fields are as the article says, prices: %s",
    async (priceSync) => {
      const own = priceSync ? rig : openRig(shop, { clock: bed.clock });
      const imported = priceSync ? run : await own.import({ priceSync });
      const expected = [...own.importable()]
        .filter(([, sku]) => sku !== refused)
        .map(([key]) => expectedOf(rowById(key), priceSync));
      const bySku = (one: Record<string, unknown>, other: Record<string, unknown>): number =>
        Buffer.compare(Buffer.from(String(one["sku"])), Buffer.from(String(other["sku"])));
      expect(own.products()).toEqual(expected.sort(bySku));
      expect(expected.length).toBeGreaterThan(500);
      expect(imported.report.counts).toMatchObject({
        read: shop.variants.length,
        created: expected.length,
        rejected: 1,
      });
      if (own !== rig) own.close();
    },
  );

  const rowById = (key: string): VariantRow => {
    const row = shop.store.findVariant(key);
    if (row === undefined) throw new RangeError(key);
    return row;
  };

  test("every field that the table fills is filled somewhere, and every unit of weight occurs", () => {
    const fields = new Set(rig.products().flatMap((product) => Object.keys(product)));
    for (const field of Object.keys(expectedOf(rowOf("ODD-IMAGES-1"), true))) expect(fields).toContain(field);
    const units = new Set(shop.store.variants.map((row) => shop.store.variant(row).weight?.unit));
    expect([...units].filter((unit) => unit !== undefined).sort()).toEqual([
      "GRAMS",
      "KILOGRAMS",
      "OUNCES",
      "POUNDS",
    ]);
  });
});

describe("the reference's gotchas", () => {
  test("single-variant product: neither option nor variant title, whatever the placeholder is called", () => {
    expect(of("ODD-CSV")).toMatchObject({ name: "From an old CSV file" });
    expect(of("ODD-CSV")?.attribute_names).toBeUndefined();
    expect(Object.keys(of("ODD-CSV")?.custom_fields ?? {})).toEqual(["variant_id"]);
    // Two variants that are only called like the placeholder.
    expect(of("ODD-TITLE-1")).toMatchObject({
      name: "Book with a real title - Default Title",
      custom_fields: { Title: "Default Title" },
    });
  });

  test("variant without SKU: skipped and counted, with its address in the shop", () => {
    const none = shop.store.variants.filter((row) => (shop.store.variant(row).sku ?? "").trim() === "");
    const told = run.list.filter(({ code }) => code === "no-sku");
    expect(told.map(({ key }) => key).sort()).toEqual(none.map(({ id }) => id).sort());
    expect(none.length).toBe(2);
    for (const { message } of told)
      expect(message).toMatch(/https:\/\/harbor-goods\.myshopify\.com\/admin\/products\/\d+\/variants\/\d+/);
  });

  test("same SKU on several variants: none is written, all are named", () => {
    expect(of("ODD-TWIN")).toBeUndefined();
    expect(run.list.filter(({ code }) => code === "duplicate-sku")).toHaveLength(2);
  });

  test("SKU text: slashes, spaces, zeros and case stay", () => {
    for (const sku of [
      "Cam/4567?x=1#2 50%",
      "000123",
      "123",
      "ODD PAD  1",
      "ODD-CASE",
      "odd-case",
      "ODD-🍵-茶",
    ])
      expect(of(sku)).toBeDefined();
  });

  test("matching by SKU without parent: each variant of a product is a product of its own", () => {
    expect(rig.skus().filter((sku) => sku.startsWith("ODD-ROPE-"))).toHaveLength(260);
  });

  test("more options than expected: all five are there, and options called like fields stay apart from these", () => {
    expect(of("ODD-OPTIONS-3")?.attribute_names).toEqual(["Wood", "Finish", "Length", "Engraving", "Handle"]);
    expect(of("ODD-NAMES-1")).toMatchObject({
      sku: "ODD-NAMES-1",
      custom_fields: { SKU: "S1", Name: "Pilot", price: "low" },
    });
  });

  test.each([
    ["gift cards: no items", "ODD-GIFT", "skipped not-sellable"],
    ["bundles: no items", "ODD-BUNDLE", "skipped not-sellable"],
    ["digital goods: not shipped", "ODD-DIGITAL", "skipped not-shippable"],
    ["drafts: left out by status", "ODD-DRAFT", "skipped status"],
    ["archived: left out by status", "ODD-ARCHIVED", "skipped status"],
  ])("%s", (_name, sku, fate) => {
    expect(fateOf(sku)).toEqual([fate]);
    expect(of(sku)).toBeUndefined();
  });

  test("unlisted: taken; drafts too where they are wanted, and digital goods with includeDigital", async () => {
    expect(of("ODD-UNLISTED")).toMatchObject({ status: "UNLISTED" });
    const small = await bed.openShop({ products: 96 });
    const own = openRig(small, { clock: bed.clock });
    await own.import({ settings: { statuses: ["DRAFT"] }, options: { includeDigital: true } });
    expect(own.skus()).toEqual(["ODD-DRAFT"]);
    await own.import({ options: { includeDigital: true } });
    expect(own.skus()).toContain("ODD-DIGITAL");
    own.close();
  });

  test("status filter by version: no search is used, the statuses are looked at here", () => {
    const pages = shop.requests.filter(({ body }) => body.includes("query VariantPage"));
    expect(pages.length).toBeGreaterThan(0);
    for (const { body } of pages)
      expect((JSON.parse(body) as { variables: { query: unknown } }).variables.query).toBeNull();
  });

  test("barcode: zeros stay, spaces go from digits, other text stays, nothing is absent", () => {
    expect(of("ODD-EAN")?.UPC).toBe("0012345678905");
    expect(of("ODD-UPC")?.UPC).toBe("036000291452");
    expect(of("ODD-BC-SPACES")?.UPC).toBe("5012345678900");
    expect(of("ODD-BC-TEXT")?.UPC).toBe("see label, bin 12");
    for (const sku of ["ODD-BC-EMPTY", "ODD-BARE"]) expect(of(sku)).not.toHaveProperty("UPC");
  });

  test.each(["ODD-UNTRACKED", "ODD-UNSTOCKED", "ODD-ELSEWHERE"])(
    "not tracked, not stocked at the location: %s has no quantity, not 0",
    (sku) => {
      expect(of(sku)).toBeDefined();
      expect(of(sku)).not.toHaveProperty("quantity");
    },
  );

  test("negative stock passes, and 0 is 0", () => {
    expect(of("ODD-NEGATIVE")).toMatchObject({ quantity: -4, allow_backorders: "Y" });
    expect(of("ODD-NOTHING")).toMatchObject({ quantity: 0 });
  });

  test("inventoryQuantity: the sum over all locations is never asked for", () => {
    expect(shop.requests.some(({ body }) => body.includes("inventoryQuantity"))).toBe(false);
  });

  test("HTML text stays as the shop keeps it; entities of titles are decoded", () => {
    expect(of("ODD-HTML")).toMatchObject({ name: "Harbor Canvas Tote & Strap" });
    expect(of("ODD-HTML")?.description).toContain("<table><tr><td>Width</td>");
  });

  test("images: what is in the works or a film is left out, the variant's own is first, each once", () => {
    expect(of("ODD-PROCESSING")).toMatchObject({ image_url_1: expect.stringContaining("900001-1") });
    expect(of("ODD-PROCESSING")).not.toHaveProperty("image_url_2");
    expect(of("ODD-FILM")).toMatchObject({ image_url_1: expect.stringContaining("900002-0") });
    expect(of("ODD-IMAGES-2")).toMatchObject({
      image_url_1: expect.stringContaining("900003-25"),
      image_url_2: expect.stringContaining("900003-0"),
      image_url_20: expect.stringContaining("900003-18"),
    });
  });

  test("prices: decimal text, none of them through a float; too many digits are rejected, not rounded", () => {
    expect(of("ODD-FREE")?.retail_price).toBe("0.00");
    expect(of("ODD-DECIMALS")?.retail_price).toBe("12.345");
    expect(run.list.find(({ key }) => key === rowOf(refused).id)).toMatchObject({
      outcome: "rejected",
      message: expect.stringContaining("12345678901234567.89"),
    });
  });

  test("custom sizes, cost: neither is asked for, so no further right is needed", () => {
    expect(shop.requests.some(({ body }) => /metafield|unitCost/.test(body))).toBe(false);
  });

  test("field removed in a later version: the version that answers is told when it is another one", async () => {
    const later = await bed.openShop({ products: 1, versions: ["2027-01"] });
    const own = openRig(later, { clock: bed.clock });
    expect((await own.import()).exit).toBe(0);
    expect(own.logs.join("\n")).toContain("API version 2027-01 in place of 2026-10");
    own.close();
  });

  test("ids of 64 bits stay exact", () => {
    const ids = rig.products().map((product) => product.custom_fields?.["variant_id"]);
    expect(ids).toEqual(expect.arrayContaining(["9007199254740992", "9007199254740993"]));
  });
});

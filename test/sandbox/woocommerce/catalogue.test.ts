import { describe, expect, test } from "@jest/globals";
import { sampleCatalogue } from "../../../src/sandbox/woocommerce/catalogue.js";
import {
  isVariation,
  textOf,
  type Body,
  type WooCatalogue,
  type WooRow,
} from "../../../src/sandbox/woocommerce/model.js";
import { shopUpc } from "../../../src/sandbox/woocommerce/sample-product.js";
import { newProduct, newVariation } from "../../../src/sandbox/woocommerce/template.js";

const home = "http://shop.example";

function bodies(catalogue: WooCatalogue, of: (row: WooRow) => boolean = () => true): Body[] {
  return catalogue.rows.filter(of).map((row) => catalogue.item(row, home).body);
}

function sellable(catalogue: WooCatalogue): WooRow[] {
  return catalogue.rows.filter(
    (row) => row.status === "publish" && ["simple", "variation"].includes(row.type),
  );
}

describe("src/sandbox/woocommerce/catalogue.ts", () => {
  const usual = sampleCatalogue();

  test("has the size of a small shop", () => {
    expect(sellable(usual).length).toBeGreaterThan(500);
    expect(usual.rows.filter((row) => row.type === "variable").length).toBeGreaterThan(50);
    const children = new Map<number, number>();
    for (const row of usual.rows.filter(isVariation))
      children.set(row.parent, (children.get(row.parent) ?? 0) + 1);
    expect([...children.values()].filter((count) => count > 100)).toEqual([118, 205]);
  });

  test("rows ascend by id, and every record has all keys in the recorded order", () => {
    const ids = usual.rows.map((row) => row.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const [productKeys, variationKeys] = [Object.keys(newProduct()), Object.keys(newVariation())];
    expect([productKeys.length, variationKeys.length]).toEqual([71, 46]);
    for (const row of usual.rows) {
      const { body } = usual.item(row, home);
      expect(Object.keys(body)).toEqual(isVariation(row) ? variationKeys : productKeys);
      expect(body["id"]).toBe(row.id);
    }
  });

  test("is the same for the same seed, and another for another", () => {
    const some = { products: 40 };
    expect(bodies(sampleCatalogue(some))).toEqual(bodies(sampleCatalogue({ ...some, seed: 1 })));
    expect(bodies(sampleCatalogue(some))).not.toEqual(bodies(sampleCatalogue({ ...some, seed: 2 })));
  });

  test("makes a record without those before it", () => {
    const row = usual.rows.at(-1);
    if (row === undefined) throw new Error("the catalogue is empty");
    expect(usual.item(row, home)).toEqual(bodies(usual).length > 0 ? sampleCatalogue().item(row, home) : {});
  });

  test.each([0, 1, 2, 3, 100, 101])("comes with %i products too", (products) => {
    const catalogue = sampleCatalogue({ products, odd: false, variable: false });
    expect(catalogue.rows.length).toBe(products);
    expect(sellable(catalogue).length).toBe(products);
  });

  test("without the odd cases every SKU is there, and there once", () => {
    const plain = sampleCatalogue({ odd: false });
    const skus = sellable(plain).map((row) => textOf(plain.item(row, home).body["sku"]));
    expect(skus).not.toContain("");
    expect(new Set(skus).size).toBe(skus.length);
  });

  test.each(
    [
      ["draft", "pending", "private", "future", "trash"].map(
        (status) => [`a ${status} one`, (row: WooRow) => row.status === status] as const,
      ),
      ["grouped", "external"].map((type) => [`a ${type} one`, (row: WooRow) => row.type === type] as const),
      [["a zero date", (row: WooRow) => row.modified === null] as const],
      [["a disabled variation", (row: WooRow) => isVariation(row) && row.status === "private"] as const],
      [
        [
          "an orphan",
          (row: WooRow) => isVariation(row) && !usual.rows.some((other) => other.id === row.parent),
        ] as const,
      ],
    ].flat(),
  )("holds %s", (_name, matches) => {
    expect(usual.rows.some(matches)).toBe(true);
  });

  test.each<readonly [string, (body: Body) => boolean]>([
    ["a missing SKU", (body) => body["sku"] === "" && body["type"] === "simple"],
    ["SKU 0", (body) => body["sku"] === "0"],
    ["leading zeros", (body) => body["sku"] === "000123"],
    ["a lower-case twin", (body) => body["sku"] === "odd-case"],
    ["a comma in the SKU", (body) => textOf(body["sku"]).includes(",")],
    ["a quote in the SKU", (body) => textOf(body["sku"]).includes('"')],
    ["spaces around the SKU", (body) => textOf(body["sku"]).startsWith(" ")],
    ["CJK in the SKU", (body) => /\p{Script=Han}/u.test(textOf(body["sku"]))],
    ["an emoji in the name", (body) => textOf(body["name"]).includes("🍵")],
    ["a right-to-left name", (body) => /\p{Script=Arabic}/u.test(textOf(body["name"]))],
    ["a combining mark", (body) => textOf(body["name"]).includes("\u0308")],
    ["a name of over 250 characters", (body) => textOf(body["name"]).length > 250],
    ["an entity in the name", (body) => textOf(body["name"]).includes("&amp;")],
    ["a control character", (body) => textOf(body["name"]).includes("\u001b")],
    ["a weight without a leading zero", (body) => body["weight"] === ".5"],
    ["a negative weight", (body) => body["weight"] === "-2"],
    ["a price that is no number", (body) => body["price"] === "1,299.00"],
    ["negative stock", (body) => Number(body["stock_quantity"]) < 0],
    ["a virtual product", (body) => body["virtual"] === true],
    ["a downloadable product", (body) => body["downloadable"] === true],
    ["a sale price", (body) => body["on_sale"] === true && body["price"] === body["sale_price"]],
    ["a GTIN with hyphens", (body) => textOf(body["global_unique_id"]).includes("-")],
    ["backorders", (body) => body["backorders_allowed"] === true],
    ["a variation with open attributes", (body) => body["type"] === "variation" && body["name"] === ""],
    ["a variation with its own image", (body) => body["image"] !== null && body["type"] === "variation"],
    ["meta data", (body) => JSON.stringify(body["meta_data"]).includes("hs_code")],
    [
      "a repeated image",
      (body) => {
        const ids = Array.isArray(body["images"])
          ? (body["images"] as Body[]).map((image) => image["id"])
          : [];
        return new Set(ids).size < ids.length;
      },
    ],
  ])("holds %s", (_name, matches) => {
    expect(bodies(usual).some(matches)).toBe(true);
  });

  test("a hundred thousand products are rows only", () => {
    const big = sampleCatalogue({ products: 100_000, variable: false });
    const row = big.rows[99_998];
    if (row === undefined) throw new Error("the catalogue is too small");
    expect(big.item(row, home).body).toMatchObject({ id: row.id });
  });

  test("shop numbers have right check digits", () => {
    expect(shopUpc(0)).toBe("200000000004");
    const digits = shopUpc(98_765).split("").map(Number);
    const sum = digits.reduce((total, digit, place) => total + digit * (place % 2 === 0 ? 3 : 1), 0);
    expect(sum % 10).toBe(0);
  });
});

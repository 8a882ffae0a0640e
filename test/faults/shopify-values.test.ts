import { describe, expect, test } from "@jest/globals";

import type { ProductData, VariantData, Weight } from "../../src/sandbox/shopify/model.js";
import { expectSound, expectWhole, type Imported } from "./rig.js";
import { script } from "./script.js";
import { bend, createShopifyRigs, isPage, type Item, numbered, type ShopOf } from "./shopify-rig.js";

const { openShopOf } = createShopifyRigs();

/** What a run made of each item's field: the value, undefined for none, null for a rejection that shows the path. */
function outcomes(
  opened: ShopOf,
  run: Imported,
  field: "retail_price" | "weight_lbs" | "quantity",
): unknown[] {
  const products = new Map(
    opened.rig.products().map((product) => [product.custom_fields?.["variant_id"], product]),
  );
  return opened.ids.map((id) => {
    const issue = run.list.find(({ key }) => key === id);
    if (issue === undefined) return products.get(id)?.[field];
    expect(issue).toMatchObject({ outcome: "rejected", code: "invalid" });
    expect(issue.message).toMatch(new RegExp(`^${field}: `));
    return null;
  });
}

describe("numbers", () => {
  test("R53: each odd price becomes exact decimal text, nothing, or a rejection that shows it", async () => {
    const prices: readonly (readonly [given: string, becomes: string | null | undefined])[] = [
      ["", undefined],
      ["0", "0.00"],
      ["0.00", "0.00"],
      ["-1", null],
      ["1,299.00", null],
      ["1.299,00", null],
      ["1e3", null],
      ["NaN", null],
      ["1".repeat(30), null],
      ["999999999999999.99", "999999999999999.99"],
      ["19.9999", "19.9999"],
      ["0.1", "0.10"],
      ["28", "28.00"],
      ["007.10", "7.10"],
    ];
    const opened = await openShopOf(prices.map(([price]) => ({ price })));
    const run = await opened.rig.import({ priceSync: true });
    expect(run.exit).toBe(3);
    await expectSound(opened.rig, run);
    expect(outcomes(opened, run, "retail_price")).toEqual(prices.map(([, becomes]) => becomes));
    expect((await opened.rig.import({ priceSync: true })).report.counts).toMatchObject({
      created: 0,
      updated: 0,
    });
  });

  test("R54: grams, kilograms, ounces and pounds, right to half of the last place; zero and none are unknown", async () => {
    const weights: readonly (readonly [weight: Weight | null, becomes: number | null | undefined])[] = [
      [{ value: 453.59237, unit: "GRAMS" }, 1],
      [{ value: 100, unit: "GRAMS" }, 0.2205],
      [{ value: 1.2, unit: "KILOGRAMS" }, 2.6455],
      [{ value: 8, unit: "OUNCES" }, 0.5],
      [{ value: 2.5, unit: "POUNDS" }, 2.5],
      [{ value: 0.3333333, unit: "POUNDS" }, 0.3333],
      [{ value: 0, unit: "KILOGRAMS" }, undefined],
      [{ value: 0.00001, unit: "GRAMS" }, undefined],
      [null, undefined],
      [{ value: -2, unit: "POUNDS" }, null],
      [{ value: 1e15, unit: "POUNDS" }, null],
    ];
    const opened = await openShopOf([...weights.map(([weight]) => ({ weight })), ...numbered(1)]);
    const { shop, rig, ids } = opened;
    const stones = bend((variant) =>
      variant["legacyResourceId"] === ids.at(-1)
        ? {
            ...variant,
            inventoryItem: { tracked: false, measurement: { weight: { value: 1, unit: "STONES" } } },
          }
        : variant,
    );
    shop.faults.add(script(stones, isPage));
    const run = await rig.import();
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expect(outcomes(opened, run, "weight_lbs")).toEqual([...weights.map(([, becomes]) => becomes), null]);
    // The same weight in another unit is the same weight.
    shop.edit(ids[4] ?? "", { weight: { value: 40, unit: "OUNCES" } });
    expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R55: null is unknown and never 0, negative passes, 2^53 is exact; only the chosen location counts", async () => {
    const all: readonly (readonly [Item, number | null | undefined])[] = [
      [{ tracked: false, stock: { "7001": 5 } }, undefined],
      [{ stock: {} }, undefined],
      [{ stock: { "7002": 12 } }, undefined],
      [{ stock: { "7001": 0, "7002": 3 } }, 0],
      [{ stock: { "7001": -4 } }, -4],
      [{ stock: { "7001": 2 ** 53 } }, 2 ** 53],
      [{ stock: { "7001": 7, "7002": 9 } }, 7],
    ];
    const opened = await openShopOf(all.map(([item]) => item));
    const run = await opened.rig.import();
    expect(run.exit).toBe(0);
    expect(outcomes(opened, run, "quantity")).toEqual(all.map(([, becomes]) => becomes));
    // What becomes unknown leaves the last known value alone.
    opened.shop.setStock(opened.ids[6] ?? "", "7001", null);
    const next = await opened.rig.import();
    expect(outcomes(opened, next, "quantity").at(-1)).toBe(7);
    await expectSound(opened.rig, next);
  });

  test.each<[string, string]>([
    ["of an id that is gone", "7999"],
    ["that was renamed", "Harbour Warehouse"],
  ])(
    "R55: a location %s is code 4 that lists what there is, before anything is read",
    async (_name, wanted) => {
      const { shop, rig } = await openShopOf(numbered(3));
      const run = await rig.import({ settings: { inventoryLocation: wanted } });
      expect(run).toMatchObject({ exit: 4, error: { code: "no-such-location" } });
      expect((run.error as Error).message).toContain("Harbor Warehouse (7001)");
      expect(shop.requests.some(({ body }) => body.includes("VariantPage"))).toBe(false);
      await expectSound(rig, run);
    },
  );
});

describe("what comes and goes", () => {
  test("R56: drafts, archived and deleted ones, and their return: nothing is ever deleted, each is counted", async () => {
    const { shop, rig, ids } = await openShopOf(numbered(4));
    await rig.import();
    const [a, b] = shop.store.products.map(({ id }) => id);
    shop.editProduct(a ?? "", { status: "DRAFT" });
    shop.editProduct(b ?? "", { status: "ARCHIVED" });
    shop.remove(ids[2] ?? "");
    const gone = await rig.import();
    expect(gone.report.counts).toMatchObject({ read: 3, skipped: 2, missing: 1, updated: 0 });
    expect(gone.list.map(({ code }) => code)).toEqual(["status", "status"]);
    expect(rig.skus()).toHaveLength(4);
    await expectSound(rig, gone);
    shop.editProduct(a ?? "", { status: "UNLISTED" });
    const back = await rig.import({ settings: { statuses: ["ACTIVE", "UNLISTED", "ARCHIVED"] } });
    expect(back.report.counts).toMatchObject({ read: 3, created: 0, skipped: 0, missing: 1 });
    await expectSound(rig, back);
  });

  test.each<[string, Partial<VariantData>, Partial<ProductData>]>([
    ["all prices a hundredfold", { price: "100.00" }, {}],
    ["all names the same", {}, { title: "Produkt" }],
  ])("R59: %s: code 7 before the first write", async (_name, variant, product) => {
    const { shop, rig, ids } = await openShopOf(numbered(120));
    await rig.import({ priceSync: true });
    const before = rig.text();
    for (const id of ids) shop.edit(id, variant);
    for (const { id } of shop.store.products) shop.editProduct(id, product);
    const run = await rig.import({ priceSync: true });
    expect(run.exit).toBe(7);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expect((await rig.import({ priceSync: true, request: { force: true } })).report.counts.updated).toBe(120);
  });

  test("R59: half of the products are gone: nothing is deleted", async () => {
    const { shop, rig, ids } = await openShopOf(numbered(120));
    await rig.import();
    for (const id of ids.slice(60)) shop.remove(id);
    const half = await rig.import();
    expect(half.report.counts).toMatchObject({ missing: 60, updated: 0 });
    expect(rig.skus()).toHaveLength(120);
    await expectSound(rig, half);
  });

  test.each([0, 1, 249, 250, 251])("R60: %i products", async (count) => {
    const { rig } = await openShopOf(numbered(count));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 0, report: { counts: { read: count, created: count } } });
    await expectSound(rig, run);
    expectWhole(rig, run);
  });
});

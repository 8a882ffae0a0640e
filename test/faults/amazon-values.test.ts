import { describe, expect, test } from "@jest/globals";

import type { Measure } from "../../src/sandbox/amazon/model.js";
import { at, changed, createAmazonRigs } from "./amazon-rig.js";
import { expectSound, type Rig } from "./rig.js";
import { script } from "./script.js";

const { openShopOf, later } = createAmazonRigs();

const noEnrichment = { settings: { enrich: false } };
const named = (rig: Rig, sku: string) => rig.products().find((product) => product.sku === sku);

describe("numbers", () => {
  const prices: readonly (readonly [given: string, becomes: string | null | undefined])[] = [
    ["", undefined],
    ["0", "0.00"],
    ["-1", null],
    ["1,299.00", null],
    ["1.299,00", null],
    ["1 299.00", null],
    ["1e3", null],
    ["$5", null],
    ["NaN", null],
    ["1".repeat(30), null],
    ["19.9999", "19.9999"],
    ["7.5", "7.50"],
    [" 28 ", "28.00"],
    ["007.10", "7.10"],
  ];

  test.each([false, true])(
    "R53: each odd price becomes exact text, nothing, or a rejection that shows it (listings: %s)",
    async (withSellerId) => {
      const { rig } = await openShopOf(
        prices.map(([price]) => ({ price })),
        { withSellerId },
      );
      const run = await rig.import({ ...noEnrichment, priceSync: true });
      expect(run.exit).toBe(3);
      await expectSound(rig, run);
      for (const [index, [given, becomes]] of prices.entries()) {
        const product = named(rig, `S-${100 + index}`);
        const issue = run.list.find(({ key }) => key === `S-${100 + index}`);
        expect([given, product?.retail_price ?? (product === undefined ? null : undefined)]).toEqual([
          given,
          becomes,
        ]);
        if (becomes === null) expect(issue?.message).toMatch(/^retail_price: .*\(price: /);
      }
      // Without the price nothing but the price is missing.
      expect((await rig.import(noEnrichment)).report.counts).toMatchObject({
        rejected: run.report.counts.rejected,
      });
    },
  );

  test("R54: units of every kind, mixed in one item; zero, negative, unknown and no unit; one table, no second write", async () => {
    const weights: readonly (readonly [given: Partial<Measure>, becomes: number | null | undefined])[] = [
      [{ value: 1, unit: "pounds" }, 1],
      [{ value: 1, unit: "kilograms" }, 2.2046],
      [{ value: 453.59237, unit: "Grams" }, 1],
      [{ value: 16, unit: "ounces" }, 1],
      [{ value: 0.00001, unit: "ounces" }, undefined],
      [{ value: 0, unit: "pounds" }, undefined],
      [{ value: -1, unit: "pounds" }, null],
      [{ value: 3, unit: "stones" }, undefined],
      [{ value: 3 }, undefined],
      [{ unit: "pounds" }, undefined],
    ];
    const { shop, rig } = await openShopOf(weights.map((_weight, index) => ({ asin: `B0WEIGHT0${index}` })));
    const measured = changed("measured", (json) => ({
      ...json,
      items: (json["items"] as readonly { readonly asin: string }[]).map((item) => ({
        ...item,
        dimensions: [
          {
            marketplaceId: "ATVPDKIKX0DER",
            package: {
              weight: weights[Number(item.asin.slice(-1))]?.[0],
              length: { value: 10.49999998929, unit: "inches" },
              width: { value: 2.54, unit: "centimeters" },
            },
            item: { height: { value: 25.4, unit: "millimeters" } },
          },
        ],
      })),
    }));
    shop.faults.add(script(measured, at("searchCatalogItems")));
    const run = await rig.import();
    await expectSound(rig, run);
    for (const [index, [given, becomes]] of weights.entries()) {
      const product = named(rig, `S-${100 + index}`);
      expect([given, product === undefined ? null : product.weight_lbs]).toEqual([given, becomes]);
      if (product !== undefined)
        expect(product).toMatchObject({ length_in: 10.5, width_in: 1, height_in: 1 });
    }
    await later();
    expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R55: quantities blank, negative, of 2^53 and of Amazon's; a location that no listing has is code 4 and lists them", async () => {
    const { rig } = await openShopOf([
      { quantity: "" },
      { quantity: "-3" },
      { quantity: "9007199254740992" },
      { quantity: "9007199254740994" },
      { quantity: "many" },
      { quantity: "7", channel: "AMAZON_NA", fulfillable: 12 },
      { quantity: "", channel: "AMAZON_NA", fulfillable: 0 },
    ]);
    const run = await rig.import(noEnrichment);
    expect(rig.products().map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ["S-100", undefined],
      ["S-101", -3],
      ["S-102", 2 ** 53],
      ["S-105", undefined],
      ["S-106", undefined],
    ]);
    expect(run.list.map(({ key }) => key)).toEqual(["S-103", "S-104"]);
    await expectSound(rig, run);
    const held = await rig.import({ settings: { enrich: false, inventoryLocation: "AMAZON_NA" } });
    expect(held.exit).toBe(0);
    expect(["S-101", "S-105", "S-106"].map((sku) => named(rig, sku)?.quantity)).toEqual([-3, 12, 0]);
    const before = rig.text();
    const other = await rig.import({ settings: { enrich: false, inventoryLocation: "AMAZON_EU" } });
    expect(other).toMatchObject({ exit: 4, error: { hint: "There are AMAZON_NA, DEFAULT." } });
    expect(rig.text()).toBe(before);
  });
});

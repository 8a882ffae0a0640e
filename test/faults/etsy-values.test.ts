import { describe, expect, test } from "@jest/globals";

import type { Body } from "../../src/sandbox/etsy/model.js";
import { createRandom } from "../../src/sandbox/random.js";
import { priceText, roundedMeasure } from "../support/rules.js";
import { createEtsyRigs, many, money, type Wanted } from "./etsy-rig.js";
import { expectDone, expectRepaired, expectSound } from "./rig.js";

const { openShopOf } = createEtsyRigs();

/** What a value of a listing becomes: null for a rejection that names `field`, undefined for nothing. */
async function expectBecomes(
  cases: readonly (readonly [given: unknown, becomes: unknown])[],
  make: (given: unknown) => Wanted,
  field: "retail_price" | "weight_lbs" | "length_in" | "quantity",
): Promise<void> {
  const { rig, keys } = await openShopOf(cases.map(([given]) => make(given)));
  const run = await rig.import({ priceSync: true });
  await expectSound(rig, run);
  const bySku = new Map(rig.products().map((product) => [product.sku, product]));
  for (const [index, [given, becomes]] of cases.entries()) {
    const product = bySku.get(`SKU-${100 + index}`);
    const issue = run.list.find(({ key }) => key === keys[index]);
    const told = {
      given,
      outcome: issue?.outcome,
      field: issue?.message.split(": ")[0],
      value: product?.[field],
    };
    if (becomes === null) expect(told).toEqual({ given, outcome: "rejected", field, value: undefined });
    else expect(told).toEqual({ given, outcome: undefined, field: undefined, value: becomes });
  }
  expect((await rig.import({ priceSync: true })).report.counts).toMatchObject({ created: 0, updated: 0 });
}

describe("numbers", () => {
  test("R53: each odd price becomes exact decimal text, nothing, or a rejection that names it", async () => {
    const cases: readonly (readonly [unknown, string | null | undefined])[] = [
      [money(2800), "28.00"],
      [money(0), "0.00"],
      [money(5), "0.05"],
      [money(4500, 1), "4500.00"],
      [money(28_125, 1000), "28.125"],
      [money(750, 10), "75.00"],
      [money(-1), null],
      [money(1, 0), null],
      [money(1, 3), null],
      [money(1, -100), null],
      [money("2800", "100"), null],
      [money(1.5), null],
      [money(2 ** 60), null],
      [money(null), null],
      [money(2800, null), null],
      ["28.00", "28.00"],
      ["1.299,00", null],
      [null, undefined],
      [true, null],
    ];
    await expectBecomes(cases, (price) => ({ offering: { price } }), "retail_price");
  });

  test("R53: 600 random prices, not one cent of error; two currencies are told of", async () => {
    const random = createRandom(53);
    const prices = many(600, () => {
      const divisor = random.pick([1, 100, 1000]);
      return { offering: { price: money(random.int(0, 10 ** random.int(1, 9)), divisor) } };
    });
    const { rig } = await openShopOf([
      ...prices,
      { offering: { price: { ...money(5), currency_code: "EUR" } } },
    ]);
    await expectDone(rig, await rig.import({ priceSync: true }));
    const bySku = new Map(rig.products().map(({ sku, retail_price }) => [sku, retail_price]));
    const wrong = prices.filter(
      ({ offering }, index) => bySku.get(`SKU-${100 + index}`) !== priceText(offering?.["price"] as Body),
    );
    expect(wrong).toEqual([]);
    expect(rig.logs.filter((line) => line.includes("prices are in"))).toHaveLength(1);
  });

  test("R54: weights of every unit, zero, negative, without a unit, and absurd", async () => {
    const cases: (readonly [readonly [unknown, unknown], number | null | undefined])[] = [];
    for (const unit of ["oz", "lb", "g", "kg"])
      for (const value of [0.25, 1, 14.5, Math.fround(3.3), 453.59237])
        cases.push([[value, unit], roundedMeasure(value, unit, "lb")]);
    cases.push(
      [[0, "oz"], undefined],
      [[0.00001, "g"], undefined],
      [[null, "oz"], undefined],
      [[12, null], undefined],
    );
    cases.push(
      [[12, ""], undefined],
      [[-2, "oz"], null],
      [[-2, null], null],
      [[2, "stone"], null],
      [["2,5", "oz"], null],
    );
    cases.push([[1e12, "kg"], null], [[{}, "kg"], null]);
    await expectBecomes(
      cases,
      (given) => {
        const [item_weight, item_weight_unit] = given as readonly unknown[];
        return { listing: { item_weight, item_weight_unit } };
      },
      "weight_lbs",
    );
  });

  test("R54: lengths of every unit; the shop's unit changes between two runs; no second write", async () => {
    const units = ["in", "inches", "ft", "yd", "mm", "cm", "m"];
    const { shop, rig, ids } = await openShopOf(
      units.map((unit) => ({
        listing: { item_length: 3.3, item_width: 2.54, item_height: null, item_dimensions_unit: unit },
      })),
    );
    await expectDone(rig, await rig.import());
    for (const [index, product] of rig.products().entries()) {
      expect(product.length_in).toBe(roundedMeasure(3.3, units[index], "in"));
      expect(product.width_in).toBe(roundedMeasure(2.54, units[index], "in"));
      expect(product).not.toHaveProperty("height_in");
    }
    shop.edit(ids[0] ?? 0, { item_dimensions_unit: "cm" });
    expect((await rig.import()).report.counts).toMatchObject({ updated: 1, unchanged: units.length - 1 });
    expect(rig.products()[0]).toMatchObject({ length_in: 1.2992, width_in: 1 });
    await expectRepaired(rig);
  });

  test("R55: a quantity that is null is unknown and never 0, 2^53 is exact, nonsense is rejected", async () => {
    const cases: readonly (readonly [unknown, number | null | undefined])[] = [
      [null, undefined],
      [0, 0],
      [7, 7],
      [-3, -3],
      ["12", 12],
      [2 ** 53, 2 ** 53],
      ["", undefined],
      ["many", null],
      [true, null],
    ];
    await expectBecomes(cases, (quantity) => ({ offering: { quantity } }), "quantity");
  });

  test("R55: a quantity that becomes unknown leaves the last known one alone", async () => {
    const { shop, rig, keys } = await openShopOf([{ offering: { quantity: 5 } }]);
    await rig.import();
    shop.editProduct(Number(keys[0]?.split(":")[1]), { quantity: null });
    expect((await rig.import()).report.counts).toMatchObject({ unchanged: 1, updated: 0 });
    expect(rig.products()).toMatchObject([{ quantity: 5 }]);
  });
});

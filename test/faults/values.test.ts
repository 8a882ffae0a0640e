import { describe, expect, test } from "@jest/globals";

import { toMoney } from "../../src/mapping/decimal.js";
import { createRandom } from "../../src/sandbox/random.js";
import type { Body } from "../../src/sandbox/woocommerce/model.js";
import { expectRepaired, expectSound } from "./rig.js";
import { createWooRigs } from "./woo-rig.js";

const { openShopOf } = createWooRigs();

describe("prices", () => {
  const prices: readonly (readonly [given: unknown, becomes: string | null | undefined])[] = [
    ["", undefined],
    [null, undefined],
    ["0", "0.00"],
    [0, "0.00"],
    ["-1", null],
    ["1,299.00", null],
    ["1.299,00", null],
    ["1299,00", null],
    ["1 299.00", null],
    ["1e3", null],
    ["$5", null],
    ["5 EUR", null],
    ["NaN", null],
    ["Infinity", null],
    ["1".repeat(30), null],
    ["1".repeat(15), `${"1".repeat(15)}.00`],
    ["19.9999", "19.9999"],
    ["0.125", "0.125"],
    ["7.5", "7.50"],
    ["28", "28.00"],
    ["007.10", "7.10"],
    [".5", "0.50"],
    [0.1, "0.10"],
    [1e21, null],
    [12.345, "12.345"],
    [true, null],
    [{ amount: "5" }, null],
    [["5"], null],
  ];

  test("R53: each odd price of a shop becomes exact decimal text, nothing, or a rejection that shows it", async () => {
    const { rig, ids } = await openShopOf(
      prices.map(([price], index) => ({ sku: `P-${100 + index}`, price })),
    );
    const run = await rig.import({ priceSync: true });
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    const bySku = new Map(rig.products().map((product) => [product.sku, product]));
    for (const [index, [given, becomes]] of prices.entries()) {
      const product = bySku.get(`P-${100 + index}`);
      const issue = run.list.find(({ key }) => key === String(ids[index]));
      if (becomes === null) {
        expect({ given, product }).toEqual({ given, product: undefined });
        expect(issue).toMatchObject({ outcome: "rejected", code: "invalid" });
        expect(issue?.message).toMatch(/^retail_price: .*\(price: /);
      } else {
        expect({ given, price: product?.retail_price }).toEqual({ given, price: becomes });
        expect(issue).toBeUndefined();
      }
    }
    expect((await rig.import({ priceSync: true })).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R53: 100,000 random prices, not one cent of error", () => {
    const random = createRandom(53);
    let wrong = 0;
    for (let count = 0; count < 100_000; count += 1) {
      const [whole, cents] = [random.int(0, 10 ** random.int(0, 9)), random.int(0, 99)];
      const exact = `${whole}.${String(cents).padStart(2, "0")}`;
      const forms = [
        exact,
        `00${exact}`,
        `${exact}0`,
        Number(exact),
        { amount: whole * 100 + cents, divisor: 100 },
      ];
      if (toMoney(forms[count % forms.length]) !== exact) wrong += 1;
    }
    expect(wrong).toBe(0);
  });
});

describe("units", () => {
  const measured: Body[] = ["0.001", "0.25", "1", "2.2046", "453.59237", "0.3333333", "12.7", "999999"].map(
    (weight, index) => ({
      sku: `U-${index}`,
      weight,
      dimensions: { length: weight, width: "2.54", height: "30.48" },
    }),
  );

  test.each([
    ["kg", "cm"],
    ["g", "mm"],
    ["lbs", "in"],
    ["oz", "yd"],
    ["kg", "m"],
  ] as const)(
    "R54: a shop in %s and %s: both systems, right to half of the last place, and no second write",
    async (weightUnit, dimensionUnit) => {
      const { shop, rig } = await openShopOf(measured);
      shop.setUnits({ weightUnit, dimensionUnit });
      const run = await rig.import();
      await expectSound(rig, run);
      const kilograms = { kg: 1, g: 0.001, lbs: 0.45359237, oz: 0.028349523125 }[weightUnit];
      const centimetres = { cm: 1, mm: 0.1, in: 2.54, yd: 91.44, m: 100 }[dimensionUnit];
      const half = 0.00005 + 1e-9;
      for (const product of rig.products()) {
        const weight = Number(measured[Number(product.sku.slice(2))]?.["weight"]);
        expect(Math.abs((product.weight_kg ?? 0) - weight * kilograms)).toBeLessThanOrEqual(half);
        expect(Math.abs((product.weight_lbs ?? 0) - (weight * kilograms) / 0.45359237)).toBeLessThanOrEqual(
          half,
        );
        expect(Math.abs((product.width_cm ?? 0) - 2.54 * centimetres)).toBeLessThanOrEqual(half);
        expect(Math.abs((product.width_in ?? 0) - centimetres)).toBeLessThanOrEqual(half);
        expect(Math.abs((product.height_in ?? 0) - 12 * centimetres)).toBeLessThanOrEqual(half);
      }
      expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
    },
  );

  test("R54: the shop's unit changes between two runs: no date moves, and all weights are written anew", async () => {
    const { shop, rig } = await openShopOf([
      { sku: "A", weight: "2", dimensions: { length: "10", width: "", height: "" } },
      { sku: "B", weight: "", dimensions: { length: "", width: "", height: "" } },
    ]);
    await rig.import();
    expect(rig.products()[0]).toMatchObject({ weight_kg: 2, weight_lbs: 4.4092, length_cm: 10 });
    shop.setUnits({ weightUnit: "lbs", dimensionUnit: "in" });
    const run = await rig.import();
    expect(run.report.counts).toMatchObject({ updated: 1, unchanged: 1 });
    expect(rig.products()[0]).toMatchObject({
      weight_lbs: 2,
      weight_kg: 0.9072,
      length_in: 10,
      length_cm: 25.4,
    });
    await expectRepaired(rig);
  });

  test("R54: zero and nothing are unknown, negative, mixed and absurd values are rejected by field", async () => {
    const values: readonly (readonly [unknown, number | null | undefined])[] = [
      ["0", undefined],
      ["0.00001", undefined],
      ["", undefined],
      [null, undefined],
      [2, 2],
      ["-2", null],
      ["2,5", null],
      ["2 kg", null],
      ["1e9", null],
      ["1000000000000", null],
      [{}, null],
    ];
    const { rig, ids } = await openShopOf(
      values.map(([weight], index) => ({ sku: `W-${10 + index}`, weight })),
    );
    const run = await rig.import();
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    const bySku = new Map(rig.products().map((product) => [product.sku, product]));
    for (const [index, [given, becomes]] of values.entries()) {
      const product = bySku.get(`W-${10 + index}`);
      if (becomes === null) {
        expect({ given, product }).toEqual({ given, product: undefined });
        const issue = run.list.find(({ key }) => key === String(ids[index]));
        expect(issue?.message).toMatch(/^weight_lbs: .*weight_kg: /);
      } else {
        expect({ given, kg: product?.weight_kg }).toEqual({ given, kg: becomes });
      }
    }
  });
});

describe("quantities", () => {
  test("R55: null is unknown and never 0, negative passes, 2^53 is exact, nonsense is rejected", async () => {
    const values: readonly (readonly [unknown, number | null | undefined])[] = [
      [null, undefined],
      [0, 0],
      [7, 7],
      [-3, -3],
      ["12", 12],
      [2.5, 2.5],
      [2 ** 53, 2 ** 53],
      ["", undefined],
      ["9007199254740993", null],
      ["many", null],
      [true, null],
    ];
    const { rig, ids } = await openShopOf(
      values.map(([quantity], index) => ({
        sku: `Q-${10 + index}`,
        manage_stock: true,
        stock_quantity: quantity,
      })),
    );
    const run = await rig.import();
    await expectSound(rig, run);
    const bySku = new Map(rig.products().map((product) => [product.sku, product]));
    for (const [index, [given, becomes]] of values.entries()) {
      const product = bySku.get(`Q-${10 + index}`);
      if (becomes !== null)
        expect({ given, quantity: product?.quantity }).toEqual({ given, quantity: becomes });
      const rejected = run.list.some(
        ({ key, outcome }) => key === String(ids[index]) && outcome === "rejected",
      );
      expect({ given, rejected }).toEqual({ given, rejected: becomes === null });
    }
  });

  test("R55: a quantity that becomes unknown leaves the last known one alone", async () => {
    const { shop, rig, ids } = await openShopOf([{ sku: "A", manage_stock: true, stock_quantity: 5 }]);
    await rig.import();
    shop.edit(ids[0] ?? 0, { manage_stock: false, stock_quantity: null });
    expect((await rig.import()).report.counts).toMatchObject({ unchanged: 1, updated: 0 });
    expect(rig.products()).toMatchObject([{ quantity: 5 }]);
  });
});

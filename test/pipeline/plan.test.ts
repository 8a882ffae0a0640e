import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";

import type { Product } from "../../src/model/product.js";
import { mergeProduct, planChange, updateLimit } from "../../src/pipeline/plan.js";

const known = (product: Product) => ({ sku: product.sku, product });
const on = { updates: true };

describe("src/pipeline/plan.ts", () => {
  test.each<[string, Product, Product | undefined, boolean, string, unknown]>([
    [
      "nothing known",
      { sku: "A", name: "Mug" },
      undefined,
      true,
      "create",
      { sku: { to: "A" }, name: { to: "Mug" } },
    ],
    ["equal", { sku: "A", name: "Mug" }, { sku: "A", name: "Mug" }, true, "unchanged", undefined],
    [
      "a value differs",
      { sku: "A", name: "Mug" },
      { sku: "A", name: "Cup" },
      true,
      "update",
      { name: { from: "Cup", to: "Mug" } },
    ],
    ["a value is new", { sku: "A", UPC: "1" }, { sku: "A" }, true, "update", { UPC: { to: "1" } }],
    ["a value became unknown", { sku: "A" }, { sku: "A", UPC: "1" }, true, "unchanged", undefined],
    [
      "updates are off",
      { sku: "A", name: "Mug" },
      { sku: "A", name: "Cup" },
      false,
      "held",
      { name: { from: "Cup", to: "Mug" } },
    ],
    ["only the SKU's case differs", { sku: "a" }, { sku: "A" }, true, "unchanged", undefined],
    [
      "a list lost an entry",
      { sku: "A", tags: ["x"] },
      { sku: "A", tags: ["x", "y"] },
      true,
      "update",
      { tags: { from: ["x", "y"], to: ["x"] } },
    ],
    [
      "one custom field differs",
      { sku: "A", custom_fields: { Color: "Red", Size: "M" } },
      { sku: "A", custom_fields: { Size: "M", Color: "Blue", Old: 1 } },
      true,
      "update",
      { "custom_fields.Color": { from: "Blue", to: "Red" } },
    ],
    [
      "a custom field is JSON",
      { sku: "A", custom_fields: { price: { amount: 1, divisor: 100 } } },
      { sku: "A", custom_fields: { price: { divisor: 100, amount: 1 } } },
      true,
      "unchanged",
      undefined,
    ],
  ])("%s", (_name, product, before, updates, action, fields) => {
    const item = before === undefined ? { product } : { product, known: known(before) };
    const decision = planChange(item, { updates });
    expect(decision.action).toBe(action);
    expect("fields" in decision ? decision.fields : undefined).toEqual(fields);
  });

  test("an update keeps what the cart no longer tells, in canonical order, under the destination's SKU", () => {
    const merged = mergeProduct(
      known({ sku: "A", name: "Cup", UPC: "1", custom_fields: { Old: 1, Color: "Blue" } }),
      { sku: "a", name: "Mug", custom_fields: { Color: "Red" } },
    );
    expect(JSON.stringify(merged)).toBe(
      JSON.stringify({ sku: "A", name: "Mug", UPC: "1", custom_fields: { Old: 1, Color: "Red" } }),
    );
  });

  test("what the destination's operator has reserved is neither compared nor overwritten", () => {
    const there = {
      ...known({ sku: "A", name: "Cup", custom_fields: { Old: 1 } }),
      reserved: ["weight_lbs", "custom_fields.hs_code"],
    };
    const product = { sku: "A", name: "Cup", weight_lbs: 2, custom_fields: { hs_code: "6911" } };
    expect(planChange({ product, known: there }, on)).toEqual({
      action: "unchanged",
      product: there.product,
    });
    const decision = planChange({ product: { ...product, name: "Mug" }, known: there }, on);
    expect(decision).toMatchObject({ action: "update", fields: { name: { from: "Cup", to: "Mug" } } });
    expect(decision.product).toEqual({ sku: "A", name: "Mug", custom_fields: { Old: 1 } });
  });

  test("after any update the same candidate plans nothing", () => {
    const product = fc
      .record(
        {
          name: fc.string({ minLength: 1 }),
          quantity: fc.integer(),
          tags: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
          custom_fields: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue() as fc.Arbitrary<string>, {
            minKeys: 1,
          }),
        },
        { requiredKeys: [] },
      )
      .map((fields): Product => ({ sku: "A", ...(fields as Partial<Product>) }));
    fc.assert(
      fc.property(product, product, (before, after) => {
        const first = planChange({ product: after, known: known(before) }, on);
        const second = planChange({ product: after, known: known(first.product) }, on);
        expect(second.action).toBe("unchanged");
      }),
    );
  });

  test.each([
    ["none below 100 known products", undefined, 99, undefined],
    ["half of them from 100 on", undefined, 101, 50],
    ["a number counts always", { kind: "count", count: 3 } as const, 5, 3],
    ["a percentage counts always", { kind: "share", share: 0.1 } as const, 50, 5],
  ])("the limit on updates: %s", (_name, maxChanges, known, limit) => {
    expect(updateLimit(maxChanges, known)).toBe(limit);
  });
});

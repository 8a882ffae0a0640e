import { describe, expect, test } from "@jest/globals";
import { Options, toChangeLimit } from "../../src/config/options.js";
import { productFields } from "../../src/model/product.js";

describe("src/config/options.ts", () => {
  test.each([
    [{ maxChanges: 0 }, true],
    [{ maxChanges: 500 }, true],
    [{ maxChanges: "0%" }, true],
    [{ maxChanges: "12.5%" }, true],
    [{ maxChanges: "100%" }, true],
    [{ maxChanges: "101%" }, false],
    [{ maxChanges: "50" }, false],
    [{ maxChanges: -1 }, false],
    [{ maxChanges: 0.5 }, false],
    [{ interval: "*/5 * * * *" }, true],
    [{ interval: 15 }, false],
    [{ reconcileEvery: "7d" }, true],
    [{ reconcileEvery: "0 0 * * *" }, false],
    [{ concurrency: 1 }, true],
    [{ concurrency: 0 }, false],
    [{ concurrency: 65 }, false],
    [{ onDuplicateSku: "last" }, false],
    [{ includeDigital: true }, true],
    [
      { fields: { omit: ["description", "custom_fields", "custom_fields.Color (old)", "image_url_3"] } },
      true,
    ],
    [{ fields: { omit: ["sku"] } }, false],
    [{ fields: { omit: ["custom_fields."] } }, false],
    [{ fields: { omit: ["price"] } }, false],
    [{ inventoryLocation: "" }, false],
  ])("%j is right: %s", (options, expected) => {
    expect(Options.safeParse(options).success).toBe(expected);
  });

  test("every canonical field but the SKU can be left out", () => {
    const omit = productFields.filter((field) => field !== "sku");
    expect(Options.parse({ fields: { omit } }).fields.omit).toEqual(omit);
  });

  test("a location's id becomes text", () => {
    expect(Options.parse({ inventoryLocation: 7001 }).inventoryLocation).toBe("7001");
  });

  test("limits of changes", () => {
    expect(toChangeLimit(20)).toEqual({ kind: "count", count: 20 });
    expect(toChangeLimit("12.5%")).toEqual({ kind: "share", share: 0.125 });
  });
});

import { describe, expect, test } from "@jest/globals";
import { findItemFaults, isSkuRow, itemRules } from "../../src/mapping/item-rules.js";

const { check, isTarget, suggest, mayRepeat } = itemRules(
  new Map([
    ["code", "text"],
    ["tags", "text"],
    ["price", "decimal"],
    ["weight", "number"],
  ]),
);

describe("src/mapping/item-rules.ts", () => {
  test.each([
    [{ from: "sku", to: "code" }],
    [{ from: "sku", to: "code", convert: "same" }],
    [{ from: ["UPC", "sku"], to: "tags" }],
    [{ from: "custom_fields.hs code", to: "tags" }],
    [{ from: "image_url_20", to: "tags" }],
    [{ from: ["description_short", "description"], to: "tags", convert: "plain-line" }],
    [{ from: ["weight_kg", "weight_lbs"], to: "weight", convert: "pounds" }],
    [{ from: "weight_kg", to: "weight" }],
    [{ from: ["length_in", "length_cm"], to: "price", convert: "centimetres" }],
    [{ from: ["tags", "custom_fields.labels"], to: "tags", convert: "join" }],
    [{ from: "categories", to: "weight", convert: "first" }],
  ])("%j is a row", (row) => {
    expect(check(row)).toEqual([]);
  });

  test.each([
    [{ from: "nmae", to: "tags" }, 'from: unknown field "nmae" [did you mean "name"?]'],
    [{ from: "custom_fields", to: "tags" }, 'from: unknown field "custom_fields" [a field of the product'],
    [{ from: "custom_fields.*", to: "tags" }, 'from: unknown field "custom_fields.*"'],
    [{ from: "custom_fields.__proto__", to: "tags" }, 'from: unknown field "custom_fields.__proto__"'],
    [{ from: "image_url_*", to: "tags" }, 'from: unknown field "image_url_*"'],
    [{ from: "name", to: "prise" }, 'to: unknown target "prise" [did you mean "price"?]'],
    [
      { from: "name", to: "x" },
      'to: unknown target "x" [places of this destination: code, tags, price, weight]',
    ],
    [
      { from: "name", to: "tags", convert: "plian" },
      'convert: unknown converter "plian" [did you mean "plain"?]',
    ],
    [
      { from: "name", to: "tags", convert: "constructor" },
      'convert: unknown converter "constructor" [known: same, ',
    ],
    [{ from: "sku", to: "code", convert: "line" }, "convert: a SKU is sent as it is"],
    [{ from: "sku", to: "weight" }, "convert: a SKU is sent as it is"],
    [{ from: "tags", to: "tags" }, 'convert: "tags" needs a converter [fitting: join, first]'],
    [{ from: "tags", to: "tags", convert: "line" }, 'convert: converter "line" does not take "tags"'],
    [{ from: "name", to: "tags", convert: "join" }, 'convert: converter "join" does not take "name"'],
    [
      { from: "length_in", to: "price", convert: "pounds" },
      'convert: converter "pounds" does not take "length_in"',
    ],
    [
      { from: "name", to: "weight", convert: "plain" },
      'convert: converter "plain" does not fit a place for a number',
    ],
    [
      { from: ["weight_lbs", "weight_kg"], to: "weight" },
      'from: "weight_kg" cannot stand in for "weight_lbs" as it is [fitting: pounds, kilograms]',
    ],
    [
      { from: ["length_in", "width_in"], to: "weight", convert: "inches" },
      'from: "width_in" cannot stand in for "length_in" as it is [fitting: none]',
    ],
  ])("%j is none", (row, expected) => {
    const faults = check(row).map(({ key, message, hint }) => `${key}: ${message} [${hint}]`);
    expect(faults).toEqual([expect.stringContaining(expected)]);
  });

  test("every fault of a row is told", () => {
    expect(check({ from: ["a", "b"], to: "c", convert: "d" }).map(({ key }) => key)).toEqual([
      "from",
      "from",
      "to",
      "convert",
    ]);
  });

  test("targets are the places, each filled once", () => {
    expect([isTarget("price"), isTarget("name"), suggest("pirce"), mayRepeat("tags")]).toEqual([
      true,
      false,
      "price",
      false,
    ]);
  });

  test("one row alone gives the SKU", () => {
    const at = { file: "t.yaml", line: 1 };
    expect([
      isSkuRow({ from: "sku" }),
      isSkuRow({ from: ["sku"] }),
      isSkuRow({ from: ["sku", "UPC"] }),
    ]).toEqual([true, true, false]);
    expect(findItemFaults([{ from: "sku", to: "code", ...at }], "t.yaml")).toEqual([]);
    expect(findItemFaults([{ from: ["sku", "UPC"], to: "code", ...at }], "t.yaml")).toHaveLength(1);
  });
});
